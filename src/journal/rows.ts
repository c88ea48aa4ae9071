import type { Append, Cause, InterviewHead, JournalRecord, StoredPlan } from './journal.ts';

// Rows of the SQL engines and what they mean. The tables are STRICT, so a row has the types written here.

export interface NumberRow {
  /** The interview's key inside the database. */
  number: number;
}

export interface HeadRow extends NumberRow {
  id: string;
  meta: string;
  epoch: number;
  head_seq: number;
  state: string;
  wake_at: number | null;
  updated_at: number;
}

export interface RecordRow {
  seq: number;
  epoch: number;
  at: number;
  cause: string;
  state: string;
  event: string;
  facts: string;
  command_id: string | null;
  command_digest: string | null;
}

export interface PlanRow {
  id: string;
  version: number;
  hash: string;
  json: string;
  published_at: number;
}

/** Read a head row. */
export function toHead(row: HeadRow): InterviewHead {
  return {
    id: row.id,
    meta: JSON.parse(row.meta) as InterviewHead['meta'],
    epoch: row.epoch,
    headSeq: row.head_seq,
    state: row.state,
    wakeAt: row.wake_at,
    updatedAt: row.updated_at,
  };
}

/** Read a record row. */
export function toRecord(row: RecordRow): JournalRecord {
  return {
    seq: row.seq,
    at: row.at,
    epoch: row.epoch,
    by: row.cause as Cause,
    event: JSON.parse(row.event) as JournalRecord['event'],
    facts: JSON.parse(row.facts) as JournalRecord['facts'],
    state: row.state,
    ...(row.command_id === null ? {} : { command: { id: row.command_id, digest: row.command_digest ?? '' } }),
  };
}

/** Read a plan row. */
export function toPlan({ published_at: publishedAt, id, version, hash, json }: PlanRow): StoredPlan {
  return { id, version, hash, json, publishedAt };
}

/** Write a record row. Called when the append is asked for, so that later changes of the record do not count. */
export function toRecordRow(record: JournalRecord): RecordRow {
  return {
    seq: record.seq,
    epoch: record.epoch,
    at: record.at,
    cause: record.by,
    state: record.state,
    event: JSON.stringify(record.event),
    facts: JSON.stringify(record.facts),
    command_id: record.command?.id ?? null,
    command_digest: record.command?.digest ?? null,
  };
}

/** An append as text and numbers, ready for a transaction. */
export interface AppendRow {
  append: Omit<Append, 'record'>;
  record: RecordRow;
}

/** How much text an append holds. */
export function countChars({ append, record }: AppendRow): number {
  return record.event.length + record.facts.length + (append.snapshot?.json.length ?? 0);
}
