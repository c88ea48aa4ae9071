import { type Decision, decide, type Verdict } from '../machines/interview.ts';
import { toStoredEvaluation } from './effects.ts';
import type { Evaluator } from './evaluators/evaluator.ts';
import { toOutline } from './plans/outline.ts';
import type { PublishedPlan } from './plans/schema.ts';
import type { Transcript, TranscriptEntry } from './protocol.ts';
import { requestFor } from './request.ts';

/** How an answer was judged: then, or by another plan. Scores are 0..1. */
export interface Judgement {
  score: number;
  needsReview: boolean;
  verdicts: Record<string, Verdict>;
  decision: Pick<Decision, 'isAsked' | 'reason' | 'pointId'> | null;
}

/** One answer, judged twice. Null = it was not, or could not be. */
export interface Rerun {
  questionId: string;
  promptId: string;
  before: Judgement | null;
  after: Judgement | null;
  /** Why there is no `after`. */
  because?: string;
}

function beforeOf({ evaluation, decision }: TranscriptEntry): Judgement | null {
  if (!evaluation) return null;
  return {
    score: evaluation.score,
    needsReview: evaluation.needsReview,
    verdicts: Object.fromEntries(evaluation.points.map(({ id, verdict }) => [id, verdict])),
    decision: decision
      ? {
          isAsked: decision.isAsked,
          reason: decision.reason as Decision['reason'],
          pointId: decision.pointId ?? null,
        }
      : null,
  };
}

/**
 * Feed the recorded answers of an interview through another plan, rubric or evaluator. Every answer is judged with
 * those before it, as it was then; the follow-ups are those that were asked, and the decision is the one which the
 * machine would make now, but for the time that was left. Nothing is written.
 */
export async function rerun(
  { entries }: Transcript,
  next: PublishedPlan,
  evaluator: Evaluator,
  { interviewId, timeoutMs }: { interviewId: string; timeoutMs: number },
): Promise<Rerun[]> {
  const plan = toOutline(next);
  const results: Rerun[] = [];
  for (const [index, entry] of entries.entries()) {
    const { questionId, promptId, answer } = entry;
    if (!answer) continue;
    const result: Rerun = { questionId, promptId, before: beforeOf(entry), after: null };
    results.push(result);
    const questionIndex = next.plan.questions.findIndex(({ id }) => id === questionId);
    const question = next.plan.questions[questionIndex];
    if (!question) {
      result.because = 'the plan has no such question';
      continue;
    }
    const soFar = entries.slice(0, index + 1).filter((other) => other.questionId === questionId);
    const answers = soFar.flatMap((said) => (said.answer ? [{ promptId: said.promptId, text: said.answer.text }] : []));
    const askedPointIds = soFar.flatMap(({ pointId }) => pointId ?? []);
    const judged = await evaluator(requestFor(question, answers, askedPointIds), {
      key: `${interviewId}/${promptId}/rerun`,
      signal: AbortSignal.timeout(timeoutMs),
      timeLeftMs: timeoutMs,
    });
    if (!judged.ok) {
      result.because = judged.code;
      continue;
    }
    const evaluation = toStoredEvaluation(judged.evaluation, false);
    result.after = {
      score: evaluation.score,
      needsReview: evaluation.needsReview,
      verdicts: Object.fromEntries(evaluation.points.map(({ id, verdict }) => [id, verdict])),
      decision: decide({ plan, questionIndex, evaluation, askedPointIds, totalLeftMs: null }),
    };
  }
  return results;
}
