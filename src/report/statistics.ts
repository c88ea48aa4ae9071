import type { InterviewFact, Outcome, PlanOutline } from '../../machines/interview.ts';
import { isAnnotation } from '../annotations.ts';
import type { JournalRecord } from '../journal/journal.ts';
import { evaluationOf } from '../working.ts';
import { addToLedger, emptyLedger, type OpenLedger } from './ledger.ts';

// What interviews by one version of a plan have in common: first each told in numbers, then all counted together.
// No word that anybody wrote is in it. Pure.

/** Below so many, a 90th percentile would say more than is known. */
export const P90_COUNT_MIN = 10;
export const BIN_COUNT = 10;

/** What became of a question. `left`: the interview ended in it; `open`: the candidate is at it. */
export type Fate = 'answered' | 'skipped' | 'expired' | 'left' | 'open';

/** One question of one interview, in numbers. */
export interface QuestionTold {
  id: string;
  fate: Fate;
  /** The candidate went on from it: nothing about it changes any more. */
  isPassed: boolean;
  /** Judgements in order; null = nothing could judge. */
  scores: (number | null)[];
  followUpsAsked: number;
  followUpsAnswered: number;
  needsReview: boolean;
  /** The candidate's own: thinking, typing and what an extension gave. */
  ownMs: number;
}

/** One interview in numbers. */
export interface InterviewTold {
  isStarted: boolean;
  outcome: Outcome | null;
  /** Those that were asked, in order. */
  questions: QuestionTold[];
}

interface Fold {
  told: InterviewTold;
  ledger: OpenLedger;
}

const nothingTold: Fold = { told: { isStarted: false, outcome: null, questions: [] }, ledger: emptyLedger };

function ownMs({ booked }: OpenLedger): number {
  return booked.thinkingMs + booked.typingMs + booked.extendedMs;
}

/** Change the question that was asked last. */
function edit(told: InterviewTold, change: (question: QuestionTold) => QuestionTold): InterviewTold {
  const last = told.questions.at(-1);
  return last ? { ...told, questions: [...told.questions.slice(0, -1), change(last)] } : told;
}

function ask(told: InterviewTold, id: string): InterviewTold {
  const before = edit(told, (question) => ({ ...question, isPassed: true }));
  const counts = { followUpsAsked: 0, followUpsAnswered: 0, ownMs: 0 };
  const question: QuestionTold = { id, fate: 'open', isPassed: false, scores: [], needsReview: false, ...counts };
  return { ...before, questions: [...before.questions, question] };
}

/** A question that nobody answered before the end was left; one that was answered keeps what became of it. */
function complete(told: InterviewTold, outcome: Outcome): InterviewTold {
  const isPassed = outcome === 'finished';
  const left = (question: QuestionTold): QuestionTold => ({
    ...question,
    fate: question.fate === 'open' ? 'left' : question.fate,
    isPassed: question.isPassed || isPassed,
  });
  return { ...edit(told, left), outcome };
}

function applyFact(told: InterviewTold, record: JournalRecord, fact: InterviewFact): InterviewTold {
  switch (fact.type) {
    case 'interview.started':
      return { ...told, isStarted: true };
    case 'prompt.asked':
      if (fact.prompt.kind === 'question') return ask(told, fact.prompt.questionId);
      return edit(told, (question) => ({ ...question, followUpsAsked: question.followUpsAsked + 1 }));
    case 'answer.taken':
      if (fact.promptId === fact.questionId) return edit(told, (question) => ({ ...question, fate: 'answered' }));
      return edit(told, (question) => ({ ...question, followUpsAnswered: question.followUpsAnswered + 1 }));
    case 'prompt.passed': {
      const fate = fact.because === 'skip' ? 'skipped' : 'expired';
      return edit(told, (question) => (question.fate === 'open' ? { ...question, fate } : question));
    }
    case 'evaluation.done':
      return edit(told, (question) => ({ ...question, needsReview: question.needsReview || fact.needsReview }));
    case 'evaluation.missing':
      return edit(told, (question) => ({ ...question, needsReview: true }));
    case 'followUp.decided': {
      const score = evaluationOf(record.event)?.score ?? null;
      return edit(told, (question) => ({ ...question, scores: [...question.scores, score] }));
    }
    case 'interview.completed':
      return complete(told, fact.outcome);
    default:
      return told;
  }
}

