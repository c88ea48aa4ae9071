import { hash } from 'node:crypto';
import { canonicalJsonWith, type Places } from './canonical.ts';
import type { InterviewHead, InterviewMeta, JournalRecord } from './journal.ts';

// The chain over the records of one interview. Each record's hash covers the hash before it and the record itself, in
// which every personal text is stood for by a salted commitment. So text and salt can be erased, and the chain still
// holds. Pure: salts are handed in. PROTOCOL.md, "I: the record chain", says the same in words.

/**
 * What an erased text leaves behind. The machine asks of a text only whether it is blank, so replay goes as before. One
 * character, because no text may become longer: an engine can overwrite it where it stands.
 */
export const ERASED = '-';

/** Where a record, or the meta beside the first one, holds what a person wrote or who they are. `*` = each member. */
const personalPaths = [
  '/event/text',
  '/event/reason',
  '/event/output/evaluation/points/*/reason',
  '/event/output/evaluation/points/*/evidence/*/quote',
  // A digest of a short text is as good as the text.
  '/command/digest',
  '/meta/candidate/*',
  '/meta/externalId',
].map((path) => path.split('/').slice(1));

/** What the first record answers for besides itself. */
export interface Opening {
  interviewId: string;
  meta: InterviewMeta;
}

type Unsealed = Omit<JournalRecord, 'hash' | 'salt' | 'commitments'>;
type Replace = (text: string, path: string) => unknown;

/** Blank texts stay: they tell nothing of a person, and something to the machine. */
function replaceAt(value: unknown, steps: readonly string[], replace: Replace, path: string): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return typeof value === 'string' && value.trim() !== '' ? replace(value, path) : value;
  if (typeof value !== 'object' || value === null) return value;
  const next = ([name, child]: [string, unknown]): [string, unknown] =>
    step === '*' || step === name ? [name, replaceAt(child, rest, replace, `${path}/${name}`)] : [name, child];
  if (Array.isArray(value)) return Object.entries(value).map((entry) => next(entry)[1]);
  return Object.fromEntries(Object.entries(value).map(next));
}

/** A copy in which every personal text is replaced. */
function replaceTexts<Value extends object>(value: Value, replace: Replace): Value {
  const isThere = ([first = '']: string[]) => first in value;
  return personalPaths
    .filter(isThere)
    .reduce<unknown>((copy, steps) => replaceAt(copy, steps, replace, ''), value) as Value;
}

function toPlaces(paths: readonly (readonly string[])[]): Places {
  const names = new Set(paths.flatMap(([name]) => (name === undefined ? [] : name)));
  const below = (name: string) => paths.filter(([first]) => first === name).map(([_first, ...rest]) => rest);
  return {
    isText: paths.some(({ length }) => length === 0),
    byName: new Map([...names].map((name) => [name, toPlaces(below(name))])),
  };
}

const personalPlaces = toPlaces(personalPaths);

/** Strings alone are written canonically by JSON.stringify, too, and in one piece, which is faster to hash. */
function commitTo(text: string, path: string, salt: string): string {
  return hash('sha256', JSON.stringify([salt, path, text]));
}

function hashOf(previousHash: string, body: object, replace: Replace): string {
  const commit = (text: string, path: string) => ({ commitment: replace(text, path) });
  return hash('sha256', `[${JSON.stringify(previousHash)},${canonicalJsonWith(commit, personalPlaces, body)}]`);
}

/**
 * Close a record into the chain. The first record has no hash before it and closes the interview's opening in.
 *
 * Shape: the salt is kept with the record if there is a text to commit to, and only then.
 */
export function sealRecord(
  record: Unsealed,
  { previousHash = '', salt, opening }: { previousHash?: string; salt: string; opening?: Opening },
): JournalRecord {
  let isSalted = false;
  const sealed = hashOf(previousHash, { ...record, ...opening }, (text, path) => {
    isSalted = true;
    return commitTo(text, path, salt);
  });
  return { ...record, hash: sealed, ...(isSalted ? { salt } : {}) };
}

