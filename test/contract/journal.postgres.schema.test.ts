import { hash } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPostgresJournal } from '../../src/journal/postgres/journal.ts';
import { createPool } from '../../src/journal/postgres/pool.ts';
import { migrate, migrations, stepFor } from '../../src/journal/postgres/schema.ts';
import { ask, isPostgresMissing, makeSchema, openPostgres } from '../support/journal.postgres.ts';
import { create } from '../support/journal.ts';
import { rule } from '../support/rules.ts';

function openPool(url: string) {
  const pool = createPool({ url, connectionsMax: 1, isPatient: true });
  onTestFinished(() => pool.end());
  return pool;
}

const listTables = (url: string) =>
  ask<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename',
    url,
  ).then((rows) => rows.map(({ name }) => name));

describe.skipIf(isPostgresMissing)('the schema in PostgreSQL', () => {
  test(rule('J45'), async () => {
    const url = await makeSchema();
    const pool = openPool(url);
    const good = 'CREATE TABLE one (a INTEGER); INSERT INTO one VALUES (1)';
    const bad = 'CREATE TABLE two (a INTEGER); INSERT INTO nowhere VALUES (1)';
    await expect(migrate(pool, 'here', [good, bad])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await listTables(url)).toEqual(['one', 'viva_schema']);
    await migrate(pool, 'here', [good, 'CREATE TABLE two (a INTEGER)', 'DROP TABLE one']);
    expect(await listTables(url)).toEqual(['two', 'viva_schema']);
    expect(await ask('SELECT version FROM viva_schema', url)).toEqual([{ version: 3 }]);
  });

  test(rule('J46'), async () => {
    const url = await makeSchema();
    const running = await openPostgres(url);
    await migrate(openPool(url), 'here', [...migrations, 'CREATE TABLE newer (a INTEGER)']);
    // Who runs already goes on; who starts now is told.
    await create(running);
    const version = migrations.length + 1;
    await expect(openPostgresJournal({ url })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(`has schema version ${version}, this viva knows versions up to ${version - 1}`),
    });
  });

  test('CockroachDB, which refuses them, is given no collations; the tables are the same', async () => {
    const version = 'CockroachDB CCL v25.2.0 (x86_64-pc-linux-gnu)';
    const steps = migrations.map((step) => stepFor(version, step));
    expect(steps.join()).not.toContain('COLLATE');
    const [there, here] = [await makeSchema(), await makeSchema()];
    await migrate(openPool(there), 'there', steps);
    await migrate(openPool(here), 'here');
    expect(await listTables(there)).toEqual(await listTables(here));
    expect(migrations.map((step) => stepFor('PostgreSQL 15.19 (Debian)', step))).toEqual(migrations);
  });

  test('[J44] the schema steps are still those that were released', () => {
    expect(migrations.map((step) => hash('sha256', step))).toEqual([
      'd429862c0fc9cd6f02f8caaea6ae0070e43065550693bf33c86ffd4e51173c15',
      'b091201c4249f61fda34a6d694c86fc0a5f58d875e68a054c6672d2d502f6dac',
    ]);
  });
});

test(rule('J47'), async () => {
  for (const [url, name] of [
    ['postgres://viva:geheim@127.0.0.1:1/viva', 'postgres://127.0.0.1:1/viva cannot be used: connect ECONNREFUSED'],
    ['postgres://viva:geheim@nowhere.invalid/viva', 'postgres://nowhere.invalid/viva cannot be used: getaddrinfo'],
  ] as const) {
    const failure = await openPostgresJournal({ url }).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining(name) });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('geheim');
  }
});

test.skipIf(isPostgresMissing)('[J47] a database that does not wait for its disk is refused', async () => {
  const url = new URL(await makeSchema());
  url.searchParams.set('options', `${url.searchParams.get('options')} -c synchronous_commit=off`);
  await expect(openPostgresJournal({ url: url.href })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('synchronous_commit = off'),
  });
});
