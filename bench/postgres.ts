import { randomUUID } from 'node:crypto';
import pg from 'pg';

const DEFAULT_URL = 'postgres://postgres@127.0.0.1:5432/postgres';

/** Empty schemas in a database, dropped at the end. */
export interface Schemas {
  make(): Promise<string>;
  drop(): Promise<void>;
}

/** The database of VIVA_BENCH_POSTGRES, or the local one; null when it cannot be reached. */
export async function findPostgres(): Promise<Schemas | null> {
  const url = process.env.VIVA_BENCH_POSTGRES ?? DEFAULT_URL;
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 2_000 });
  pool.on('error', () => {});
  const names: string[] = [];
  try {
    await pool.query('SELECT 1');
  } catch {
    await pool.end();
    return null;
  }
  return {
    async make() {
      const name = `viva_bench_${randomUUID().replaceAll('-', '')}`;
      await pool.query(`CREATE SCHEMA ${name}`);
      names.push(name);
      const address = new URL(url);
      address.searchParams.set('options', `-c search_path=${name}`);
      return address.href;
    },
    async drop() {
      for (const name of names.splice(0)) await pool.query(`DROP SCHEMA ${name} CASCADE`);
      await pool.end();
    },
  };
}
