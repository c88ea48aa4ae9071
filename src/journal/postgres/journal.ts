import { hash } from 'node:crypto';
import { VivaError } from '../../errors.ts';
import { eraseTexts } from '../chain.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { createGroup } from '../group.ts';
import type { Claimed, Glance, Journal, Outage } from '../journal.ts';
import {
  countChars,
  type HeadRow as NumberedHeadRow,
  type PlanRow,
  type ReadRecordRow,
  toHead,
  toPlan,
  toRecord,
  toRecordRow,
} from '../rows.ts';
import { assertKnown } from '../versions.ts';
import { commitAppends } from './append.ts';
import { createPool, nameOf, type Query } from './pool.ts';
import { assertReadable, migrate } from './schema.ts';
import { texts } from './statements.ts';

/** Appends that may wait for one commit. Above it the engine is overloaded and says so. */
const WAITING_COUNT_MAX = 8_192;
const WAITING_CHARS_MAX = 16 * 1024 * 1024;
/** So far may the clocks of nodes be apart before one takes a ticket that another has forgotten. Units: ms. */
const TICKETS_KEPT_MS = 600_000;
/** Two that publish other content of one plan at once are told apart by asking again. */
const PUBLISH_ATTEMPTS_MAX = 20;

export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with the parameters that `pg` knows. */
  url: string;
  /** Connections at a time, two at least: one of them is kept for appends. */
  connectionsMax?: number;
  /** Read beside running services (the CLI): changes no schema, and every write rejects. */
  isReadOnly?: boolean;
}

type HeadRow = Omit<NumberedHeadRow, 'number'>;
type ClaimedRow = HeadRow & { snapshot_seq: number | null; snapshot_json: string | null; unheld_ms: number };
/** A head and, beside it, the columns of a record, each with `record_` before its name. */
type LoadedRow = HeadRow & { record_seq: number | null };

function besideHead(row: LoadedRow): ReadRecordRow {
  const columns = Object.entries(row).filter(([name]) => name.startsWith('record_') && name !== 'record_version');
  return Object.fromEntries(columns.map(([name, value]) => [name.slice('record_'.length), value])) as never;
}

/** PostgreSQL holds no NUL in a text, so nothing there has such an id. */
function isPossible(id: string): boolean {
  return !id.includes('\0');
}

async function assertDurable(query: Query, name: string): Promise<void> {
  const [settings = {}] = await query<Record<string, string | null>>(texts.readDurability);
  const off = Object.keys(settings).find((setting) => settings[setting] === 'off');
  if (off)
    throw new VivaError(
      'STORE_UNAVAILABLE',
      `${name} runs with ${off} = off, so it loses what was acknowledged when it goes down; set it to on`,
    );
}

async function prepare(url: string, isReadOnly: boolean): Promise<void> {
  const name = nameOf(url);
  const pool = createPool({ url, connectionsMax: 1, isPatient: true });
  try {
    if (isReadOnly) return await assertReadable(pool, name);
    await assertDurable(pool.query, name);
    await migrate(pool, name);
  } finally {
    await pool.end();
  }
}

/**
 * Open the journal in a PostgreSQL database, for any number of processes, and bring its schema up.
 *
 * Errors: STORE_UNAVAILABLE naming the database, without its password, and what is wrong.
 */
