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

/** One request: all that was said to one question. It is judged together. */
export interface EvaluationRequest {
  question: string;
  rubric: Rubric;
  /** The answer to the question itself. */
  answer: string;
  /** The follow-ups that were answered, oldest first. */
  followUps?: readonly AnsweredFollowUp[];
}

/** A follow-up in the words in which it was asked, and what was said to it. */
export interface AnsweredFollowUp {
  prompt: string;
  answer: string;
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

/** A verbatim part of the answers. Units: UTF-16 offsets into `joinAnswers(answersOf(request))`, end exclusive. */
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

/** How a model was asked for a judgement, and what that cost. */
export interface ModelUse {
  /** Where it was asked, and for which model; which one answered is the endpoint's word. */
  provider: string;
  name: string;
  answeredBy: string;
  /** The words around rubric and answer. `hash`, as that of the rubric: SHA-256, hex. */
  prompt: { version: string; hash: string };
  rubricHash: string;
  calls: number;
  tokens: { input: number; output: number };
  /** In the currency of the prices that the operator set; absent = there are none. */
  cost?: number;
  /** The score of each judgement that was asked for; more than one where the first was borderline. */
  scores: number[];
  /** What the embedded evaluator says of the same answer. */
  scoreByWords: number;
  /**
   * Why a person should look at what it said: `no-quote`, `quote-is-order`, `far-from-point`, `against-evidence`,
   * `too-few-judgements`, `turned-round`.
   */
  doubts: string[];
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
  /** Only where a model judged. */
  model?: ModelUse;
}

/** An expected failure is a value; a rejection is a defect. `tokens`: what models cost nevertheless. */
export type EvaluationResult =
  | { ok: true; evaluation: Evaluation }
  | { ok: false; code: string; isRetryable: boolean; tokens?: number };

/**
 * The evaluator port.
 *
 * `key` is the idempotency key (interview, answer, attempt): asking twice with one key is one evaluation. `tokensSpent` is
 * what models have cost in this interview so far. `timeLeftMs`: a result that comes later is of no use; absent = any time.
 * Errors: expected ones are values with `ok: false`. Aborting `signal` makes the result irrelevant.
 */
export type Evaluator = (
  request: EvaluationRequest,
  options: { key: string; signal: AbortSignal; tokensSpent?: number; timeLeftMs?: number },
) => Promise<EvaluationResult>;

/** Of a longer answer an evaluator reads only the first part and flags `too-long`. It holds for each answer by itself. */
export const ANSWER_READ_CHARS_MAX = 20_000;

/** The longest rubric of one question: all texts and alternatives together. Its work grows with them. */
export const RUBRIC_CHARS_MAX = 20_000;

/** How long a rubric is. Units: UTF-16 code units of all texts and alternatives. */
export function rubricChars(points: readonly Pick<RubricPoint, 'text' | 'alternatives'>[]): number {
  return points.flatMap((point) => [point.text, ...point.alternatives]).reduce((sum, { length }) => sum + length, 0);
}

/** The answers of a request, oldest first: to the question, then to its follow-ups. */
export function answersOf({ answer, followUps = [] }: EvaluationRequest): string[] {
  return [answer, ...followUps.map((followUp) => followUp.answer)];
}

const ANSWER_JOINT = '\n\n';

/** The answers to one question as one text. Evidence offsets count in it. */
export function joinAnswers(texts: readonly string[]): string {
  return texts.join(ANSWER_JOINT);
}
