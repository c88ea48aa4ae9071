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
  head_hash: string;
  record_version: number;
  machine_version: string;
  erased_at: number | null;
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
  record_version: number;
  machine_version: string;
  hash: string;
  salt: string | null;
}

/** A record row as it is read: the commitments of an erased one are kept apart. */
export interface ReadRecordRow extends RecordRow {
  commitments: string | null;
}

export interface PlanRow {
  id: string;
  version: number;
  hash: string;
  json: string;
  published_at: number;
}

/** Read a head row. */
export function toHead(row: Omit<HeadRow, 'number'>): InterviewHead {
  return {
    id: row.id,
    meta: JSON.parse(row.meta) as InterviewHead['meta'],
    epoch: row.epoch,
    headSeq: row.head_seq,
    state: row.state,
    wakeAt: row.wake_at,
    updatedAt: row.updated_at,
    hash: row.head_hash,
    versions: { record: row.record_version, machine: row.machine_version },
    erasedAt: row.erased_at,
  };
}

/** Read a record row. */
export function toRecord(row: ReadRecordRow): JournalRecord {
  return {
    seq: row.seq,
    at: row.at,
    epoch: row.epoch,
    by: row.cause as Cause,
    event: JSON.parse(row.event) as JournalRecord['event'],
    facts: JSON.parse(row.facts) as JournalRecord['facts'],
    state: row.state,
    ...(row.command_id === null ? {} : { command: { id: row.command_id, digest: (row.command_digest ?? '').trim() } }),
    versions: { record: row.record_version, machine: row.machine_version },
    hash: row.hash,
    ...((row.salt ?? '').trim() === '' ? {} : { salt: row.salt as string }),
    ...(row.commitments === null ? {} : { commitments: JSON.parse(row.commitments) as Record<string, string> }),
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
    record_version: record.versions.record,
    machine_version: record.versions.machine,
    hash: record.hash,
    salt: record.salt ?? null,
  };
}

/**
 * Overwrite a row's texts with others of the same length in bytes: what stays as long as it was is overwritten where it
 * stands in the file, while a row that grows or shrinks may leave copies of itself and its neighbours behind.
 */
export function padTo<Row extends object>(before: Row, after: Row): Row {
  const entries = Object.entries(after).map(([name, value]) => {
    const old = (before as Record<string, unknown>)[name];
    if (typeof old !== 'string') return [name, value];
    const text = typeof value === 'string' ? value : '';
    return [name, text + ' '.repeat(Math.max(0, Buffer.byteLength(old) - Buffer.byteLength(text)))];
  });
  return Object.fromEntries(entries) as Row;
}

/** What a head row takes over from its newest record. */
export function toHeadValues({ at, hash, record_version: recordVersion, machine_version: machineVersion }: RecordRow) {
  return { at, hash, recordVersion, machineVersion };
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
