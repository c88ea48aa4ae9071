import type { Append, InterviewHead, JournalRecord, StoredPlan, StoredSnapshot } from '../journal.ts';
import { HEAD_FIELDS } from './scripts.ts';

// What interviews are in Redis and what they mean. Every value is a text; '' = null.

const textOf = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value));
const numberOf = (text: string | undefined) => (text === undefined || text === '' ? null : Number(text));

/** Fields and values of a head that its newest record decides, as HSET takes them. */
export function writeHead(record: JournalRecord, { state, wakeAt }: Pick<Append, 'state' | 'wakeAt'>): string[] {
  const { seq, at, hash, versions } = record;
  const values = {
    headSeq: String(seq),
    state,
    wakeAt: textOf(wakeAt),
    updatedAt: String(at),
    hash,
    recordVersion: String(versions.record),
    machineVersion: versions.machine,
  };
  return Object.entries(values).flat();
}

/** Read a head as the scripts give it. */
export function readHead(values: readonly string[]): InterviewHead {
  const field = (name: (typeof HEAD_FIELDS)[number]) => values[HEAD_FIELDS.indexOf(name)] ?? '';
  return {
    id: field('id'),
    meta: JSON.parse(field('meta')) as InterviewHead['meta'],
    epoch: Number(field('epoch')),
    headSeq: Number(field('headSeq')),
    state: field('state'),
    wakeAt: numberOf(field('wakeAt')),
    updatedAt: Number(field('updatedAt')),
    hash: field('hash'),
    versions: { record: Number(field('recordVersion')), machine: field('machineVersion') },
    erasedAt: numberOf(field('erasedAt')),
  };
}

export function readRecord(json: string): JournalRecord {
  return JSON.parse(json) as JournalRecord;
}

/** The command of a record as its id and the value kept under it; two empty texts for none. */
export function writeCommand({ command, seq }: JournalRecord): [id: string, value: string] {
  return command ? [command.id, `${seq} ${command.digest}`] : ['', ''];
}

/** Read the value that is kept under a command id. */
export function readCommand(value: string): { seq: number; digest: string } {
  const blankAt = value.indexOf(' ');
  return { seq: Number(value.slice(0, blankAt)), digest: value.slice(blankAt + 1) };
}

/** Read all command ids of an interview, by sequence. */
export function readCommands(pairs: readonly string[]): { id: string; digest: string; seq: number }[] {
  const ids = pairs.filter((_, index) => index % 2 === 0);
  const commands = ids.map((id, index) => ({ id, ...readCommand(pairs[index * 2 + 1] ?? '') }));
  return commands.sort((a, b) => a.seq - b.seq);
}

/** Two empty texts for none. */
export function writeSnapshot(snapshot: StoredSnapshot | undefined): [seq: string, json: string] {
  return snapshot ? [String(snapshot.seq), snapshot.json] : ['', ''];
}

export function readSnapshot([seq, json]: readonly (string | null)[]): StoredSnapshot | null {
  return seq && typeof json === 'string' ? { seq: Number(seq), json } : null;
}

/** Read the version of a plan and what is kept of it; null where there is none. */
export function readPlan([version, json]: readonly (string | null)[]): StoredPlan | null {
  return version && json ? { ...(JSON.parse(json) as Omit<StoredPlan, 'version'>), version: Number(version) } : null;
}
