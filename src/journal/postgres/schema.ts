import { VivaError } from '../../errors.ts';
import { isOfStatement, type Pool, type Query } from './pool.ts';

/** How long a step waits for a table that a running node uses. Meanwhile that table takes nothing new. Units: ms. */
const LOCK_MS = 3_000;

/**
 * The schema of the PostgreSQL engine as numbered steps: the n-th brings a database from version n - 1 to n. Each runs
 * in one transaction, while nodes of the version before go on working on the tables: a step adds, and takes nothing
 * away that they use. A step that has been released is never changed.
 *
 * Everything but plans, signs of life, nodes and tickets is keyed by the interview's id, so that it can be spread by it.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE viva_interview (
    id TEXT COLLATE "C" PRIMARY KEY,
    created_at BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    owner TEXT,
    claimed_by TEXT,
    lease_until TIMESTAMPTZ NOT NULL,
    lease_ms BIGINT NOT NULL,
    head_seq BIGINT NOT NULL,
    state TEXT NOT NULL,
    wake_at BIGINT,
    updated_at BIGINT NOT NULL,
    head_hash TEXT NOT NULL,
    record_version INTEGER NOT NULL,
    machine_version TEXT NOT NULL,
    erased_at BIGINT
  ) WITH (fillfactor = 80);
  CREATE INDEX viva_interview_by_age ON viva_interview (created_at, id);
  CREATE INDEX viva_interview_by_state ON viva_interview (state, created_at, id);
  CREATE INDEX viva_interview_by_wake ON viva_interview (wake_at) WHERE wake_at IS NOT NULL;

  CREATE TABLE viva_opening (
    interview_id TEXT COLLATE "C" PRIMARY KEY,
    meta TEXT NOT NULL
  );

  CREATE TABLE viva_record (
    interview_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    at BIGINT NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    event TEXT NOT NULL,
    facts TEXT NOT NULL,
    command_id TEXT,
    command_digest TEXT,
    record_version INTEGER NOT NULL,
    machine_version TEXT NOT NULL,
    hash TEXT NOT NULL,
    salt TEXT,
    commitments TEXT,
    PRIMARY KEY (interview_id, seq)
  );
  CREATE UNIQUE INDEX viva_record_by_command ON viva_record (interview_id, command_id) WHERE command_id IS NOT NULL;

  CREATE TABLE viva_snapshot (
    interview_id TEXT COLLATE "C" PRIMARY KEY,
    seq BIGINT NOT NULL,
    json TEXT NOT NULL
  );

  CREATE TABLE viva_idempotency (
    key TEXT COLLATE "C" PRIMARY KEY,
    digest TEXT NOT NULL,
    interview_id TEXT COLLATE "C" NOT NULL
  );
  CREATE INDEX viva_idempotency_by_interview ON viva_idempotency (interview_id);

  CREATE TABLE viva_plan (
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    hash TEXT NOT NULL,
    json TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (id, version),
    UNIQUE (id, hash)
  );

  CREATE TABLE viva_beat (id INTEGER PRIMARY KEY, at BIGINT NOT NULL);
  CREATE TABLE viva_outage (until_at BIGINT PRIMARY KEY, from_at BIGINT NOT NULL);

  CREATE TABLE viva_ticket (id TEXT COLLATE "C" PRIMARY KEY, expires_at BIGINT NOT NULL);
  CREATE INDEX viva_ticket_by_end ON viva_ticket (expires_at);
  `,
  'CREATE TABLE viva_node (owner TEXT COLLATE "C" PRIMARY KEY, seen_at TIMESTAMPTZ NOT NULL)',
];

/**
 * A step as a database takes it: CockroachDB refuses columns with a collation of their own, and keeps texts in the order
 * of their bytes anyway.
 *
 * Source: CockroachDB's documentation of COLLATE; not run there.
 */
export function stepFor(databaseVersion: string, step: string): string {
  return databaseVersion.startsWith('CockroachDB') ? step.replaceAll(' COLLATE "C"', '') : step;
}

/** Make the table that holds the version. Others may make it at this moment, and all but one of them are told so. */
async function makeVersionTable({ query }: Pool): Promise<void> {
  const make = () => query('CREATE TABLE IF NOT EXISTS viva_schema (id INTEGER PRIMARY KEY, version INTEGER NOT NULL)');
  await make().catch(make);
  await query('INSERT INTO viva_schema (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING');
}

async function readVersion(query: Query, name: string, known: number, lock = ''): Promise<number> {
  const [row] = await query<{ version: number }>(`SELECT version FROM viva_schema WHERE id = 1 ${lock}`);
  const version = row?.version ?? 0;
  if (version > known)
    throw new VivaError(
      'STORE_UNAVAILABLE',
      `${name} has schema version ${version}, this viva knows versions up to ${known}; start the newer viva that wrote it`,
    );
  return version;
}

/**
 * Make sure that a database can be read as it stands.
 *
 * Errors: STORE_UNAVAILABLE for one of an older or a newer viva, or of none.
 */
export async function assertReadable({ query }: Pool, name: string): Promise<void> {
  const version = await readVersion(query, name, migrations.length).catch((error: unknown) => {
    // There is no such table.
    if (isOfStatement(error)) return 0;
    throw error;
  });
  if (version < migrations.length)
    throw new VivaError('STORE_UNAVAILABLE', `${name} has an older schema; start the service once to bring it up`);
}

/**
 * Bring a database to the newest version, each step whole or not at all. Processes that start together take turns: the
 * row of the version is locked, and looked at again under the lock. The pool has to be a patient one.
 *
 * Errors: STORE_UNAVAILABLE, also for a database of a newer viva.
 */
export async function migrate(pool: Pool, name: string, steps: readonly string[] = migrations): Promise<void> {
  await makeVersionTable(pool);
  const [database] = await pool.query<{ version: string }>('SELECT version()');
  while ((await readVersion(pool.query, name, steps.length)) < steps.length)
    await pool.transact(async (query) => {
      const version = await readVersion(query, name, steps.length, 'FOR UPDATE');
      const step = steps[version];
      if (step === undefined) return;
      await query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
      await query(stepFor(database?.version ?? '', step));
      await query('UPDATE viva_schema SET version = $1 WHERE id = 1', [version + 1]);
    });
}
