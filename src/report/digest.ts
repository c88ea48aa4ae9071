import type { InterviewFact, Outcome } from '../../machines/interview.ts';
import { isAnnotation } from '../annotations.ts';
import type { JournalRecord } from '../journal/journal.ts';
import { evaluationOf } from '../working.ts';

/** A question whose judgement waits for a person. */
export interface Doubt {
  questionId: string;
  /** Of the newest judgement that asks for one; null = nothing could judge the answer. */
  confidence: number | null;
  /** When that was. */
  at: number;
}

/** Where an interview stands, for a line in a list: no word that anybody wrote. Instants in ms since 1970 UTC. */
export interface Digest {
  /** The newest record that is in it. */
  seq: number;
  /** Dotted. */
  statePath: string;
  /** Since when it has been in its top-level state. */
  stateSince: number;
  startedAt: number | null;
  outcome: Outcome | null;
  /** Questions of the plan, follow-ups aside. */
  askedCount: number;
  answeredCount: number;
  /** Since when the candidate has been on record as away. */
  awaySince: number | null;
  /** How often the judgement that is under way has failed, and with what last. */
  failureCount: number;
  failureCode: string | null;
  /** The judgement that is under way was given to the embedded evaluator. */
  isDegraded: boolean;
  /** Questions with a judgement that a person should look at, and nobody has yet. */
  doubts: readonly Doubt[];
  /** The question whose answer was taken last. */
  questionId: string | null;
}

/** Before the first record. */
export const emptyDigest: Digest = {
  seq: 0,
  statePath: 'IDLE',
  stateSince: 0,
  startedAt: null,
  outcome: null,
  askedCount: 0,
  answeredCount: 0,
  awaySince: null,
  failureCount: 0,
  failureCode: null,
  isDegraded: false,
  doubts: [],
  questionId: null,
};

const settled = { failureCount: 0, failureCode: null, isDegraded: false };

function doubt({ doubts, questionId }: Digest, at: number, confidence: number | null): Pick<Digest, 'doubts'> {
  if (questionId === null) return { doubts };
  return { doubts: [...doubts.filter((one) => one.questionId !== questionId), { questionId, confidence, at }] };
}

function applyFact(digest: Digest, { at, event }: JournalRecord, fact: InterviewFact): Digest {
  switch (fact.type) {
    case 'interview.started':
      return { ...digest, startedAt: at };
    case 'prompt.asked':
      return fact.prompt.kind === 'question' ? { ...digest, askedCount: digest.askedCount + 1 } : digest;
    case 'answer.taken': {
      const { promptId, questionId } = fact;
      const isMain = promptId === questionId;
      return { ...digest, ...settled, questionId, answeredCount: digest.answeredCount + Number(isMain) };
    }
    case 'evaluation.failed':
      return { ...digest, failureCount: digest.failureCount + 1, failureCode: fact.code };
    case 'evaluation.degraded':
      return { ...digest, isDegraded: true };
    case 'evaluation.done':
      return {
        ...digest,
        ...settled,
        ...(fact.needsReview ? doubt(digest, at, evaluationOf(event)?.confidence ?? null) : {}),
      };
    case 'evaluation.missing':
      return { ...digest, ...settled, ...doubt(digest, at, null) };
    case 'candidate.left':
      return { ...digest, awaySince: at };
    case 'candidate.joined':
      return { ...digest, awaySince: null };
    case 'interview.completed':
      return { ...digest, ...settled, outcome: fact.outcome, awaySince: null };
    default:
      return digest;
  }
}

/** What a person has said of a question, or of the whole interview, has been looked at. */
function addReview(digest: Digest, { seq, event }: JournalRecord): Digest {
  if (event.type !== 'review.added') return { ...digest, seq };
  const { questionId } = event;
  const doubts = questionId === undefined ? [] : digest.doubts.filter((one) => one.questionId !== questionId);
  return { ...digest, seq, doubts };
}

/** Add one record. Pure. */
export function addToDigest(digest: Digest, record: JournalRecord): Digest {
  const { seq, at, facts, state: statePath } = record;
  if (isAnnotation(record.event)) return addReview(digest, record);
  const isNew = digest.seq === 0 || statePath.split('.')[0] !== digest.statePath.split('.')[0];
  const moved = { ...digest, seq, statePath, stateSince: isNew ? at : digest.stateSince };
  return facts.reduce((folded, fact) => applyFact(folded, record, fact), moved);
}
