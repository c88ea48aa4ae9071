import { type InterviewEvent, interview, type PlanOutline } from '../machines/interview.ts';
import { VivaError } from './errors.ts';
import type { JournalRecord, StoredSnapshot } from './journal/journal.ts';
import {
  begin,
  type Effect,
  effectsAfter,
  fromStored,
  type ResultEvent,
  reduce,
  type Snapshot,
  type Step,
  type StoredState,
  toStored,
} from './reduce.ts';
import { emptyWorking, foldWorking, type Working } from './working.ts';

/** Where one interview stands: everything that a restart must bring back. */
export interface Standing {
  seq: number;
  snapshot: Snapshot;
  effects: Effect[];
  working: Working;
}

/** The event of an interview's first record. The plan is pinned by hash in the head. */
export interface CreatedEvent {
  type: 'interview.created';
  at: number;
  invitationExpiresAt: number | null;
  timeMultiplier: number;
  isUntimed: boolean;
}

interface SnapshotEnvelope {
  machineVersion: string;
  state: StoredState;
  working: Working;
}

/** Move a standing by one step that is committed or is being replayed. */
export function advance(
  standing: Standing,
  step: Step,
  record: Pick<JournalRecord, 'seq' | 'event' | 'facts'>,
): Standing {
  return {
    seq: record.seq,
    snapshot: step.snapshot,
    effects: effectsAfter(standing.effects, step),
    working: foldWorking(standing.working, record.event, record.facts),
  };
}

/** The first step of an interview, from the event of its first record. */
export function created(interviewId: string, plan: PlanOutline, event: CreatedEvent): Step {
  const { at, invitationExpiresAt, timeMultiplier, isUntimed } = event;
  return begin({ interviewId, plan, at, invitationExpiresAt, timeMultiplier, isUntimed });
}

/** A standing as JSON, to be kept as a cache of the journal. */
export function writeSnapshot(standing: Standing): StoredSnapshot {
  const envelope: SnapshotEnvelope = {
    machineVersion: String(interview.version),
    state: toStored(standing.snapshot, standing.effects),
    working: standing.working,
  };
  return { seq: standing.seq, json: JSON.stringify(envelope) };
}

function readSnapshot(stored: StoredSnapshot | null, plan: PlanOutline): Standing | null {
  if (!stored) return null;
  const envelope = JSON.parse(stored.json) as SnapshotEnvelope;
  // A snapshot of another machine version is not guessed at: the journal is the truth and is replayed instead.
  if (envelope.machineVersion !== interview.version) return null;
  return {
    seq: stored.seq,
    snapshot: fromStored(envelope.state, plan),
    effects: envelope.state.effects,
    working: envelope.working,
  };
}

function unreadable(interviewId: string, seq: number, why: string): VivaError {
  return new VivaError('INTERNAL', `interview ${interviewId} cannot be replayed at record ${seq}: ${why}`);
}

/**
 * Replay records through the same reducer that wrote them.
 *
 * Shape:  without `from`, the first record must be `interview.created`; sequence numbers without a gap.
 * Errors: INTERNAL when the journal does not replay; nothing is guessed.
 */
export function replay(
  interviewId: string,
  plan: PlanOutline,
  records: readonly JournalRecord[],
  from: Standing | null = null,
): Standing {
  let standing = from;
  for (const record of records) {
    if (record.seq !== (standing?.seq ?? 0) + 1) throw unreadable(interviewId, record.seq, 'a record is missing');
    if (!standing) {
      const step = created(interviewId, plan, record.event as unknown as CreatedEvent);
      const start = { seq: 0, snapshot: step.snapshot, effects: [], working: emptyWorking };
      standing = advance(start, step, record);
      continue;
    }
    const step = reduce(standing.snapshot, record.event as unknown as InterviewEvent | ResultEvent);
    if (!step) throw unreadable(interviewId, record.seq, `the machine does not take ${record.event.type} here`);
    standing = advance(standing, step, record);
  }
  if (!standing) throw unreadable(interviewId, 0, 'it has no record');
  return standing;
}

/** Restore an interview: the snapshot if there is a usable one, then the records after it. */
export async function restore(
  interviewId: string,
  plan: PlanOutline,
  stored: { snapshot: StoredSnapshot | null; tail: JournalRecord[] },
  loadAll: () => Promise<JournalRecord[]>,
): Promise<Standing> {
  const from = readSnapshot(stored.snapshot, plan);
  if (stored.snapshot && !from) return replay(interviewId, plan, await loadAll());
  return replay(interviewId, plan, stored.tail, from);
}