export async function openPostgresJournal({
  url,
  connectionsMax = 10,
  isReadOnly = false,
}: PostgresOptions): Promise<Journal> {
  const name = nameOf(url);
  await prepare(url, isReadOnly);
  // Readers, however many, must not hold up what people have said.
  const appendPool = createPool({ url, connectionsMax: 1, isReadOnly });
  const pool = createPool({ url, connectionsMax: Math.max(1, connectionsMax - 1), isReadOnly });
  const group = createGroup({
    commit: (entries: Parameters<typeof commitAppends>[1]) => commitAppends(appendPool, entries),
    countMax: WAITING_COUNT_MAX,
    charsMax: WAITING_CHARS_MAX,
  });
  let closing: Promise<void> | null = null;

  function assertOpen(): void {
    if (closing) throw new VivaError('STORE_UNAVAILABLE', `${name} is closed`);
  }

  const query: Query = async (text, values) => {
    assertOpen();
    return pool.query(text, values);
  };

  async function transact<T>(work: (ask: Query) => Promise<T>): Promise<T> {
    assertOpen();
    return pool.transact(work);
  }

  /** What is stored is read under our eyes only: a parse error quotes what it read. */
  function read<Row, Value>(rows: readonly Row[], toValue: (row: Row) => Value): Value[] {
    try {
      return rows.map(toValue);
    } catch {
      throw new VivaError('STORE_UNAVAILABLE', `${name} holds something that cannot be read`);
    }
  }

  async function readClaimed(row: ClaimedRow): Promise<Claimed> {
    const { id, head_seq, snapshot_seq: seq, snapshot_json: json, unheld_ms: unheldMs } = row;
    // Up to the head as it was claimed: others may have claimed and written since.
    const [records, commands] = await Promise.all([
      query<ReadRecordRow>(texts.listTail, [id, seq ?? 0, head_seq]),
      query<Claimed['commands'][number]>(texts.listCommands, [id, head_seq]),
    ]);
    const [head] = read([row], toHead);
    const snapshot = seq === null || json === null ? null : { seq, json };
    return { head: head as Claimed['head'], snapshot, tail: read(records, toRecord), commands, unheldMs };
  }

  async function eraseNow(ask: Query, row: HeadRow, at: number): Promise<void> {
    const [head] = read([row], toHead);
    if (!head) return;
    // Under the lock: a newer build may have written since anybody looked, in a form that is not known here.
    assertKnown(head);
    const before = await ask<ReadRecordRow>(texts.listTail, [row.id, 0, row.head_seq]);
    const { meta, records } = eraseTexts(head.meta, read(before, toRecord));
    const erased = records.map(({ commitments, ...record }) => {
      const { seq, event, command_digest } = toRecordRow(record);
      return { seq, event, command_digest, commitments: commitments ? JSON.stringify(commitments) : null };
    });
    await ask(texts.eraseHead, [row.id, at]);
    await ask(texts.eraseOpening, [row.id, JSON.stringify(meta)]);
    await ask(texts.eraseRecords, [row.id, JSON.stringify(erased)]);
    await ask(texts.dropSnapshot, [row.id]);
    await ask(texts.dropIdempotency, [row.id]);
  }

  return {
    capabilities: { isDurable: true, isShared: true },

    shared: {
      glance: (ids) => query<Glance>(texts.glance, [ids]),
      async sign(owner) {
        await query(texts.sign, [owner]);
      },
      async renew(owner, ids) {
        await query(texts.renew, [owner, ids]);
      },
      async holdFor(id, owner, by) {
        await query(texts.holdFor, [id, owner, by]);
      },
      redeem: async (ticketId, expiresAt) => (await query(texts.redeem, [ticketId, expiresAt])).length > 0,
    },

    create: ({ id, meta, record, state, wakeAt, idempotency }) =>
      transact(async (ask) => {
        // A key may say whose it is.
        const key = idempotency && hash('sha256', idempotency.key);
        const isFirst = !key || (await ask(texts.addIdempotency, [key, idempotency.digest, id])).length > 0;
        const [first] = isFirst ? [] : await ask<{ id: string; digest: string }>(texts.findIdempotency, [key]);
        if (first) return { ...first, isNew: false };
        const row = toRecordRow(record);
        const versions = [row.record_version, row.machine_version];
        const values = [id, meta.createdAt, state, wakeAt, row.at, row.hash, ...versions];
        const [added] = await ask(texts.addInterview, values);
        if (!added) return { id, isNew: false };
        await ask(texts.addOpening, [id, JSON.stringify(meta)]);
        await ask(texts.addRecord, [id, ...Object.values(row)]);
        return { id, isNew: true };
      }),

    async claim(id, owner, { leaseMs, force, by = null }) {
      assertOpen();
      if (!isPossible(id)) return null;
      const [claimed] = await query<ClaimedRow>(texts.claim, [id, owner, leaseMs, force, by]);
      if (claimed) return readClaimed(claimed);
      const [head] = await query<HeadRow>(texts.getHead, [id]);
      return head?.erased_at === null ? 'held' : null;
    },

    async append({ record, ...append }) {
      assertOpen();
      const entry = { append: { ...append }, record: toRecordRow(record) };
      return group.add(entry, countChars(entry));
    },

    async release(id, epoch, snapshot) {
      await query(texts.release, [id, epoch, snapshot?.seq ?? null, snapshot?.json ?? null]);
    },

    erase: (id, at) =>
      transact(async (ask) => {
        if (!isPossible(id)) return false;
        const [head] = await ask<HeadRow>(texts.lockHead, [id]);
        if (head?.erased_at === null) await eraseNow(ask, head, at);
        return head !== undefined;
      }),

    async load(id, afterSeq = 0) {
      assertOpen();
      if (!isPossible(id)) return null;
      const rows = await query<LoadedRow>(texts.load, [id, afterSeq]);
      const [head] = read(rows.slice(0, 1), toHead);
      if (!head) return null;
      const records = rows.filter(({ record_seq }) => record_seq !== null).map(besideHead);
      return { head, records: read(records, toRecord) };
    },

    async list({ state, cursor, limit }) {
      const { createdAt, id } = readCursor(cursor);
      const from = [createdAt, isPossible(id) ? id : '', limit + 1];
      const found =
        state === undefined
          ? await query<HeadRow>(texts.listHeads, from)
          : await query<HeadRow>(texts.listHeadsByState, [...from, state]);
      const heads = read(found.slice(0, limit), toHead);
      const last = heads.at(-1);
      return { heads, cursor: last && found.length > limit ? writeCursor(last) : null };
    },

    async due(at, limit) {
      return (await query<{ id: string }>(texts.listDue, [at, limit])).map(({ id }) => id);
    },

    beat: ({ at, gapMs, knownUntil }) =>
      transact(async (ask) => {
        await ask(texts.makeBeat, [at]);
        const [last] = await ask<{ at: number }>(texts.lockBeat);
        if (last && at - last.at >= gapMs) await ask(texts.addOutage, [last.at, at]);
        await ask(texts.beat, [at]);
        await ask(texts.forgetTickets, [at - TICKETS_KEPT_MS]);
        await ask(texts.forgetNodes);
        return ask<Outage>(texts.listOutages, [knownUntil]);
      }),

    async putPlan({ id, hash, json, publishedAt }) {
      for (let attempt = 0; attempt < PUBLISH_ATTEMPTS_MAX; attempt += 1) {
        const [known] = await query<PlanRow>(texts.findPlanByHash, [id, hash]);
        const [plan = known] = known ? [] : await query<PlanRow>(texts.addPlan, [id, hash, json, publishedAt]);
        if (plan) return toPlan(plan);
      }
      throw new VivaError('STORE_UNAVAILABLE', `too many publish plan ${id} at once`);
    },

    async getPlan(id, version) {
      assertOpen();
      if (!isPossible(id)) return null;
      const [found] =
        version === undefined
          ? await query<PlanRow>(texts.getNewestPlan, [id])
          : await query<PlanRow>(texts.getPlan, [id, version]);
      return found ? toPlan(found) : null;
    },

    listPlans: async () => (await query<PlanRow>(texts.listPlans)).map(toPlan),

    async ping() {
      const [row] = await query<{ transaction_read_only: string }>(texts.isReadOnly);
      if (row?.transaction_read_only === 'on')
        throw new VivaError('STORE_UNAVAILABLE', `${name} takes no writes; a primary is needed`);
    },

    close() {
      closing ??= group.drain().then(async () => {
        await Promise.all([appendPool.end(), pool.end()]);
      });
      return closing;
    },
  };
}
