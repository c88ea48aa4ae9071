import pg from 'pg';
import { VivaError } from '../../errors.ts';

/** A statement longer than this is ended by the database. Units: ms. */
const STATEMENT_MS = 5_000;
/** A database that says nothing for so long is taken for gone, and its connection is dropped. Units: ms. */
const SILENCE_MS = 8_000;
/** Waiting for a free connection, or for a new one. Units: ms. */
const CONNECT_MS = 5_000;
/** A process that stops in the middle of a transaction holds what it locked for no longer than this. Units: ms. */
const IDLE_IN_TRANSACTION_MS = 5_000;
/** Callers that may wait for a connection. */
const WAITING_COUNT_MAX = 8_192;
/** Transactions that the database itself has called off, to make way for others, are tried again so often. */
const ATTEMPTS_MAX = 5;

/** SQLSTATE classes whose texts come from the server's state and not from what was asked of it. */
const TELLING = /^(08|25|28|3D|40|53|55|57|58|XX)/;
/** Serialization failure and deadlock: all of it is undone, and it may work the next time. */
const CALLED_OFF = /^40(001|P01)$/;
/** Failures of the statement itself: the connection goes on. Not of a primary that takes no writes any more. */
const OF_STATEMENT = /^(21|22|23|34|40|42|44|54)/;
/** Failures of what was to be stored. */
const OF_DATA = /^(21|22|23|44|54)/;

const BIGINT = 20;
const types = {
  // All of them are counts and instants.
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === BIGINT ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/** Ask something of the database; the type of the rows is what the statement selects. */
export type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** Some connections to one database. Errors of all methods: STORE_UNAVAILABLE. */
export interface Pool {
  query: Query;
  /** Run `work` in one transaction: all of it or nothing. It may run again, if the database calls it off. */
  transact<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Let those that ask finish, then close every connection. */
  end(): Promise<void>;
}

/** What an operator recognises a database by, without its password. */
export function nameOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

function isOf(codes: RegExp, error: unknown): boolean {
  return codes.test(codeOf(error instanceof VivaError ? error.cause : error));
}

/** Whether the statement failed for what it said or held, so that others may still work. */
export function isOfStatement(error: unknown): boolean {
  return isOf(OF_STATEMENT, error);
}

/** Whether it failed for what it held, so that the same with something else may work. */
export function isOfData(error: unknown): boolean {
  return isOf(OF_DATA, error);
}

/** The error that leaves the engine. Never quotes a row: texts of the database are kept only where they cannot. */
export function toStoreError(name: string, error: unknown): VivaError {
  if (error instanceof VivaError) return error;
  if (error instanceof SyntaxError)
    return new VivaError('STORE_UNAVAILABLE', `${name} holds something that cannot be read`);
  const code = codeOf(error);
  const isSilent = error instanceof pg.DatabaseError && !TELLING.test(code);
  const reason = isSilent || !(error instanceof Error) ? code : error.message || code;
  return new VivaError('STORE_UNAVAILABLE', `${name} cannot be used: ${reason || 'unknown'}`, {}, { code });
}

/** An address by which nothing can be written. */
function toReadOnly(url: string): string {
  const address = new URL(url);
  const options = address.searchParams.get('options') ?? '';
  address.searchParams.set('options', `${options} -c default_transaction_read_only=on`.trim());
  return address.href;
}

/** Whether the connection is as good as it was before this went wrong on it. */
function isHarmless(error: unknown): boolean {
  return error instanceof VivaError || isOfStatement(error);
}

/**
 * Create a pool. Connects to nothing yet.
 *
 * Shape: a patient one waits for the database however long it works, as changes of the schema need.
 */
export function createPool({
  url,
  connectionsMax,
  isPatient = false,
  isReadOnly = false,
}: {
  url: string;
  connectionsMax: number;
  isPatient?: boolean;
  isReadOnly?: boolean;
}): Pool {
  const name = nameOf(url);
  const pool = new pg.Pool({
    connectionString: isReadOnly ? toReadOnly(url) : url,
    max: connectionsMax,
    types,
    application_name: 'viva',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    ...(isPatient ? {} : { query_timeout: SILENCE_MS, statement_timeout: STATEMENT_MS }),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  });
  const doubtful = new WeakSet<pg.PoolClient>();
  // Without a listener a connection that breaks ends the process. Whoever uses it hears of it by their statement.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    // A commit whose wait for the standby is cancelled is reported as done, with a warning that no standby may have it.
    client.on('notice', ({ routine }) => {
      if (routine === 'SyncRepWaitForLSN') doubtful.add(client);
    });
  });

  /** Use one connection; one that may be broken or in the middle of something is not used again. */
  async function use<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (pool.waitingCount >= WAITING_COUNT_MAX)
      throw new VivaError('STORE_UNAVAILABLE', `${pool.waitingCount} callers wait for ${name}; no more are taken now`);
    const client = await pool.connect();
    try {
      const result = await work(client);
      if (doubtful.delete(client))
        throw new VivaError('STORE_UNAVAILABLE', `${name} was told not to wait for its standby`);
      client.release();
      return result;
    } catch (error) {
      client.release(!isHarmless(error));
      throw error;
    }
  }

  function queryOf(client: pg.PoolClient): Query {
    return async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(text, [...values])).rows;
  }

  async function transactOn<T>(client: pg.PoolClient, work: (query: Query) => Promise<T>): Promise<T> {
    await client.query('BEGIN');
    try {
      const result = await work(queryOf(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // Otherwise the connection is dropped, and the database undoes it by itself.
      if (isHarmless(error)) await client.query('ROLLBACK');
      throw error;
    }
  }

  /** Again and again while the database calls it off; only store errors get out. */
  async function persist<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await work();
      } catch (error) {
        if (attempt < ATTEMPTS_MAX && CALLED_OFF.test(codeOf(error))) continue;
        throw toStoreError(name, error);
      }
  }

  return {
    query: (text, values) => persist(() => use((client) => queryOf(client)(text, values))),
    transact: (work) => persist(() => use((client) => transactOn(client, work))),
    end: () => pool.end(),
  };
}
