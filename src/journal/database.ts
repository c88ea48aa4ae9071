import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VivaError } from '../errors.ts';
import { migrate, migrations, readVersion } from './migrations.ts';
import { prepareStatements, type Statements } from './statements.ts';

/** What SQLite calls `synchronous = FULL`: the log is synced at every commit. */
const SYNCHRONOUS_FULL = 2;
/** The write-ahead log is cut back to this after a checkpoint that followed a burst. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;

/** The error that leaves the engine. Never quotes a row: only SQLite's fixed texts and system error codes. */
export function toStoreError(path: string, error: unknown): VivaError {
  if (error instanceof VivaError) return error;
  const { errstr, code } = error as { errstr?: string; code?: string };
  const reason = errstr ?? code;
  // Without a code it may be a parse error, whose message quotes what it read.
  if (reason === undefined) return new VivaError('STORE_UNAVAILABLE', `${path} holds something that cannot be read`);
  return new VivaError('STORE_UNAVAILABLE', `${path} cannot be used: ${reason}`, {}, error);
}

/** Run `work` in one transaction: all of it or nothing. IMMEDIATE holds the write lock from the start. */
export function transact<T>(db: DatabaseSync, work: () => T, mode: 'IMMEDIATE' | 'DEFERRED' = 'IMMEDIATE'): T {
  db.exec(`BEGIN ${mode}`);
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk and the like have rolled it back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Make the folder, readable by this user only, and sync its parent: a folder lost with the power takes the file along. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  makeFolder(parent);
  mkdirSync(folder, { mode: 0o700 });
  const handle = openSync(parent, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** Make sure that there is a file which this user may write, readable by nobody else if it is new. */
function makeFile(path: string): void {
  const folder = dirname(path);
  try {
    makeFolder(folder);
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new VivaError(
      'STORE_UNAVAILABLE',
      `${path} cannot be written (${code}): needed is a file path in a folder that this user may write to; ${folder} is not one`,
      {},
      error,
    );
  }
}

function readPragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

function configure(db: DatabaseSync, path: string): void {
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${LOG_BYTES_MAX}`);
  // What is erased must be gone from the file: freed space is overwritten.
  db.exec('PRAGMA secure_delete = ON');
  // macOS: an fsync there leaves the bytes in the disk's cache. Elsewhere this changes nothing.
  db.exec('PRAGMA fullfsync = ON');
  if (readPragma(db, 'journal_mode') !== 'wal' || readPragma(db, 'synchronous') !== SYNCHRONOUS_FULL)
    throw new VivaError(
      'STORE_UNAVAILABLE',
      `${path} cannot be made durable: SQLite's write-ahead log with full sync is needed; use a file on a local disk`,
    );
}

export interface DatabaseOptions {
  path: string;
  /** How long a call waits for another process's lock. It blocks the event loop. */
  busyTimeoutMs: number;
  /** Read beside a running service: nothing is written, no schema changed. */
  isReadOnly: boolean;
}

/**
 * Open a viva database, durable and of the newest schema.
 *
 * Errors: STORE_UNAVAILABLE naming the path and what is needed.
 */
export function openDatabase({ path, busyTimeoutMs, isReadOnly }: DatabaseOptions): {
  db: DatabaseSync;
  statements: Statements;
} {
  const file = resolve(path);
  if (!isReadOnly) makeFile(file);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: busyTimeoutMs, readOnly: isReadOnly });
    // Look before writing: another program's file keeps its journal mode.
    const version = readVersion(db, file);
    if (isReadOnly && version < migrations.length)
      throw new VivaError('STORE_UNAVAILABLE', `${file} has an older schema; start the service once to bring it up`);
    if (!isReadOnly) {
      configure(db, file);
      migrate(db, file);
      // Files of version 1 were not written with secure deletion: what was freed there goes now.
      if (version === 1) db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
    }
    const statements = prepareStatements(db);
    // One process per file: whoever held a lease is gone.
    if (!isReadOnly) statements.run('releaseAll');
    return { db, statements };
  } catch (error) {
    if (db?.isOpen) db.close();
    throw toStoreError(file, error);
  }
}
