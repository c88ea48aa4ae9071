import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { VivaError } from '../errors.ts';
import { eraseTexts } from './chain.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { openDatabase, toStoreError, transact } from './database.ts';
import { createGroup } from './group.ts';
import type { Appended, Claimed, Journal, JournalRecord, Outage, StoredSnapshot } from './journal.ts';
import {
  type AppendRow,
  countChars,
  type HeadRow,
  type NumberRow,
  type PlanRow,
  padTo,
  type ReadRecordRow,
  type RecordRow,
  toHead,
  toHeadValues,
  toPlan,
  toRecord,
  toRecordRow,
} from './rows.ts';

/** Appends that may wait for one commit. Above it the engine is overloaded and says so. */
const WAITING_COUNT_MAX = 8_192;
const WAITING_CHARS_MAX = 16 * 1024 * 1024;

export interface SqliteOptions {
  path: string;
  /** The clock of the leases. */
  now?: () => number;
  /** How long a call waits when another process has the file locked. It blocks the event loop. */
  busyTimeoutMs?: number;
  /** Read beside a running service (the CLI): writes nothing, takes no lease away, and every write rejects. */
  isReadOnly?: boolean;
}

/** The columns that hold what is personal. */
function textsOf(record: JournalRecord): Pick<RecordRow, 'event' | 'command_digest' | 'salt'> {
  const { event, command_digest, salt } = toRecordRow(record);
  return { event, command_digest, salt };
}

/**
 * The journal in one SQLite file, for one process: write-ahead log, synced at every commit, appends of one turn of
 * the event loop in one commit.
 *
 * Errors: STORE_UNAVAILABLE naming the path and what is needed, when the file cannot be opened.
 */
