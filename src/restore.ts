import type { InterviewEvent, InterviewFact, PlanOutline } from '../machines/interview.ts';
import { isAnnotation } from './annotations.ts';
import { VivaError } from './errors.ts';
import type { JournalRecord, StoredSnapshot, Versions } from './journal/journal.ts';
import { bringUp, type SnapshotStep, snapshotSteps } from './journal/snapshots.ts';
import { versionsNow } from './journal/versions.ts';
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
  statePathOf,
  toStored,
} from './reduce.ts';
import { emptyWorking, foldWorking, type Working } from './working.ts';

/** Where one interview stands: everything that a restart must bring back. */
export interface Standing {
  seq: number;
  snapshot: Snapshot;
  effects: Effect[];
  working: Working;
  /** The record that asked the main question: the words at hand were said from there on. 0 = nothing is asked yet. */
  askedSeq: number;
  /** The newest record that anybody would notice: a reconnect that changed nothing is none. */
  newsSeq: number;
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
  /** Form of the records that it stands for. */
  recordVersion: number;
  /** Pins the version of the plan. */
  planHash: string;
  state: StoredState;
  /** Words are left out, so that a snapshot holds nothing that a candidate wrote; they are in the records. */
  scores: Working['scores'];
  askedSeq: number;
  /** Absent in snapshots of the first machine. */
  newsSeq?: number;
  /** Absent while no model has judged. */
  tokensSpent?: number;
}

function isQuestionAsked(fact: InterviewFact): boolean {
  return fact.type === 'prompt.asked' && fact.prompt.kind === 'question';
}

const presenceTypes = new Set(['candidate.left', 'candidate.joined']);

/** Move a standing by one step that is committed or is being replayed. */
export function advance(
  standing: Standing,
  step: Step,
  record: Pick<JournalRecord, 'seq' | 'event' | 'facts'>,
): Standing {
  // Of hardly any event it has to be known whether the state is still the same.
  const isQuiet = presenceTypes.has(record.event.type) || isAnnotation(record.event);
  const isNews = !(isQuiet && statePathOf(step.snapshot) === statePathOf(standing.snapshot));
  return {
    seq: record.seq,
    snapshot: step.snapshot,
    effects: effectsAfter(standing.effects, step),
    working: foldWorking(standing.working, record.event, record.facts),
    askedSeq: record.facts.some(isQuestionAsked) ? record.seq : standing.askedSeq,
    newsSeq: isNews ? record.seq : standing.newsSeq,
  };
}

/** The step that changes nothing. */
export function stay({ snapshot }: Standing): Step {
  return { snapshot, stopped: [], started: [], facts: [] };
}

/** The first step of an interview, from the event of its first record. */
export function created(interviewId: string, plan: PlanOutline, event: CreatedEvent): Step {
  const { at, invitationExpiresAt, timeMultiplier, isUntimed } = event;
  return begin({ interviewId, plan, at, invitationExpiresAt, timeMultiplier, isUntimed });
}

/** A standing as JSON, to be kept as a cache of the journal. */
export function writeSnapshot(standing: Standing): StoredSnapshot {
  const envelope: SnapshotEnvelope = {
    machineVersion: versionsNow.machine,
    recordVersion: versionsNow.record,
    planHash: standing.snapshot.context.plan.hash,
    state: toStored(standing.snapshot, standing.effects),
    scores: standing.working.scores,
    askedSeq: standing.askedSeq,
    newsSeq: standing.newsSeq,
    ...(standing.working.tokensSpent > 0 ? { tokensSpent: standing.working.tokensSpent } : {}),
  };
  return { seq: standing.seq, json: JSON.stringify(envelope) };
}

/** Which snapshots are read: a test brings versions of its own. */
export interface SnapshotReading {
  known: Versions;
  steps: readonly SnapshotStep[];
}

function readSnapshot(
  stored: StoredSnapshot | null,
  plan: PlanOutline,
  { known, steps }: SnapshotReading,
): Standing | null {
  if (!stored) return null;
  const envelope = bringUp(JSON.parse(stored.json), known.machine, steps) as SnapshotEnvelope | null;
  // What cannot be brought up is not guessed at: the journal is the truth and is replayed instead.
  if (!envelope || envelope.recordVersion > known.record) return null;
  // The first snapshots held words, and not where they were said.
  if (envelope.askedSeq === undefined || envelope.planHash !== plan.hash) return null;
  return {
    seq: stored.seq,
    snapshot: fromStored(envelope.state, plan),
    effects: envelope.state.effects,
    working: { ...emptyWorking, scores: envelope.scores, tokensSpent: envelope.tokensSpent ?? 0 },
    askedSeq: envelope.askedSeq,
    newsSeq: envelope.newsSeq ?? stored.seq,
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
      const start = { seq: 0, snapshot: step.snapshot, effects: [], working: emptyWorking, askedSeq: 0, newsSeq: 0 };
      standing = advance(start, step, record);
      continue;
    }
    if (isAnnotation(record.event)) {
      standing = advance(standing, stay(standing), record);
      continue;
    }
    const step = reduce(standing.snapshot, record.event as unknown as InterviewEvent | ResultEvent);
    if (!step) throw unreadable(interviewId, record.seq, `the machine does not take ${record.event.type} here`);
    standing = advance(standing, step, record);
  }
  if (!standing) throw unreadable(interviewId, 0, 'it has no record');
  return standing;
}

/** The words at hand, from the records since the question was asked; what was spent is counted once. */
function withWords(standing: Standing, records: readonly JournalRecord[]): Standing {
  const said = records.filter(({ seq }) => seq >= standing.askedSeq && seq <= standing.seq);
  const working = said.reduce((folded, { event, facts }) => foldWorking(folded, event, facts), standing.working);
  return { ...standing, working: { ...working, tokensSpent: standing.working.tokensSpent } };
}

/**
 * Restore an interview: the snapshot if there is a usable one, then the records after it. `loadAfter` reads the records
 * after a sequence number, or more of them.
 */
export async function restore(
  interviewId: string,
  plan: PlanOutline,
  stored: { snapshot: StoredSnapshot | null; tail: JournalRecord[] },
  loadAfter: (seq: number) => Promise<JournalRecord[]>,
  reading: SnapshotReading = { known: versionsNow, steps: snapshotSteps },
): Promise<Standing> {
  const from = readSnapshot(stored.snapshot, plan, reading);
  if (stored.snapshot && !from) return replay(interviewId, plan, await loadAfter(0));
  if (!from || from.askedSeq === 0) return replay(interviewId, plan, stored.tail, from);
  return replay(interviewId, plan, stored.tail, withWords(from, await loadAfter(from.askedSeq - 1)));
}
