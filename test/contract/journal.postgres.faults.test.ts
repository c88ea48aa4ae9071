import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { ask, connect, isPostgresMissing, makeSchema, openHarness, openPostgres } from '../support/journal.postgres.ts';
import { claim, create, makeAppend } from '../support/journal.ts';
import { startServer } from '../support/postgres.server.ts';
import { takeSeed } from '../support/random.ts';
import { rule } from '../support/rules.ts';

const unavailable = { name: 'VivaError', code: 'STORE_UNAVAILABLE' };

/** Hold the row of an interview until the returned function is called. */
async function hold(url: string, id: string) {
  const holder = connect(url);
  await holder.ask('BEGIN');
  await holder.ask('SELECT 1 FROM viva_interview WHERE id = $1 FOR UPDATE', [id]);
  let held: Promise<unknown> | null = null;
  const letGo = () => {
    held ??= holder.ask('ROLLBACK').then(() => holder.end());
    return held;
  };
  onTestFinished(async () => {
    await letGo();
  });
  return letGo;
}

/** The backend of a schema that waits for a lock, once there is one. */
async function findWaiting(url: string): Promise<number> {
  const database = connect(url);
  for (;;) {
    const [found] = await database.ask<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE application_name = current_setting('application_name') AND wait_event_type = 'Lock'",
    );
    if (!found) continue;
    await database.end();
    return found.pid;
  }
}

describe.skipIf(isPostgresMissing)('faults of PostgreSQL', () => {
  test(`${rule('J55')}: a backend that is terminated in the middle of an append`, async () => {
    const { journal, url } = await openHarness();
    const ids = [await create(journal), await create(journal)];
    for (const id of ids) await claim(journal, id);
    const letGo = await hold(url, ids[0] ?? '');
    const appends = Promise.allSettled(ids.map((id) => journal.append(makeAppend(id, 1, 2))));
    await ask(`SELECT pg_terminate_backend(${await findWaiting(url)})`, url);
    for (const result of await appends) expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
    await letGo();
    for (const id of ids) expect((await journal.load(id))?.head.headSeq).toBe(1);
    const again = await Promise.all(ids.map((id) => journal.append(makeAppend(id, 1, 2))));
    expect(again).toEqual(ids.map(() => ({ ok: true })));
  });

  test('[J55] connections that end while nobody uses them are replaced', async () => {
    const { journal, url } = await openHarness();
    const id = await create(journal);
    await claim(journal, id);
    await journal.append(makeAppend(id, 1, 2));
    const [{ count = 0 } = {}] = await ask<{ count: number }>(
      `SELECT count(pg_terminate_backend(pid))::INTEGER AS count FROM pg_stat_activity
       WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()`,
      url,
    );
    expect(count).toBeGreaterThan(0);
    // What meets a connection that is just ending may reject; it never hangs, and the next ones work.
    await Promise.allSettled([journal.load(id), journal.append(makeAppend(id, 1, 9))]);
    expect((await journal.load(id))?.head.headSeq).toBe(2);
    expect(await journal.append(makeAppend(id, 1, 3))).toEqual({ ok: true });
  });

  test(rule('J56'), async () => {
    const url = await makeSchema();
    const journal = await openPostgres(url, { connectionsMax: 2 });
    const [stuck = '', other = ''] = [await create(journal), await create(journal)];
    await claim(journal, other);
    expect(await Promise.all(Array.from({ length: 300 }, () => journal.load(other)))).toHaveLength(300);

    const letGo = await hold(url, stuck);
    // It waits for the row, and all others for its connection, the only one.
    const calls = [journal.claim(stuck, 'a', { leaseMs: 1, force: true }), ...[1, 2, 3].map(() => journal.load(other))];
    const settled = Promise.allSettled<unknown>(calls);
    expect(await journal.append(makeAppend(other, 1, 2))).toEqual({ ok: true });
    for (const result of await settled) expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
    await letGo();
    expect((await journal.load(other))?.head.headSeq).toBe(2);
    expect(await claim(journal, stuck)).toMatchObject({ head: { epoch: 1 } });
  });

  test('[J48] one append that the database cannot store does not take its group along', async () => {
    const { journal } = await openHarness();
    const ids = await Promise.all(Array.from({ length: 7 }, () => create(journal)));
    await Promise.all(ids.map((id) => claim(journal, id)));
    const settled = await Promise.allSettled(
      ids.map((id, index) =>
        journal.append(makeAppend(id, 1, 2, index === 4 ? { snapshot: { seq: 2.5, json: '""' } } : {})),
      ),
    );
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual(ids.map((_, index) => index !== 4));
    // The reason tells nothing of what was to be stored.
    expect(settled[4]).toMatchObject({ reason: { ...unavailable, message: expect.not.stringContaining('2.5') } });
    expect(await claim(journal, ids[4] ?? '')).toMatchObject({ head: { headSeq: 1 }, tail: [{ seq: 1 }] });
  });
});

