import type { Verdict } from '../../machines/interview.ts';

/** What holds where a plan or a case says nothing: the score that is enough (0..1), and a point's weight. */
export const THRESHOLD_DEFAULT = 0.6;
export const WEIGHT_DEFAULT = 1;

/** A rubric as evaluators see it. `weight` defaults to 1, `threshold` to 0.6. */
export interface Rubric {
  threshold: number;
  points: RubricPoint[];
}

export interface RubricPoint {
  id: string;
  text: string;
  weight: number;
  alternatives: string[];
}

/** One request: the answers to one question, the first and those to its follow-ups, joined by `joinAnswers`. */
export interface EvaluationRequest {
  question: string;
  rubric: Rubric;
  answer: string;
  /** The newest answer alone, when there were earlier ones: "I do not know" to a follow-up ends the asking. */
  latest?: string;
}

/** The vocabulary of flags, one for all evaluators. A flag informs a person; alone it never takes points. */
export const flags = [
  'injection',
  'stuffing',
  'copied-question',
  'verbatim-model-answer',
  'gibberish',
  'repetition',
  'off-topic',
  'non-answer',
  'empty',
  'hedging',
  'contradiction',
  'no-evidence',
  'invisible-chars',
  'mixed-script',
  'encoded',
  'non-prose',
  'unsupported-language',
  'too-long',
  'degraded',
] as const;
export type Flag = (typeof flags)[number];

/** A verbatim part of the answer. Units: UTF-16 offsets into the answer, end exclusive. */
export interface Evidence {
  quote: string;
  start: number;
  end: number;
}

export interface PointEvaluation {
  id: string;
  verdict: Verdict;
  /** 0..1 */
  coverage: number;
  evidence: Evidence[];
  reason?: string;
}

/** One evaluator's judgement of the answers to one question. Scores, coverage and confidence are 0..1. */
export interface Evaluation {
  score: number;
  confidence: number;
  needsReview: boolean;
  flags: Flag[];
  points: PointEvaluation[];
  /**
   * Is a follow-up due, and about which point first; the machine decides. `urgency`: the share of the rubric's weight
   * that is missing, whether a follow-up is due or not.
   */
  followUp: { due: boolean; urgency: number; pointId?: string };
  evaluator: { id: string; version: string };
}

/** An expected failure is a value; a rejection is a defect. */
export type EvaluationResult = { ok: true; evaluation: Evaluation } | { ok: false; code: string; isRetryable: boolean };

/**
 * The evaluator port.
 *
 * `key` is the idempotency key (interview, answer, attempt): asking twice with one key is one evaluation.
 * Errors: expected ones are values with `ok: false`. Aborting `signal` makes the result irrelevant.
 */
export type Evaluator = (
  request: EvaluationRequest,
  options: { key: string; signal: AbortSignal },
) => Promise<EvaluationResult>;

/** An evaluator given more than this reads only the first part and flags `too-long`. */
export const ANSWER_READ_CHARS_MAX = 20_000;

/** The answers to one question as one text. Evidence offsets count in it. */
export function joinAnswers(texts: string[]): string {
  return texts.join('\n\n');
}
