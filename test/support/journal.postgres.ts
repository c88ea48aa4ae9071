import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
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

/** Time passes for the engine by setting what it knows back: its leases run on the clock of the database. */
export async function passTime(ask: Ask, ms: number, of: 'leases' | 'everything' = 'leases'): Promise<void> {
  const back = "- $1::BIGINT * INTERVAL '1 millisecond'";
  const which = of === 'leases' ? 'WHERE lease_until > clock_timestamp()' : '';
  await ask(`UPDATE viva_interview SET lease_until = lease_until ${back} ${which}`, [ms]);
  if (of === 'everything') await ask(`UPDATE viva_node SET seen_at = seen_at ${back}`, [ms]);
}

/** An engine with nothing in it. */
export async function openHarness(
  open: (url: string) => Promise<Journal> = openPostgres,
): Promise<JournalHarness & { url: string }> {
  const url = await makeSchema();
  const clock = connect(url);
  onTestFinished(() => clock.end());
  return { url, journal: await open(url), passTime: (ms, of) => passTime(clock.ask, ms, of) };
}
