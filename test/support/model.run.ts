import type { JournalRecord } from '../../src/journal/journal.ts';
import { pathOf } from './machine.ts';
import { instantOf } from './model.moves.ts';
import type { Path } from './model.paths.ts';

/** What is left of an interview when it is over, made so that two runs of one path can be compared. */
export interface Run {
  /** Every view that was sent, by sequence number. */
  candidateViews: Map<number, unknown>;
  reviewerViews: Map<number, unknown>;
  records: unknown[];
  report: unknown;
  /** The report's. */
  timeLedger: unknown;
  /** What the evaluators were asked, in order; what was interrupted is asked again. */
  evaluations: { key: string; request: unknown }[];
}

/** Which interview it was, and when. */
export interface Origin {
  id: string;
  createdAt: number;
}

/**
 * What differs between two runs by nature: who wrote (epoch), what is drawn at random (ids, salts, and the hashes over
 * them), when a view was asked for (its ledger goes up to then), and whether a candidate was connected then.
 */
const differing = new Set([
  'epoch',
  'salt',
  'hash',
  'headHash',
  'chainHead',
  'serverTime',
  'timeLedger',
  'isCandidateConnected',
]);
/** Smaller numbers are no instants of these years. */
const INSTANT_MIN = 10 ** 11;

/** A value without what differs by nature; instants count from the creation of the interview. */
export function comparable(value: unknown, { id, createdAt }: Origin): unknown {
  const text = JSON.stringify(value, (key, found: unknown) => {
    if (differing.has(key)) return undefined;
    return typeof found === 'number' && found > INSTANT_MIN ? found - createdAt : found;
  });
  return JSON.parse(text.replaceAll(id, 'this interview'));
}

/** Of each record what the machine has decided. */
export function decisionsOf(
  records: readonly Pick<JournalRecord, 'seq' | 'at' | 'event' | 'state' | 'facts'>[],
  origin: Origin,
): unknown {
  const decisions = records.map(({ seq, at, event: { type }, state, facts }) => ({ seq, at, type, state, facts }));
  return comparable(decisions, origin);
}

/** The same, as the model says it. */
export function decisionsOn({ start, stages }: Path): unknown {
  const { interviewId: id, at: createdAt } = start.context;
  const created = { seq: 1, at: createdAt, event: { type: 'interview.created' }, state: pathOf(start), facts: [] };
  const rest = stages.map(({ event, after, facts }, index) => ({
    seq: index + 2,
    at: instantOf(event),
    event,
    state: pathOf(after),
    facts,
  }));
  return decisionsOf([created, ...rest], { id, createdAt });
}
