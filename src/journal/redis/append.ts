import type { Append, Appended } from '../journal.ts';
import { type Connection, toRefusal } from './connection.ts';
import { readCommand, writeCommand, writeHead, writeSnapshot } from './encoding.ts';
import type { Keys } from './keys.ts';
import { scripts } from './scripts.ts';

/** Appends of one script: nobody else is served while it runs, and this many take a few milliseconds. */
const SCRIPT_APPENDS_MAX = 256;

/** An append as its keys and values, as they were when it was asked for. */
export interface Entry {
  keys: string[];
  values: string[];
  /** How much text it holds. */
  charCount: number;
}

export function toEntry(keys: Keys, append: Append): Entry {
  const { interviewId: id, epoch, record, previousHash, state, wakeAt, snapshot } = append;
  const json = JSON.stringify(record);
  return {
    keys: [keys.head(id), keys.records(id), keys.commands(id), keys.snapshot(id)],
    values: [
      ...[String(epoch), String(record.seq), previousHash, state, String(wakeAt ?? ''), json],
      ...[...writeCommand(record), ...writeSnapshot(snapshot), ...writeHead(record, { state, wakeAt })],
    ],
    charCount: json.length + (snapshot?.json.length ?? 0),
  };
}

type Settled = PromiseSettledResult<Appended>;

function toSettled(name: string, [outcome, detail = '']: readonly string[]): Settled {
  if (outcome === 'refused') return { status: 'rejected', reason: toRefusal(name, detail) };
  if (outcome === 'written') return { status: 'fulfilled', value: { ok: true } };
  const isDuplicate = outcome === 'duplicate';
  const reason = isDuplicate ? { reason: 'duplicate' as const, ...readCommand(detail) } : { reason: 'fenced' as const };
  return { status: 'fulfilled', value: { ok: false, ...reason } };
}

/** Commit appends in as few scripts as will do, each in one commit and in one round trip. */
export async function commitAppends(
  { connection, keys, name }: { connection: Connection; keys: Keys; name: string },
  entries: readonly Entry[],
): Promise<Settled[]> {
  async function commit(chunk: readonly Entry[]): Promise<Settled[]> {
    try {
      const outcomes = await connection.run(
        scripts.append,
        [keys.byState, keys.byWake, ...chunk.flatMap((entry) => entry.keys)],
        chunk.flatMap((entry) => entry.values),
      );
      return (outcomes as string[][]).map((outcome) => toSettled(name, outcome));
    } catch (reason) {
      return chunk.map(() => ({ status: 'rejected', reason }));
    }
  }

  const chunks = Array.from({ length: Math.ceil(entries.length / SCRIPT_APPENDS_MAX) }, (_, index) =>
    entries.slice(index * SCRIPT_APPENDS_MAX, (index + 1) * SCRIPT_APPENDS_MAX),
  );
  return (await Promise.all(chunks.map(commit))).flat();
}
