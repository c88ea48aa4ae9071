import { hash } from 'node:crypto';
import { VivaError } from '../../errors.ts';
import { eraseTexts } from '../chain.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { createGroup } from '../group.ts';
import type { Cause, Claimed, InterviewHead, Journal, JournalRecord, StoredPlan } from '../journal.ts';
import { assertKnown } from '../versions.ts';
import { commitAppends, type Entry, toEntry } from './append.ts';
import { openConnection, readPlace } from './connection.ts';
import {
  readCommands,
  readHead,
  readPlan,
  readRecord,
  readSnapshot,
  writeCommand,
  writeHead,
  writeSnapshot,
} from './encoding.ts';
import { createKeys, PLACE_CHARS, placeOf } from './keys.ts';
import { type Script, scripts } from './scripts.ts';
import { assertAlone, readWarnings } from './settings.ts';

/** Appends that may wait for those before them. Above it the engine is overloaded and says so. */
const WAITING_COUNT_MAX = 8_192;
const WAITING_CHARS_MAX = 16 * 1024 * 1024;
/** So far may the clocks of nodes be apart before one takes a ticket that another has forgotten. Units: ms. */
const TICKETS_KEPT_MS = 600_000;
/** An erasure that a writer overtakes begins again. */
const ERASE_ATTEMPTS_MAX = 100;
/** What the keys and their values mean. A build refuses what a newer one has begun. */
const SCHEMA_VERSION = 1;

export interface RedisOptions {
  /** `redis://USER:PASSWORD@HOST:PORT/DATABASE?prefix=PREFIX`, or `rediss:`; keys begin with `viva` by default. */
  url: string;
  /** Takes what an operator should know of how safe the server keeps what is acknowledged. */
  onWarning?: (text: string) => void;
  /** Read beside a running service: whatever would write rejects. */
  isReadOnly?: boolean;
}

/**
 * Open the journal on a Redis server, for any number of processes.
 *
 * What is acknowledged is as safe as the server keeps it; where a replica takes over, some of it may be lost.
 *
 * Errors: STORE_UNAVAILABLE naming the server, without its password, and what is wrong.
 */
