import { VivaError } from '../errors.ts';
import { type ChainCheck, verifyChain } from '../journal/chain.ts';
import type { InterviewHead, Journal, JournalRecord } from '../journal/journal.ts';
import { assertKnown } from '../journal/versions.ts';
import { toOutline } from '../plans/outline.ts';
import type { PublishedPlan } from '../plans/schema.ts';
import type { Role, Transcript, View } from '../protocol.ts';
import { replay, type Standing } from '../restore.ts';
import { viewFor } from '../view.ts';
import { type OpenLedger, readLedger } from './ledger.ts';
import { foldStory } from './story.ts';
import { toTranscript } from './transcript.ts';

/** One interview as its journal tells it, read without becoming its writer. */
export interface Reading {
  head: InterviewHead;
  records: JournalRecord[];
  /** Whether the records are as they were written. */
  chain: ChainCheck;
  published: PublishedPlan;
  standing: Standing;
  transcript: Transcript;
  ledger: OpenLedger;
}

/**
 * Read an interview from its journal.
 *
 * Errors: INTERVIEW_NOT_FOUND, VERSION_PARKED, PLAN_NOT_FOUND, STORE_UNAVAILABLE, INTERNAL when the journal does not replay.
 */
export async function readInterview(
  journal: Journal,
  findPlan: (planId: string, version: number) => Promise<PublishedPlan>,
  id: string,
): Promise<Reading> {
  const loaded = await journal.load(id);
  if (!loaded) throw new VivaError('INTERVIEW_NOT_FOUND', 'no interview has this id');
  const { head, records } = loaded;
  assertKnown(head);
  const published = await findPlan(head.meta.planId, head.meta.planVersion);
  const standing = replay(id, toOutline(published), records);
  const { transcript: folded, ledger } = foldStory(published, records);
  const transcript = toTranscript(folded);
  return { head, records, chain: verifyChain(head, records), published, standing, transcript, ledger };
}

/**
 * A reading as it was when a record had just been written; whether the chain holds is told of all of it.
 *
 * Errors: REQUEST_INVALID when there is no such record.
 */
export function readingAt(reading: Reading, seq: number): Reading {
  const { published } = reading;
  const records = reading.records.slice(0, seq);
  const last = records.at(-1);
  if (last?.seq !== seq) throw new VivaError('REQUEST_INVALID', `there is no record ${seq} in this interview`);
  const head = { ...reading.head, headSeq: seq, updatedAt: last.at };
  const chain = { ...reading.chain, recordCount: seq, headHash: last.hash };
  const { transcript: folded, ledger } = foldStory(published, records);
  const transcript = toTranscript(folded);
  const standing = replay(head.id, toOutline(published), records);
  return { ...reading, head, records, chain, standing, transcript, ledger };
}

/** The view of a role, from a reading. Who is connected is known to the live actor only. */
export function viewOfReading(
  reading: Reading,
  role: Role,
  { now, answerCharsMax }: { now: number; answerCharsMax: number },
): View {
  const { head, published, standing, transcript, ledger } = reading;
  const { snapshot, working } = standing;
  return viewFor(role, {
    published,
    meta: head.meta,
    snapshot,
    working,
    transcript: () => transcript,
    timeLedger: () => readLedger(ledger, now),
    isCandidateConnected: false,
    answerCharsMax,
    now,
  });
}
