import type { DatabaseSync } from 'node:sqlite';
import { VivaError } from '../errors.ts';
import { chainRecords, hashKeys } from './late.ts';

/** One step: plain SQL, or what plain SQL cannot do. */
export type Migration = string | ((db: DatabaseSync) => void);

/**
 * The schema of the SQLite engine as numbered steps: the n-th brings a file from version n - 1 to n.
 * A step that has been released is never changed; test/support/journal.v1.sql holds what it left behind.
 */
export const migrations: readonly Migration[] = [
  // Inside the file interviews go by a number: with random ids as keys every append touches two to three times as
  // many pages of the indexes.
  `
  CREATE TABLE interview (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    meta TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    owner TEXT,
    lease_until INTEGER NOT NULL,
    lease_ms INTEGER NOT NULL,
    head_seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    wake_at INTEGER,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX interview_by_age ON interview (created_at, id);
  CREATE INDEX interview_by_state ON interview (state, created_at, id);
  CREATE INDEX interview_by_owner ON interview (owner) WHERE owner IS NOT NULL;
  CREATE INDEX interview_by_wake ON interview (wake_at) WHERE wake_at IS NOT NULL;

  CREATE TABLE record (
    interview INTEGER NOT NULL REFERENCES interview,
    seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    event TEXT NOT NULL,
    facts TEXT NOT NULL,
    command_id TEXT,
    command_digest TEXT,
    PRIMARY KEY (interview, seq)
  ) STRICT;
  CREATE UNIQUE INDEX record_by_command ON record (interview, command_id) WHERE command_id IS NOT NULL;

  CREATE TABLE snapshot (
    interview INTEGER PRIMARY KEY REFERENCES interview,
    seq INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;

  CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    interview INTEGER NOT NULL REFERENCES interview
  ) STRICT;

  CREATE TABLE plan (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    hash TEXT NOT NULL,
    json TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (id, version),
    UNIQUE (id, hash)
  ) STRICT;
  `,
  (db) => {
    db.exec(`
    -- Texts stand in rows that are added at the end and never change their length: only so does SQLite keep no copies
    -- of them in pages that it rearranges.
    CREATE TABLE opening (
      interview INTEGER PRIMARY KEY REFERENCES interview,
      meta TEXT NOT NULL
    ) STRICT;
    INSERT INTO opening SELECT number, meta FROM interview ORDER BY number;
    ALTER TABLE interview DROP COLUMN meta;
    CREATE TABLE erased (
      interview INTEGER NOT NULL REFERENCES interview,
      seq INTEGER NOT NULL,
      commitments TEXT NOT NULL,
      PRIMARY KEY (interview, seq)
    ) STRICT;
    -- Snapshots held texts; they are a cache. Idempotency keys are kept as hashes from now on.
    DELETE FROM snapshot;
    ALTER TABLE interview ADD COLUMN head_hash TEXT NOT NULL DEFAULT '';
    ALTER TABLE interview ADD COLUMN record_version INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE interview ADD COLUMN machine_version TEXT NOT NULL DEFAULT '1';
    ALTER TABLE interview ADD COLUMN erased_at INTEGER;
    ALTER TABLE record ADD COLUMN record_version INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE record ADD COLUMN machine_version TEXT NOT NULL DEFAULT '1';
    ALTER TABLE record ADD COLUMN hash TEXT NOT NULL DEFAULT '';
    ALTER TABLE record ADD COLUMN salt TEXT;
    `);
    hashKeys(db);
    chainRecords(db);
  },
  // Signs of life of the service, and the times without any.
  `
  CREATE TABLE beat (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL) STRICT;
  CREATE TABLE outage (until_at INTEGER PRIMARY KEY, from_at INTEGER NOT NULL) STRICT;
  `,
  // State and wake-up change at almost every append, and appends are for interviews that are held: those are few, are
  // found by their owner, and need not be moved about in indexes.
  `
  DROP INDEX interview_by_state;
  DROP INDEX interview_by_wake;
  CREATE INDEX interview_free_by_state ON interview (state, created_at, id) WHERE owner IS NULL;
  CREATE INDEX interview_free_by_wake ON interview (wake_at) WHERE owner IS NULL AND wake_at IS NOT NULL;
  `,
];

/** Marks a file as viva's (SQLite's application id; the letters `viva`). */
const APPLICATION_ID = 0x76697661;

function readNumber(db: DatabaseSync, sql: string): number {
  return Object.values(db.prepare(sql).get() ?? {})[0] as number;
}

/**
 * The schema version of a file; 0 = empty.
 *
 * Errors: STORE_UNAVAILABLE when the file belongs to another program or to a newer viva.
 */
export function readVersion(db: DatabaseSync, path: string, known: number = migrations.length): number {
  const version = readNumber(db, 'PRAGMA user_version');
  const isOurs = readNumber(db, 'PRAGMA application_id') === APPLICATION_ID;
  const isEmpty = version === 0 && readNumber(db, 'SELECT count(*) FROM sqlite_schema') === 0;
  if (!isOurs && !isEmpty)
    throw new VivaError(
      'STORE_UNAVAILABLE',
      `${path} is a database of another program; name a viva database or a file that does not exist yet`,
    );
  if (version > known)
    throw new VivaError(
      'STORE_UNAVAILABLE',
      `${path} has schema version ${version}, this viva knows versions up to ${known}; start the newer viva that wrote it`,
    );
  return version;
}

/** Bring a file to the newest version, each step in a transaction of its own: all of it or nothing of it. */
export function migrate(db: DatabaseSync, path: string, steps: readonly Migration[] = migrations): void {
  while (readVersion(db, path, steps.length) < steps.length) {
    db.exec('BEGIN IMMEDIATE');
    try {
      // Again under the lock: another process may have taken this step in between.
      const version = readVersion(db, path, steps.length);
      const step = steps[version];
      if (step !== undefined) {
        if (typeof step === 'string') db.exec(step);
        else step(db);
        db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1}`);
      }
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}
