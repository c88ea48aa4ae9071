import type { Actors } from './actors.ts';
import type { Clock } from './clock.ts';
import { toStoredEvaluation } from './effects.ts';
import { VivaError } from './errors.ts';
import type { Evaluator } from './evaluators/evaluator.ts';
import { assertNotErased } from './journal/head.ts';
import type { Question } from './plans/schema.ts';
import type { TranscriptEntry } from './protocol.ts';
import type { Reading } from './report/read.ts';
import { requestFor } from './request.ts';

/** What became of one question that was to be judged again. */
export type Reevaluated =
  | { questionId: string; promptId: string; ok: true; seq: number; score: number; before: number | null }
  | { questionId: string; promptId: string; ok: false; code: string };

/** Judge again what was answered to a question, all of it together. */
async function judgeAgain(
  evaluator: Evaluator,
  question: Question,
  entries: readonly TranscriptEntry[],
  { key, timeoutMs, tokensSpent }: { key: string; timeoutMs: number; tokensSpent: number },
) {
  const answers = entries.flatMap(({ promptId, answer }) => (answer ? [{ promptId, text: answer.text }] : []));
  const askedPointIds = entries.flatMap(({ pointId }) => pointId ?? []);
  try {
    return await evaluator(requestFor(question, answers, askedPointIds), {
      key,
      signal: AbortSignal.timeout(timeoutMs),
      timeLeftMs: timeoutMs,
      tokensSpent,
    });
  } catch {
    return { ok: false as const, code: 'DEFECT', isRetryable: false };
  }
}

/**
 * Judge the answers of an interview that is over again, with the evaluator of now. Each judgement becomes a record of
 * its own beside the first one; nothing is overwritten, and the interview stays what it was.
 *
 * Errors: NOT_ACCEPTED while the interview is under way; REQUEST_INVALID for a question without an answer; what
 * opening the interview rejects with.
 */
export async function reevaluate(
  deps: { actors: Actors; evaluator: Evaluator; clock: Clock },
  { head, published, standing, transcript }: Reading,
  questionId?: string,
): Promise<Reevaluated[]> {
  assertNotErased(head);
  if (standing.snapshot.context.outcome === null)
    throw new VivaError('NOT_ACCEPTED', 'an interview is judged again once it is over', { state: head.state });
  const { plan } = published;
  const wanted = plan.questions.filter(({ id }) => questionId === undefined || id === questionId);
  const results: Reevaluated[] = [];
  for (const question of wanted) {
    const entries = transcript.entries.filter((entry) => entry.questionId === question.id);
    const last = entries.findLast(({ answer }) => answer);
    if (!last) continue;
    const { promptId } = last;
    // Of its own, also beside another one that begins before this one is stored.
    const id = crypto.randomUUID();
    const timeoutMs = plan.evaluation.timeoutSeconds * 1_000;
    const key = `${head.id}/${promptId}/again-${id}`;
    const result = await judgeAgain(deps.evaluator, question, entries, {
      key,
      timeoutMs,
      tokensSpent: standing.working.tokensSpent,
    });
    if (!result.ok) {
      results.push({ questionId: question.id, promptId, ok: false, code: result.code });
      continue;
    }
    const evaluation = toStoredEvaluation(result.evaluation, false);
    const output = { ok: true as const, at: deps.clock.now(), evaluation };
    const added = await deps.actors.order(head.id, {
      by: 'operator',
      id,
      annotation: { type: 'evaluation.added', questionId: question.id, promptId, output },
    });
    if (!added.ok) throw new VivaError(added.problem.code, added.problem.detail);
    const before = last.evaluation?.score ?? null;
    results.push({ questionId: question.id, promptId, ok: true, seq: added.seq, score: evaluation.score, before });
  }
  if (questionId !== undefined && results.length === 0)
    throw new VivaError('REQUEST_INVALID', 'questionId: name a question of the plan that was answered');
  return results;
}