export function createSqliteJournal({
  path,
  now = Date.now,
  busyTimeoutMs = 2_000,
  isReadOnly = false,
}: SqliteOptions): Journal {
  const file = resolve(path);
  const { db, statements } = openDatabase({ path: file, busyTimeoutMs, isReadOnly });
  const { row, rows, run } = statements;
  const inode = statSync(file).ino;
  const group = createGroup<() => unknown, unknown>({
    commit,
    countMax: WAITING_COUNT_MAX,
    charsMax: WAITING_CHARS_MAX,
  });
  let closing: Promise<void> | null = null;

  function assertOpen(): void {
    if (closing) throw new VivaError('STORE_UNAVAILABLE', `${file} is closed`);
  }

  /** Work with the file and let only store errors out. */
  async function use<T>(work: () => T): Promise<T> {
    assertOpen();
    try {
      return work();
    } catch (error) {
      throw toStoreError(file, error);
    }
  }

  function listRecords({ number }: NumberRow, afterSeq: number): JournalRecord[] {
    return rows<ReadRecordRow>('listRecords', { number, afterSeq }).map(toRecord);
  }

  function putSnapshot({ number }: NumberRow, { seq, json }: StoredSnapshot): void {
    run('putSnapshot', { number, seq, json });
  }

  function appendNow({ append, record }: AppendRow): Appended {
    const { interviewId: id, epoch, previousHash, state, wakeAt, snapshot } = append;
    const key = { id, epoch, previousHash, seq: record.seq, commandId: record.command_id };
    const moved = row<NumberRow>('moveHead', { ...key, ...toHeadValues(record), state, wakeAt, now: now() });
    if (!moved) {
      const duplicate = row<{ seq: number; digest: string }>('findDuplicate', key);
      return duplicate ? { ok: false, reason: 'duplicate', ...duplicate } : { ok: false, reason: 'fenced' };
    }
    run('addRecord', { ...moved, ...record });
    if (snapshot) putSnapshot(moved, snapshot);
    return { ok: true };
  }

  /** One write of a group, guarded on its own: what fails here is undone alone and the others go on. */
  function settle(work: () => unknown): PromiseSettledResult<unknown> {
    db.exec('SAVEPOINT one');
    try {
      const value = work();
      db.exec('RELEASE one');
      return { status: 'fulfilled', value };
    } catch (error) {
      // Without a transaction there is nothing left to go on with: the disk is full, or worse.
      if (!db.isTransaction) throw error;
      db.exec('ROLLBACK TO one; RELEASE one');
      return { status: 'rejected', reason: toStoreError(file, error) };
    }
  }

  /**
   * Savepoints copy the pages that they guard, and writes hardly ever fail: a group is written without, and only if one
   * of it fails, undone and written again with them. A work leaves nothing behind but in the database.
   */
  function commit(works: (() => unknown)[]): PromiseSettledResult<unknown>[] {
    let hasFailed = false;
    try {
      return transact(db, () =>
        works.map((work) => {
          hasFailed = true;
          const value = work();
          hasFailed = false;
          return { status: 'fulfilled', value };
        }),
      );
    } catch (error) {
      if (!hasFailed || works.length === 1) throw toStoreError(file, error);
    }
    try {
      return transact(db, () => works.map(settle));
    } catch (error) {
      throw toStoreError(file, error);
    }
  }

  /** Write in the next commit, with whatever else is written then. */
  async function write<T>(work: () => T, chars: number): Promise<T> {
    assertOpen();
    return group.add(work, chars) as Promise<T>;
  }

  function readClaimed(headRow: HeadRow): Claimed {
    const { number } = headRow;
    const snapshot = row<StoredSnapshot>('getSnapshot', { number }) ?? null;
    const tail = listRecords(headRow, snapshot?.seq ?? 0);
    return { head: toHead(headRow), snapshot, tail, commands: rows('listCommands', { number }) };
  }

  function eraseNow(headRow: HeadRow, at: number): void {
    const { number } = headRow;
    const before = listRecords(headRow, 0);
    const { meta, records } = eraseTexts(toHead(headRow).meta, before);
    run('eraseHead', { number, at });
    run('eraseOpening', { number, ...padTo({ meta: headRow.meta }, { meta: JSON.stringify(meta) }) });
    for (const [index, record] of records.entries()) {
      const { seq, commitments } = record;
      run('eraseRecord', { number, seq, ...padTo(textsOf(before[index] ?? record), textsOf(record)) });
      if (commitments) run('addCommitments', { number, seq, commitments: JSON.stringify(commitments) });
    }
    run('dropSnapshot', { number });
    run('dropIdempotency', { number });
  }

  /** The log still holds pages from before; a reader in another process may be reading them. */
  function emptyLog(): void {
    if (row<{ busy: number }>('emptyLog')?.busy !== 0)
      throw new VivaError(
        'STORE_UNAVAILABLE',
        `${file} is being read by another process; the texts are erased, but not from its log; erase again`,
      );
  }

  return {
    capabilities: { isDurable: true, isShared: false },

    create({ id, meta, record, state, wakeAt, idempotency }) {
      const recordRow = toRecordRow(record);
      const metaJson = JSON.stringify(meta);
      return write(() => {
        // A key may say whose it is.
        const key = idempotency && hash('sha256', idempotency.key);
        const first = key && row<{ id: string; digest: string }>('findIdempotency', { key });
        if (first) return { ...first, isNew: false };
        const values = { id, createdAt: meta.createdAt, state, wakeAt };
        const added = row<NumberRow>('addInterview', { ...values, ...toHeadValues(recordRow) });
        if (!added) return { id, isNew: false };
        run('addOpening', { ...added, meta: metaJson });
        run('addRecord', { ...added, ...recordRow });
        if (key) run('addIdempotency', { ...added, key, digest: idempotency.digest });
        return { id, isNew: true };
      }, metaJson.length);
    },

    claim: (id, owner, { leaseMs, force }) =>
      write(() => {
        const claimed = row<HeadRow>('claim', { id, owner, leaseMs, force: Number(force), now: now() });
        if (claimed) return readClaimed(claimed);
        return row<HeadRow>('getHead', { id })?.erased_at === null ? 'held' : null;
      }, 0),

    append({ record, ...append }) {
      const entry = { append: { ...append }, record: toRecordRow(record) };
      return write(() => appendNow(entry), countChars(entry));
    },

    async release(id, epoch, snapshot) {
      assertOpen();
      await group.push(() => {
        const released = row<NumberRow>('release', { id, epoch });
        if (released && snapshot) putSnapshot(released, snapshot);
      });
    },

    erase: (id, at) =>
      use(() => {
        const isKnown = transact(db, () => {
          const head = row<HeadRow>('getHead', { id });
          if (head?.erased_at === null) eraseNow(head, at);
          return head !== undefined;
        });
        if (isKnown) emptyLog();
        return isKnown;
      }),

    load: (id, afterSeq = 0) =>
      use(() =>
        transact(
          db,
          () => {
            const head = row<HeadRow>('getHead', { id });
            if (!head) return null;
            return { head: toHead(head), records: listRecords(head, afterSeq) };
          },
          'DEFERRED',
        ),
      ),

    list: ({ state, cursor, limit }) =>
      use(() => {
        const values = { ...readCursor(cursor), limit: limit + 1 };
        const found =
          state === undefined
            ? rows<HeadRow>('listHeads', values)
            : rows<HeadRow>('listHeadsByState', { ...values, state });
        const heads = found.slice(0, limit).map(toHead);
        const last = heads.at(-1);
        return { heads, cursor: last && found.length > limit ? writeCursor(last) : null };
      }),

    due: (at, limit) => use(() => rows<{ id: string }>('listDue', { at, limit, now: now() }).map(({ id }) => id)),

    beat: ({ at, gapMs, knownUntil }) =>
      use(() =>
        transact(db, () => {
          run('addOutage', { at, gapMs });
          run('beat', { at });
          return rows<Outage>('listOutages', { knownUntil });
        }),
      ),

    putPlan: ({ id, hash, json, publishedAt }) =>
      use(() =>
        transact(db, () =>
          toPlan(
            row<PlanRow>('findPlanByHash', { id, hash }) ??
              (row('addPlan', { id, hash, json, publishedAt }) as PlanRow),
          ),
        ),
      ),

    getPlan: (id, version) =>
      use(() => {
        const found =
          version === undefined ? row<PlanRow>('getNewestPlan', { id }) : row<PlanRow>('getPlan', { id, version });
        return found ? toPlan(found) : null;
      }),

    listPlans: () => use(() => rows<PlanRow>('listPlans').map(toPlan)),

    ping: () =>
      use(() => {
        // A file that was removed or replaced still takes writes, and all of them are lost at the next start.
        if (statSync(file).ino !== inode)
          throw new VivaError('STORE_UNAVAILABLE', `${file} was replaced by another file while in use; restart`);
        row('ping');
      }),

    close() {
      closing ??= group.drain().then(() => db.close());
      return closing;
    },
  };
}
