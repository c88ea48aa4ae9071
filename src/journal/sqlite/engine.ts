import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { VivaError } from '../../errors.ts';
import { eraseTexts } from '../chain.ts';
import type { Place } from '../cursor.ts';
import { type DatabaseOptions, openDatabase, toStoreError, transact } from '../database.ts';
import type { Append, Appended, JournalRecord, Outage, StoredPlan, StoredSnapshot } from '../journal.ts';
import {
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
} from '../rows.ts';

// What is done with one open database. What goes in and comes out are rows, texts and numbers: it may be done in another
// thread. Whoever calls tells the time.

/** What `create` stores. */
export interface Creation {
  id: string;
  createdAt: number;
  /** JSON. */
  meta: string;
  record: RecordRow;
  state: string;
  wakeAt: number | null;
  idempotency: { key: string; digest: string } | null;
}

/** What `append` stores. */
export interface Entry extends Omit<Append, 'record'> {
  record: RecordRow;
  now: number;
}

/** What `claim` asks for. */
export interface Claim {
  id: string;
  owner: string;
  leaseMs: number;
  force: boolean;
  now: number;
}

/** A claimed interview as it stands in the file. */
export interface ClaimedRows {
  head: HeadRow;
  snapshot: StoredSnapshot | null;
  tail: ReadRecordRow[];
  commands: { id: string; digest: string; seq: number }[];
}

/** What is written in groups, each of them a function of the database alone. */
export interface Writes {
  create(creation: Creation): { id: string; isNew: boolean; digest?: string };
  claim(claim: Claim): ClaimedRows | 'held' | null;
  append(entry: Entry): Appended;
  release(id: string, epoch: number, snapshot: StoredSnapshot | null): void;
}

/** What is read, or written in a transaction of its own. */
export interface Others {
  erase(id: string, at: number): boolean;
  load(id: string, afterSeq: number): { head: HeadRow; records: ReadRecordRow[] } | null;
  list(state: string | null, place: Place, limit: number): HeadRow[];
  due(at: number, limit: number, now: number): string[];
  beat(at: number, gapMs: number, knownUntil: number): Outage[];
  putPlan(plan: Omit<StoredPlan, 'version'>): StoredPlan;
  getPlan(id: string, version: number | null): StoredPlan | null;
  listPlans(): StoredPlan[];
  ping(): void;
}

type CallOf<Methods> = {
  [Name in keyof Methods]: Methods[Name] extends (...values: infer Values) => unknown ? [Name, ...Values] : never;
}[keyof Methods];

export type Write = CallOf<Writes>;
export type Other = CallOf<Others>;

/** A name and its values, as they go to another thread. */
export type Call = Write | Other;

const writeNames: Record<keyof Writes, true> = { create: true, claim: true, append: true, release: true };

export const isWrite = (call: Call): call is Write => call[0] in writeNames;

export interface Engine {
  /** The file, absolute. */
  readonly file: string;
  /** Errors: VivaError, mostly STORE_UNAVAILABLE. */
  answer(call: Other): unknown;
  /**
   * Write all in one transaction and answer each, in order; what cannot be written is rejected alone.
   *
   * Errors: STORE_UNAVAILABLE when nothing of it was written.
   */
  commit(writes: readonly Write[]): PromiseSettledResult<unknown>[];
  close(): void;
}

/** One object for all: an answer that goes to another thread with many like it is copied once. */
const stored: Appended = { ok: true };

/** The columns that hold what is personal. */
function textsOf(record: JournalRecord): Pick<RecordRow, 'event' | 'command_digest' | 'salt'> {
  const { event, command_digest, salt } = toRecordRow(record);
  return { event, command_digest, salt };
}

/**
 * Open a file: write-ahead log, synced at every commit.
 *
 * Errors: STORE_UNAVAILABLE naming the path and what is needed, when the file cannot be opened.
 */