function addRecord({ told, ledger }: Fold, outline: PlanOutline, record: JournalRecord): Fold {
  const next = addToLedger(ledger, outline, record);
  // What passed until the record belongs to the question before it.
  const spentMs = ownMs(next) - ownMs(ledger);
  const timed = edit(told, (question) => ({ ...question, ownMs: question.ownMs + spentMs }));
  if (isAnnotation(record.event)) return { told: timed, ledger: next };
  return { told: record.facts.reduce((folded, fact) => applyFact(folded, record, fact), timed), ledger: next };
}

/** Tell an interview in numbers. */
export function tellInterview(outline: PlanOutline, records: readonly JournalRecord[]): InterviewTold {
  return records.reduce((fold, record) => addRecord(fold, outline, record), nothingTold).told;
}

/** The value in the middle, or between the two in the middle; null of none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** The least value that nine in ten do not exceed; null of too few. */
export function p90Of(values: readonly number[]): number | null {
  if (values.length < P90_COUNT_MIN) return null;
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.9) - 1] ?? null;
}

/** How many scores lie in each tenth; 1 is in the last one. */
export function binsOf(scores: readonly number[]): number[] {
  const bins = Array.from({ length: BIN_COUNT }, () => 0);
  for (const score of scores) {
    // Shares of weights are not exact: 0.7 may come as a little less.
    const bin = Math.min(BIN_COUNT - 1, Math.floor(score * BIN_COUNT + 1e-9));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The best judgement counts, as in the report. */
function scoreOf({ scores }: QuestionTold): number | null {
  const judged = scores.filter((score) => score !== null);
  return judged.length === 0 ? null : Math.max(...judged);
}

/** What follow-ups added to a question: the best judgement less the first one; null where one of them is missing. */
function gainOf(question: QuestionTold): number | null {
  const [first] = question.scores;
  const best = scoreOf(question);
  return question.followUpsAnswered === 0 || first == null || best === null ? null : best - first;
}

/** A question of the plan. */
export interface QuestionAsked {
  id: string;
  text: string;
  threshold: number;
}

function countQuestion({ id, text, threshold }: QuestionAsked, interviews: readonly InterviewTold[]) {
  const found = interviews.flatMap(({ questions, outcome }) => {
    const index = questions.findIndex((question) => question.id === id);
    const question = questions[index];
    return question ? [{ ...question, outcome, isLast: index === questions.length - 1 }] : [];
  });
  const count = (holds: (question: (typeof found)[number]) => boolean) => found.filter(holds).length;
  const fates = (fate: Fate) => count((question) => question.fate === fate);
  const droppedBy = (outcome: Outcome) => count((question) => question.isLast && question.outcome === outcome);
  const scores = found.map(scoreOf).filter((score) => score !== null);
  const gains = found.map(gainOf).filter((gain) => gain !== null);
  const times = found.filter(({ fate, isPassed }) => fate === 'answered' && isPassed).map((question) => question.ownMs);
  return {
    id,
    text,
    threshold,
    reached: found.length,
    answered: fates('answered'),
    skipped: fates('skipped'),
    expired: fates('expired'),
    left: fates('left'),
    open: fates('open'),
    dropped: { ended: droppedBy('ended'), expired: droppedBy('expired'), cancelled: droppedBy('cancelled') },
    scores: {
      counted: scores.length,
      bins: binsOf(scores),
      median: medianOf(scores),
      atThreshold: scores.filter((score) => score >= threshold).length,
    },
    followUps: {
      followedUp: count(({ followUpsAsked }) => followUpsAsked > 0),
      asked: found.reduce((sum, { followUpsAsked }) => sum + followUpsAsked, 0),
      answered: found.reduce((sum, { followUpsAnswered }) => sum + followUpsAnswered, 0),
      compared: gains.length,
      gained: gains.filter((gain) => gain > 0).length,
      gainMean: mean(gains),
    },
    time: { counted: times.length, medianMs: medianOf(times), p90Ms: p90Of(times) },
    needsReview: count(({ needsReview }) => needsReview),
  };
}

/** Count interviews together. Scores and shares are 0 to 1; what there is too little of to say is null. */
export function countInterviews(questions: readonly QuestionAsked[], interviews: readonly InterviewTold[]) {
  const by = (outcome: Outcome | null) => interviews.filter((interview) => interview.outcome === outcome).length;
  const started = interviews.filter(({ isStarted }) => isStarted);
  const underWay = started.filter(({ outcome }) => outcome === null).length;
  return {
    interviews: {
      counted: interviews.length,
      invited: by(null) - underWay,
      underWay,
      started: started.length,
      finished: by('finished'),
      ended: by('ended'),
      declined: by('declined'),
      expired: by('expired'),
      cancelled: by('cancelled'),
    },
    questions: questions.map((question) => countQuestion(question, interviews)),
  };
}