export async function openRedisJournal({
  url,
  onWarning = () => {},
  isReadOnly = false,
}: RedisOptions): Promise<Journal> {
  const place = readPlace(url);
  const { name, prefix } = place;
  const keys = createKeys(prefix);
  // Replies to readers, however long, must not hold up what people have said.
  const connections = await Promise.all([openConnection(place), openConnection(place)]);
  const [connection, appendConnection] = connections;
  const end = () => Promise.all(connections.map((each) => each.end()));
  const group = createGroup({
    commit: (entries: Entry[]) => commitAppends({ connection: appendConnection, keys, name }, entries),
    countMax: WAITING_COUNT_MAX,
    charsMax: WAITING_CHARS_MAX,
  });
  let closing: Promise<void> | null = null;

  async function prepare(): Promise<void> {
    await assertAlone(connection, name);
    if (!isReadOnly) await connection.ask('SET', keys.schema, String(SCHEMA_VERSION), 'NX');
    const version = Number(await connection.ask('GET', keys.schema));
    if (version === 0) throw new VivaError('STORE_UNAVAILABLE', `${name} holds no journal under ${prefix}`);
    if (version > SCHEMA_VERSION)
      throw new VivaError(
        'STORE_UNAVAILABLE',
        `${name} has schema version ${version}, this viva knows versions up to ${SCHEMA_VERSION}; start the newer viva that wrote it`,
      );
    if (isReadOnly) return;
    for (const warning of await readWarnings(connection, name)) onWarning(warning);
  }

  await prepare().catch(async (error: unknown) => {
    await end();
    throw error;
  });

  function assertOpen(): void {
    if (closing) throw new VivaError('STORE_UNAVAILABLE', `${name} is closed`);
  }

  function assertWritable(): void {
    assertOpen();
    if (isReadOnly) throw new VivaError('STORE_UNAVAILABLE', `${name} is open read-only and takes no writes`);
  }

  /** The reply is what the script says it returns. */
  async function run<Reply>(
    script: Script,
    names: readonly string[],
    values: readonly (string | number)[] = [],
  ): Promise<Reply> {
    if (script.isWriting) assertWritable();
    assertOpen();
    return (await connection.run(script, names, values)) as Reply;
  }

  /** What is stored is read under our eyes only: a parse error quotes what it read. */
  function read<Value>(parse: () => Value): Value {
    try {
      return parse();
    } catch {
      throw new VivaError('STORE_UNAVAILABLE', `${name} holds something that cannot be read`);
    }
  }

  async function loadNow(
    id: string,
    afterSeq: number,
  ): Promise<{ head: InterviewHead; records: JournalRecord[] } | null> {
    const [head, records = []] = await run<[string[]?, string[]?]>(
      scripts.load,
      [keys.head(id), keys.records(id)],
      [Math.max(0, afterSeq)],
    );
    return head ? read(() => ({ head: readHead(head), records: records.map(readRecord) })) : null;
  }

  /** False = somebody wrote meanwhile. */
  async function eraseNow(head: InterviewHead, before: readonly JournalRecord[], at: number): Promise<boolean> {
    const { id, epoch, headSeq } = head;
    const { meta, records } = eraseTexts(head.meta, before);
    const commands = records.filter(({ command }) => command).flatMap(writeCommand);
    const erased = await run<number>(
      scripts.erase,
      [keys.head(id), keys.records(id), keys.commands(id), keys.snapshot(id), keys.byWake],
      [
        epoch,
        headSeq,
        at,
        JSON.stringify(meta),
        records.length,
        ...records.map((one) => JSON.stringify(one)),
        ...commands,
      ],
    );
    return erased === 1;
  }

  /** What the key of a head has before and after the id. */
  const aroundId = keys.head('\0').split('\0');

  return {
    capabilities: { isDurable: true, isShared: true, mayLoseOnFailover: true },

    shared: {
      async glance(ids) {
        const found = await run<string[][]>(scripts.glance, ids.map(keys.head));
        return found.map(([id = '', epoch, headSeq, owner, claimedBy, erasedAt]) => ({
          id,
          epoch: Number(epoch),
          headSeq: Number(headSeq),
          heldFor: owner && claimedBy ? (claimedBy as Cause) : null,
          owner: owner || null,
          isErased: erasedAt !== '',
        }));
      },
      async sign(owner) {
        await run(scripts.sign, [keys.nodes], [owner]);
      },
      async renew(owner, ids) {
        await run(scripts.renew, ids.map(keys.head), [owner]);
      },
      async holdFor(id, owner, by) {
        await run(scripts.holdFor, [keys.head(id)], [owner, by]);
      },
      async redeem(ticketId, expiresAt) {
        assertWritable();
        return (await connection.ask('ZADD', keys.tickets, 'NX', String(expiresAt), ticketId)) === 1;
      },
    },

    async create({ id, meta, record, state, wakeAt, idempotency }) {
      const names = [keys.head(id), keys.records(id), keys.commands(id), keys.byAge, keys.byState, keys.byWake];
      // A key may say whose it is.
      if (idempotency) names.push(keys.idempotency(hash('sha256', idempotency.key)));
      const values = [
        ...[id, placeOf(meta.createdAt, id), state, wakeAt ?? '', JSON.stringify(record), ...writeCommand(record)],
        idempotency?.digest ?? '',
        ...['meta', JSON.stringify(meta), ...writeHead(record, { state, wakeAt })],
      ];
      const [knownId, digest] = await run<string[]>(scripts.create, names, values);
      if (knownId === undefined) return { id, isNew: true };
      return { id: knownId, isNew: false, ...(digest === undefined ? {} : { digest }) };
    },

    async claim(id, owner, { leaseMs, force, by }) {
      type Reply = ['claimed', string[], (string | null)[], string[], string[], string] | ['held'] | [];
      const reply = await run<Reply>(
        scripts.claim,
        [keys.head(id), keys.records(id), keys.commands(id), keys.snapshot(id), keys.nodes],
        [owner, leaseMs, force ? 1 : 0, by ?? ''],
      );
      if (reply[0] === undefined) return null;
      if (reply[0] === 'held') return 'held';
      const [, head, snapshot, tail, commands, unheldMs] = reply;
      return read<Claimed>(() => ({
        head: readHead(head),
        snapshot: readSnapshot(snapshot),
        tail: tail.map(readRecord),
        commands: readCommands(commands),
        unheldMs: Number(unheldMs),
      }));
    },

    async append(append) {
      assertWritable();
      const entry = toEntry(keys, append);
      return group.add(entry, entry.charCount);
    },

    async release(id, epoch, snapshot) {
      await run(scripts.release, [keys.head(id), keys.snapshot(id)], [epoch, ...writeSnapshot(snapshot)]);
    },

    async erase(id, at) {
      for (let attempt = 0; attempt < ERASE_ATTEMPTS_MAX; attempt += 1) {
        const before = await loadNow(id, 0);
        if (!before) return false;
        if (before.head.erasedAt !== null) return true;
        assertKnown(before.head);
        if (await eraseNow(before.head, before.records, at)) return true;
      }
      throw new VivaError('STORE_UNAVAILABLE', `interview ${id} is written to all the time; erase again`);
    },

    load: (id, afterSeq = 0) => loadNow(id, afterSeq),

    async list({ state, cursor, limit }) {
      const { createdAt, id } = readCursor(cursor);
      const before = state === undefined ? '' : `${state}:`;
      const found = await run<string[][]>(
        scripts.list,
        [state === undefined ? keys.byAge : keys.byState],
        [
          before + placeOf(createdAt, id),
          state === undefined ? '-' : `[${before}`,
          ...[limit + 1, Buffer.byteLength(before) + PLACE_CHARS + 1, ...aroundId],
        ],
      );
      const heads = read(() => found.slice(0, limit).map(readHead));
      const last = heads.at(-1);
      return { heads, cursor: last && found.length > limit ? writeCursor(last) : null };
    },

    due: (at, limit) => run<string[]>(scripts.due, [keys.byWake], [at, limit, ...aroundId]),

    async beat({ at, gapMs, knownUntil }) {
      const outages = await run<string[]>(
        scripts.beat,
        [keys.beat, keys.outages, keys.tickets],
        [at, gapMs, knownUntil, at - TICKETS_KEPT_MS],
      );
      return outages.map((outage) => {
        const [from = 0, until = 0] = outage.split(':').map(Number);
        return { from, until };
      });
    },

    async putPlan(plan) {
      const { id, hash: planHash, json, publishedAt } = plan;
      const stored = await run<string[]>(
        scripts.putPlan,
        [keys.planVersions(id), keys.planHashes(id), keys.plans],
        [id, planHash, JSON.stringify({ id, hash: planHash, json, publishedAt })],
      );
      return read(() => readPlan(stored) as StoredPlan);
    },

    async getPlan(id, version) {
      if (version === undefined) {
        const newest = await run<string[]>(scripts.getNewestPlan, [keys.planVersions(id)]);
        return read(() => readPlan(newest));
      }
      assertOpen();
      // Redis counts what is negative from the end.
      if (version < 1) return null;
      const json = (await connection.ask('LINDEX', keys.planVersions(id), String(version - 1))) as string | null;
      return read(() => readPlan([String(version), json]));
    },

    async listPlans() {
      const found = await run<string[][]>(scripts.listPlans, [keys.plans], keys.planVersions('\0').split('\0'));
      const plans = read(() => found.flatMap((plan) => readPlan(plan) ?? []));
      return plans.sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    async ping() {
      assertWritable();
      // A replica, or a server whose memory is full, would still answer who only reads.
      await connection.ask('SET', keys.probe, '');
    },

    close() {
      closing ??= group.drain().then(async () => {
        await end();
      });
      return closing;
    },
  };
}