/** The hash that a stored record should have; null when its salt or commitments are not as they must be. */
function rehash(
  { hash: _stored, salt, commitments, ...record }: JournalRecord,
  previousHash: string,
  opening?: Opening,
) {
  let usedCount = 0;
  const found = hashOf(previousHash, { ...record, ...opening }, (text, path) => {
    usedCount += 1;
    if (salt !== undefined) return commitTo(text, path, salt);
    return text === ERASED ? commitments?.[path] : undefined;
  });
  const isSalted = salt !== undefined && commitments === undefined && usedCount > 0;
  const isErased = salt === undefined && Object.keys(commitments ?? {}).length === usedCount;
  // Commitments to nothing would be a place for what no hash covers.
  const isBare = commitments === undefined || usedCount > 0;
  return isSalted || (isErased && isBare) ? found : null;
}

/** What is wrong with a chain, and where it shows first. */
export interface Break {
  seq: number;
  /** `missing`: another record stands there, or none. `changed`: it is not what was hashed. `head`: nor is the end. */
  because: 'missing' | 'changed' | 'head';
}

/** What there is to say about the records of an interview. */
export interface ChainCheck {
  isIntact: boolean;
  recordCount: number;
  /** The hash of the newest record: who keeps it can tell later whether anything before it was changed. */
  headHash: string;
  /** The first place where the chain does not hold. */
  brokenAt?: Break;
  /** When the personal texts were erased. Units: ms since 1970 UTC. */
  erasedAt?: number;
  /** Records from before there was a chain: hashed when their file was brought up, not when they were written. */
  lateCount?: number;
}

function findBreak(
  { id, meta, hash: headHash, headSeq }: InterviewHead,
  records: readonly JournalRecord[],
): Break | null {
  let previousHash = '';
  for (const [index, record] of records.entries()) {
    const seq = index + 1;
    if (record.seq !== seq) return { seq, because: 'missing' };
    const expected = rehash(record, previousHash, seq === 1 ? { interviewId: id, meta } : undefined);
    if (record.hash !== expected) return { seq, because: 'changed' };
    previousHash = record.hash;
  }
  if (headSeq > records.length || records.length === 0) return { seq: records.length + 1, because: 'missing' };
  return headSeq === records.length && headHash === previousHash ? null : { seq: records.length, because: 'head' };
}

/** Check all records of an interview against its head. */
export function verifyChain(head: InterviewHead, records: readonly JournalRecord[]): ChainCheck {
  const brokenAt = findBreak(head, records);
  const lateCount = records.filter(({ versions }) => versions.record < 2).length;
  return {
    isIntact: brokenAt === null,
    recordCount: records.length,
    headHash: head.hash,
    ...(brokenAt ? { brokenAt } : {}),
    ...(head.erasedAt === null ? {} : { erasedAt: head.erasedAt }),
    ...(lateCount === 0 ? {} : { lateCount }),
  };
}

/** A record without its personal texts and their salt; commitments stand for them. `meta` belongs to the first one. */
function eraseRecord({ salt, commitments, ...record }: JournalRecord, meta?: InterviewMeta) {
  const kept: Record<string, string> = { ...commitments };
  const body = replaceTexts({ ...record, ...(meta ? { meta } : {}) }, (text, path) => {
    if (salt !== undefined) kept[path] = commitTo(text, path, salt);
    return ERASED;
  });
  const { meta: erasedMeta, ...erased } = body as typeof body & { meta?: InterviewMeta };
  const isCommitted = Object.keys(kept).length > 0;
  return { record: { ...erased, ...(isCommitted ? { commitments: kept } : {}) }, meta: erasedMeta };
}

/** A record with `by` in the place of every personal text, for those who need not read it. */
export function redactRecord(record: JournalRecord, by: string): JournalRecord {
  return replaceTexts(record, () => by);
}

/** The meta and the records of an interview without anything personal. What was erased before stays as it is. */
export function eraseTexts(
  meta: InterviewMeta,
  records: readonly JournalRecord[],
): { meta: InterviewMeta; records: JournalRecord[] } {
  const erased = records.map((record) => eraseRecord(record, record.seq === 1 ? meta : undefined));
  const { candidate: _person, externalId: _theirs, ...rest } = meta;
  return {
    // Without its first record, which is how a broken journal may be, nothing commits to it.
    meta: erased.find((one) => one.meta)?.meta ?? { ...rest, candidate: {} },
    records: erased.map(({ record }) => record),
  };
}
