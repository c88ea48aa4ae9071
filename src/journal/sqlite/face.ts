import { VivaError } from '../../errors.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { Claimed, Journal } from '../journal.ts';
import { toHead, toRecord, toRecordRow } from '../rows.ts';
import type { Others, Writes } from './engine.ts';

/** Appends that may wait for one commit. Above it the engine is overloaded and says so. */
export const limits = { countMax: 8_192, charsMax: 16 * 1024 * 1024 };

type Result<Method> = Method extends (...values: never[]) => infer Value ? Promise<Value> : never;
type ValuesOf<Method> = Method extends (...values: infer Values) => unknown ? Values : never;

/** Where an engine is, in this thread or another one. */
export interface Reach {
  /** The file, absolute. */
  readonly file: string;
  /** Write in the next commit, with whatever else is written then. `chars` is how much text there is; null = never refuse. */
  write<Name extends keyof Writes>(
    name: Name,
    values: ValuesOf<Writes[Name]>,
    chars: number | null,
  ): Result<Writes[Name]>;
  ask<Name extends keyof Others>(name: Name, ...values: ValuesOf<Others[Name]>): Result<Others[Name]>;
  /** Finish what is under way, then let go of the file. */
  close(): Promise<void>;
}

/** The journal before an engine: records become rows here, and rows records. */
export function createFace({ file, write, ask, close }: Reach, now: () => number): Journal {
  let closing: Promise<void> | null = null;

  /** Everything asked of the engine goes through here: after the close nothing reaches it. */
  async function use<Value>(work: () => Promise<Value>): Promise<Value> {
    if (closing) throw new VivaError('STORE_UNAVAILABLE', `${file} is closed`);
    return work();
  }

  return {
    capabilities: { isDurable: true, isShared: false },

    create({ id, meta, record, state, wakeAt, idempotency = null }) {
      const json = JSON.stringify(meta);
      const row = toRecordRow(record);
      const values = { id, createdAt: meta.createdAt, meta: json, record: row, state, wakeAt, idempotency };
      return use(() => write('create', [values], json.length));
    },

    claim: (id, owner, { leaseMs, force }) =>
      use(async () => {
        const claimed = await write('claim', [{ id, owner, leaseMs, force, now: now() }], 0);
        if (claimed === null || claimed === 'held') return claimed;
        const { head, snapshot, tail, commands } = claimed;
        return { head: toHead(head), snapshot, tail: tail.map(toRecord), commands } satisfies Claimed;
      }),

    append({ record, ...append }) {
      const row = toRecordRow(record);
      const chars = row.event.length + row.facts.length + (append.snapshot?.json.length ?? 0);
      return use(() => write('append', [{ ...append, record: row, now: now() }], chars));
    },

    release: (id, epoch, snapshot) => use(() => write('release', [id, epoch, snapshot ?? null], null)),

    erase: (id, at) => use(() => ask('erase', id, at)),

    load: (id, afterSeq = 0) =>
      use(async () => {
        const loaded = await ask('load', id, afterSeq);
        return loaded && { head: toHead(loaded.head), records: loaded.records.map(toRecord) };
      }),

    list: ({ state = null, cursor, limit }) =>
      use(async () => {
        const found = await ask('list', state, readCursor(cursor), limit + 1);
        const heads = found.slice(0, limit).map(toHead);
        const last = heads.at(-1);
        return { heads, cursor: last && found.length > limit ? writeCursor(last) : null };
      }),

    due: (at, limit) => use(() => ask('due', at, limit, now())),
    beat: ({ at, gapMs, knownUntil }) => use(() => ask('beat', at, gapMs, knownUntil)),
    putPlan: ({ id, hash, json, publishedAt }) => use(() => ask('putPlan', { id, hash, json, publishedAt })),
    getPlan: (id, version) => use(() => ask('getPlan', id, version ?? null)),
    listPlans: () => use(() => ask('listPlans')),
    ping: () => use(() => ask('ping')),

    close() {
      closing ??= close();
      return closing;
    },
  };
}
