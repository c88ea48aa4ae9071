import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { openPostgresJournal, type PostgresOptions } from '../../src/journal/postgres/journal.ts';
import type { JournalHarness } from './journal.ts';

/** A database in which tests make schemas of their own, and drop them. */
export const serverUrl = process.env.VIVA_TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/postgres';

type Ask = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

/** One connection to the database directly, beside any engine. */
export function connect(url = serverUrl): { ask: Ask; end(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 3_000 });
  pool.on('error', () => {});
  return {
    ask: async <Row extends object>(text: string, values: unknown[] = []) => (await pool.query<Row>(text, values)).rows,
    end: () => pool.end(),
  };
}

/** Ask the database one thing. */
export async function ask<Row extends object>(text: string, url = serverUrl): Promise<Row[]> {
  const connection = connect(url);
  try {
    return await connection.ask<Row>(text);
  } finally {
    await connection.end();
  }
}

async function isReachable(): Promise<boolean> {
  if (process.env.VIVA_TEST_ALL === '1') return true;
  const reachable = await ask('SELECT 1').then(
    () => true,
    () => false,
  );
  if (!reachable)
    process.stderr.write(`SKIPPED: no PostgreSQL at ${serverUrl}; start one or name another in VIVA_TEST_POSTGRES\n`);
  return reachable;
}

/** Whether tests on PostgreSQL are skipped. `npm run test:all` skips nothing: there they fail. */
export const isPostgresMissing = !(await isReachable());

/** An address of a schema of its own in the database, empty, dropped after the test. */
export async function makeSchema(url = serverUrl): Promise<string> {
  const name = `viva_test_${randomUUID().replaceAll('-', '')}`;
  await ask(`CREATE SCHEMA ${name}`, url);
  onTestFinished(async () => {
    await ask(`DROP SCHEMA ${name} CASCADE`, url);
  });
  const address = new URL(url);
  address.searchParams.set('options', `-c search_path=${name}`);
  // So that a test finds its own connections on a server that it shares.
  address.searchParams.set('application_name', name);
  return address.href;
}

/** Open a PostgreSQL journal that is closed after the test. */
export async function openPostgres(url: string, options: Partial<PostgresOptions> = {}) {
  const journal = await openPostgresJournal({ url, ...options });
  onTestFinished(() => journal.close());
  return journal;
}

/** An engine with nothing in it. Its leases run on the clock of the database: time passes by setting them back. */
export async function openHarness(): Promise<JournalHarness & { url: string }> {
  const url = await makeSchema();
  const clock = connect(url);
  onTestFinished(() => clock.end());
  return {
    url,
    journal: await openPostgres(url),
    async passTime(ms) {
      const text = "UPDATE viva_interview SET lease_until = lease_until - $1::BIGINT * INTERVAL '1 millisecond'";
      await clock.ask(text, [ms]);
    },
  };
}