export function openEngine(options: DatabaseOptions): Engine {
  const file = resolve(options.path);
  const { db, statements } = openDatabase({ ...options, path: file });
  const { row, rows, run } = statements;
  const inode = statSync(file).ino;

  function listRecords({ number }: NumberRow, afterSeq: number): ReadRecordRow[] {
    return rows<ReadRecordRow>('listRecords', { number, afterSeq });
  }

  function putSnapshot({ number }: NumberRow, { seq, json }: StoredSnapshot): void {
    run('putSnapshot', { number, seq, json });
  }

  function eraseNow(headRow: HeadRow, at: number): void {
    const { number } = headRow;
    const before = listRecords(headRow, 0).map(toRecord);
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

  const writes: Writes = {
    create({ id, createdAt, meta, record, state, wakeAt, idempotency }) {
      // A key may say whose it is.
      const key = idempotency && hash('sha256', idempotency.key);
      const first = key && row<{ id: string; digest: string }>('findIdempotency', { key });
      if (first) return { ...first, isNew: false };
      const added = row<NumberRow>('addInterview', { id, createdAt, state, wakeAt, ...toHeadValues(record) });
      if (!added) return { id, isNew: false };
      run('addOpening', { ...added, meta });
      run('addRecord', { ...added, ...record });
      if (key) run('addIdempotency', { ...added, key, digest: idempotency.digest });
      return { id, isNew: true };
    },

    claim({ id, owner, leaseMs, force, now }) {
      const head = row<HeadRow>('claim', { id, owner, leaseMs, force: Number(force), now });
      if (!head) return row<HeadRow>('getHead', { id })?.erased_at === null ? 'held' : null;
      const snapshot = row<StoredSnapshot>('getSnapshot', { number: head.number }) ?? null;
      const tail = listRecords(head, snapshot?.seq ?? 0);
      return { head, snapshot, tail, commands: rows('listCommands', { number: head.number }) };
    },

    append({ interviewId: id, epoch, previousHash, state, wakeAt, snapshot, record, now }) {
      const key = { id, epoch, previousHash, seq: record.seq, commandId: record.command_id };
      const moved = row<NumberRow>('moveHead', { ...key, ...toHeadValues(record), state, wakeAt, now });
      if (!moved) {
        const duplicate = row<{ seq: number; digest: string }>('findDuplicate', key);
        return duplicate ? { ok: false, reason: 'duplicate', ...duplicate } : { ok: false, reason: 'fenced' };
      }
      run('addRecord', { ...moved, ...record });
      if (snapshot) putSnapshot(moved, snapshot);
      return stored;
    },

    release(id, epoch, snapshot) {
      const released = row<NumberRow>('release', { id, epoch });
      if (released && snapshot) putSnapshot(released, snapshot);
    },
  };

  const others: Others = {
    erase(id, at) {
      const isKnown = transact(db, () => {
        const head = row<HeadRow>('getHead', { id });
        if (head?.erased_at === null) eraseNow(head, at);
        return head !== undefined;
      });
      if (isKnown) emptyLog();
      return isKnown;
    },

    load: (id, afterSeq) =>
      transact(
        db,
        () => {
          const head = row<HeadRow>('getHead', { id });
          return head ? { head, records: listRecords(head, afterSeq) } : null;
        },
        'DEFERRED',
      ),

    list: (state, { createdAt, id }, limit) =>
      state === null
        ? rows<HeadRow>('listHeads', { createdAt, id, limit })
        : rows<HeadRow>('listHeadsByState', { createdAt, id, limit, state }),

    due: (at, limit, now) => rows<{ id: string }>('listDue', { at, limit, now }).map(({ id }) => id),

    beat: (at, gapMs, knownUntil) =>
      transact(db, () => {
        run('addOutage', { at, gapMs });
        run('beat', { at });
        return rows<Outage>('listOutages', { knownUntil });
      }),

    putPlan: ({ id, hash, json, publishedAt }) =>
      transact(db, () =>
        toPlan(
          row<PlanRow>('findPlanByHash', { id, hash }) ?? (row('addPlan', { id, hash, json, publishedAt }) as PlanRow),
        ),
      ),

    getPlan(id, version) {
      const found = version === null ? row<PlanRow>('getNewestPlan', { id }) : row<PlanRow>('getPlan', { id, version });
      return found ? toPlan(found) : null;
    },

    listPlans: () => rows<PlanRow>('listPlans').map(toPlan),

    ping() {
      // A file that was removed or replaced still takes writes, and all of them are lost at the next start.
      if (statSync(file).ino !== inode)
        throw new VivaError('STORE_UNAVAILABLE', `${file} was replaced by another file while in use; restart`);
      row('ping');
    },
  };

  function write([name, ...values]: Write): unknown {
    return (writes[name] as (...values: unknown[]) => unknown)(...values);
  }

  /** One write of a group, guarded on its own: what fails here is undone alone and the others go on. */
  function settle(one: Write): PromiseSettledResult<unknown> {
    db.exec('SAVEPOINT one');
    try {
      const value = write(one);
      db.exec('RELEASE one');
      return { status: 'fulfilled', value };
    } catch (error) {
      // Without a transaction there is nothing left to go on with: the disk is full, or worse.
      if (!db.isTransaction) throw error;
      db.exec('ROLLBACK TO one; RELEASE one');
      return { status: 'rejected', reason: toStoreError(file, error) };
    }
  }

  return {
    file,

    answer([name, ...values]) {
      try {
        return (others[name] as (...values: unknown[]) => unknown)(...values);
      } catch (error) {
        throw toStoreError(file, error);
      }
    },

    // Savepoints copy the pages that they guard, and writes hardly ever fail: a group is written without, and only if
    // one of it fails, undone and written again with them.
    commit(group) {
      let isWriting = false;
      try {
        return transact(db, () => {
          isWriting = true;
          const results = group.map((one) => ({ status: 'fulfilled' as const, value: write(one) }));
          isWriting = false;
          return results;
        });
      } catch (error) {
        if (!isWriting || group.length === 1) throw toStoreError(file, error);
      }
      try {
        return transact(db, () => group.map(settle));
      } catch (error) {
        throw toStoreError(file, error);
      }
    },

    close: () => db.close(),
  };
}
