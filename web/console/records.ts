import type { JournalEntry } from './api.ts';
import { formatSecond } from './moments.ts';

// The journal as a table: pure.

/** Put entries in order, each once: the same record may come from the journal and from the socket. */
export function mergeRecords(known: JournalEntry[], more: JournalEntry[]): JournalEntry[] {
  const bySeq = new Map([...known, ...more].map((record) => [record.seq, record]));
  return bySeq.size === known.length ? known : [...bySeq.values()].sort((left, right) => left.seq - right.seq);
}

/** The newest record up to which nothing is missing. */
export function completeUpTo(records: JournalEntry[]): number {
  let seq = 0;
  for (const record of records) {
    if (record.seq !== seq + 1) break;
    seq = record.seq;
  }
  return seq;
}

function isVerdict(value: unknown): value is { pointId: string; verdict: string } {
  return typeof value === 'object' && value !== null && 'pointId' in value && 'verdict' in value;
}

function words(value: unknown): string {
  if (isVerdict(value)) return `${value.pointId} ${value.verdict}`;
  if (Array.isArray(value)) return `[${value.map(words).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{${pairs(value as Record<string, unknown>)}}`;
  return String(value);
}

function isInstant(key: string, value: unknown): value is number {
  return typeof value === 'number' && (key.endsWith('At') || key === 'until');
}

function pairs(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key}: ${isInstant(key, value) ? formatSecond(value) : words(value)}`)
    .join(', ');
}

/** What a fact says besides its type. Facts hold ids and numbers, never the candidate's words. */
export function describeFact({ type: _type, ...fields }: JournalEntry['facts'][number]): string {
  return pairs(fields);
}

/** What an event carries, with the candidate's words as a length: the answers themselves stand in the transcript. */
export function describeEvent({ event }: JournalEntry): string {
  const { type: _type, at: _at, text, output, actorId: _actorId, ...fields } = event;
  const said = typeof text === 'string' ? [`${text.length} characters`] : [];
  const failed = (output as { ok?: unknown; code?: unknown } | undefined)?.ok === false;
  const code = failed ? [`code: ${words((output as { code?: unknown }).code)}`] : [];
  const rest = pairs(fields);
  return [...said, ...code, ...(rest ? [rest] : [])].join(', ');
}

const effectNames: Record<string, string> = { done: 'done', error: 'failed' };

/** An event's type as people read it: XState names the results of invoked actors by itself. */
export function nameEvent(type: string): string {
  const [, result = '', id = ''] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(type) ?? [];
  return id ? `${id} ${effectNames[result]}` : type;
}
