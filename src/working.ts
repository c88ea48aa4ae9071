import type { InterviewFact } from '../machines/interview.ts';
import type { Evaluation } from './evaluators/evaluator.ts';
import type { StoredEvent } from './journal/journal.ts';

/**
 * What the host of one interview must have at hand of the candidate's words: those of the current question only.
 * The machine's context holds no candidate text; the whole of it is in the journal.
 */
export interface Working {
  draft: string;
  answers: { promptId: string; text: string }[];
  /** Best score per question; null = nothing could judge it. A follow-up never lowers it. */
  scores: Record<string, number | null>;
  /** What models have cost so far. Units: tokens. */
  tokensSpent: number;
}

/** An evaluation as it is stored with its event. */
export interface StoredEvaluation extends Evaluation {
  isNonAnswer: boolean;
  isDegraded: boolean;
  proposedPointId: string | null;
}

export const emptyWorking: Working = { draft: '', answers: [], scores: {}, tokensSpent: 0 };

/** The evaluation that an event carries, if it is the result of one. */
export function evaluationOf(event: StoredEvent): StoredEvaluation | null {
  const output = event.output as { ok?: boolean; evaluation?: StoredEvaluation } | undefined;
  return output?.ok === true && output.evaluation ? output.evaluation : null;
}

/** What a model cost that gave an event's evaluation, or failed to. Units: tokens. */
function tokensOf({ output }: StoredEvent): number {
  const result = output as { ok?: boolean; evaluation?: StoredEvaluation; tokens?: number } | undefined;
  const tokens = result?.evaluation?.model?.tokens;
  return tokens ? tokens.input + tokens.output : (result?.tokens ?? 0);
}

/** The best score of a question: null = nothing could judge it, undefined = not answered. Ids are the plan's words. */
export function scoreOf(working: Working, questionId: string): number | null | undefined {
  // A question may be called `constructor`.
  return Object.hasOwn(working.scores, questionId) ? working.scores[questionId] : undefined;
}

function best(before: number | null | undefined, score: number): number {
  return before == null ? score : Math.max(before, score);
}

/** The question answered last comes first, as in every snapshot so far. Of follow-ups it is there already. */
function withQuestion(scores: Working['scores'], questionId: string): Working['scores'] {
  return Object.keys(scores)[0] === questionId ? scores : { [questionId]: null, ...scores };
}

function applyFact(working: Working, event: StoredEvent, fact: InterviewFact): Working {
  switch (fact.type) {
    case 'prompt.asked':
      return { ...working, draft: '', answers: fact.prompt.kind === 'question' ? [] : working.answers };
    case 'answer.taken': {
      const text = fact.from === 'submit' ? String(event.text) : working.draft;
      const answers = [...working.answers, { promptId: fact.promptId, text }];
      return { ...working, draft: '', answers, scores: withQuestion(working.scores, fact.questionId) };
    }
    case 'followUp.decided': {
      const found = evaluationOf(event);
      if (!found) return working;
      const score = best(scoreOf(working, fact.questionId), found.score);
      if (Object.is(score, working.scores[fact.questionId])) return working;
      return { ...working, scores: { ...working.scores, [fact.questionId]: score } };
    }
    default:
      return working;
  }
}

/** Fold one event and its facts. Pure: live and replayed interviews go through it alike. */
export function foldWorking(working: Working, event: StoredEvent, facts: readonly InterviewFact[]): Working {
  const drafted = event.type === 'answer.draft' ? { ...working, draft: String(event.text) } : working;
  const tokens = tokensOf(event);
  const charged = tokens > 0 ? { ...drafted, tokensSpent: drafted.tokensSpent + tokens } : drafted;
  return facts.reduce((folded, fact) => applyFact(folded, event, fact), charged);
}