const childPath = new URL('../support/journal.child.ts', import.meta.url).pathname;

async function listen(child: ChildProcess, onLine: (count: number) => void): Promise<string[]> {
  let text = '';
  let count = 0;
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    count += chunk.split('\n').length - 1;
    onLine(count);
  });
  await once(child, 'close');
  return text.split('\n').slice(0, -1);
}

test.skipIf(isPostgresMissing)(rule('J42'), async () => {
  const killAt = 1 + (takeSeed('J42 on PostgreSQL') % 1_500);
  const { journal, url } = await openHarness();
  const child = spawn(process.execPath, [childPath, url, '20'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = await listen(child, (count) => {
    if (count >= killAt) child.kill('SIGKILL');
  });
  expect(child.signalCode).toBe('SIGKILL');
  const highest = new Map(lines.map((line) => line.split(' ') as [string, string]));
  expect(highest.size).toBeGreaterThan(0);
  for (const [id, seq] of highest) {
    // Claiming waits for what the dead process had under way.
    const { head, tail } = await claim(journal, id);
    expect(tail.map((record) => record.seq)).toEqual(Array.from({ length: head.headSeq }, (_, i) => i + 1));
    expect([Number(seq), Number(seq) + 1]).toContain(head.headSeq);
  }
});

test.skipIf(isPostgresMissing)(
  `${rule('J55')}: a server that stops immediately, and recovers`,
  { timeout: 60_000 },
  async () => {
    const server = await startServer();
    const journal = await openPostgres(server.url);
    const ids = await Promise.all(Array.from({ length: 20 }, () => create(journal)));
    const ackedById = new Map<string, number>();

    /** Append until it fails; what was acknowledged is noted. */
    async function write(from: Journal, id: string): Promise<unknown> {
      const { head } = await claim(from, id);
      for (let seq = head.headSeq + 1; ; seq += 1)
        try {
          expect(await from.append(makeAppend(id, head.epoch, seq))).toEqual({ ok: true });
          ackedById.set(id, seq);
        } catch (error) {
          return error;
        }
    }

    for (let round = 0; round < 2; round += 1) {
      ackedById.clear();
      const writing = Promise.all(ids.map((id) => write(journal, id)));
      while (ackedById.size < ids.length) await new Promise((resolve) => setImmediate(resolve));
      await server.stop('immediate');
      for (const error of await writing) expect(error).toMatchObject(unavailable);
      await expect(journal.ping()).rejects.toMatchObject(unavailable);
      await server.start();
      await journal.ping();
      for (const id of ids) {
        const { head, records } = (await journal.load(id)) ?? {};
        expect(records?.map(({ seq }) => seq)).toEqual(Array.from({ length: head?.headSeq ?? 0 }, (_, i) => i + 1));
        const acked = ackedById.get(id) ?? 0;
        expect([acked, acked + 1]).toContain(head?.headSeq);
      }
    }
  },
);

test.skipIf(isPostgresMissing)(
  '[J55] a primary that takes no writes any more is left for another connection',
  { timeout: 60_000 },
  async () => {
    const server = await startServer();
    const journal = await openPostgres(server.url);
    const ids = await Promise.all(Array.from({ length: 5 }, () => create(journal)));
    await Promise.all(ids.map((id) => claim(journal, id)));
    const appendAll = (seq: number) => Promise.allSettled(ids.map((id) => journal.append(makeAppend(id, 1, seq))));
    const turn = async (text: string) => {
      await ask(text, server.url);
      await ask('SELECT pg_reload_conf()', server.url);
    };
    await appendAll(2);
    await turn('ALTER SYSTEM SET default_transaction_read_only = on');
    for (let isReadOnly = false; !isReadOnly; )
      isReadOnly = await journal.ping().then(
        () => false,
        () => true,
      );
    for (const result of await appendAll(3)) expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
    await turn('ALTER SYSTEM RESET default_transaction_read_only');
    while (await journal.ping().catch((error: unknown) => error));
    expect(await appendAll(3)).toEqual(ids.map(() => ({ status: 'fulfilled', value: { ok: true } })));
  },
);
