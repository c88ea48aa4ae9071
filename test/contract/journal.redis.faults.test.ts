import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { openRedisJournal } from '../../src/journal/redis/journal.ts';
import { ask, openRedis } from '../support/journal.redis.ts';
import { claim, create, fenced, fill, makeAppend, makeRecord } from '../support/journal.ts';
import { takeSeed } from '../support/random.ts';
import { isRedisServerMissing, startServer } from '../support/redis.server.ts';
import { rule } from '../support/rules.ts';

const unavailable = { name: 'VivaError', code: 'STORE_UNAVAILABLE' };

/** Read one number of INFO. */
async function readInfo(url: string, name: string): Promise<number> {
  const info = String(await ask(url, 'INFO'));
  return Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]);
}

/** Ask again and again until something is so. The test's own time limit ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

async function openOnServer(settings: Record<string, string> = {}) {
  const server = await startServer(settings);
  return { server, journal: await openRedis(server.url) };
}

describe.skipIf(isRedisServerMissing)('faults of Redis', () => {
  test(rule('J41'), async () => {
    const { server, journal } = await openOnServer();
    const ids = await Promise.all(Array.from({ length: 50 }, () => create(journal)));
    await Promise.all(ids.map((id) => claim(journal, id)));
    await journal.append(makeAppend(ids[0] ?? '', 1, 2));
    // What one script writes is one entry of the append-only file: all of it is there after a crash, or nothing.
    const scriptsOf = async (work: () => Promise<unknown>) => {
      await ask(server.url, 'CONFIG', 'RESETSTAT');
      await work();
      const stats = String(await ask(server.url, 'INFO', 'commandstats'));
      return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(stats)?.[1]);
    };
    const together = async () => {
      const appended = await Promise.all(ids.slice(1).map((id) => journal.append(makeAppend(id, 1, 2))));
      expect(appended).toEqual(ids.slice(1).map(() => ({ ok: true })));
    };
    const apart = async () => {
      for (const id of ids.slice(0, 5)) await journal.append(makeAppend(id, 1, 3));
    };
    expect([await scriptsOf(together), await scriptsOf(apart)]).toEqual([1, 5]);
  });

  test('[J41] groups of every size are stored whole', async () => {
    const { journal } = await openOnServer({ appendfsync: 'no' });
    for (const count of [255, 256, 257, 600]) {
      const ids = await Promise.all(Array.from({ length: count }, () => create(journal)));
      await Promise.all(ids.map((id) => claim(journal, id)));
      // Every third one is out of turn, so that each outcome has to find its own append.
      const seqs = ids.map((_, index) => (index % 3 === 0 ? 3 : 2));
      const appends = ids.map((id, index) => journal.append(makeAppend(id, 1, seqs[index] ?? 0)));
      expect((await Promise.all(appends)).map(({ ok }) => ok)).toEqual(seqs.map((seq) => seq === 2));
      const heads = await Promise.all(ids.map(async (id) => (await journal.load(id, 99))?.head.headSeq));
      expect(heads).toEqual(seqs.map((seq) => (seq === 2 ? 2 : 1)));
    }
  });

  test('[J48] one append that the server refuses to store does not take its group along', async () => {
    const { journal } = await openOnServer();
    const ids = await Promise.all(Array.from({ length: 7 }, () => create(journal)));
    await Promise.all(ids.map((id) => claim(journal, id)));
    const settled = await Promise.allSettled(
      ids.map((id, index) => journal.append(makeAppend(id, 1, 2, index === 4 ? { wakeAt: Number.NaN } : {}))),
    );
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual(ids.map((_, index) => index !== 4));
    expect(settled[4]).toMatchObject({ reason: { ...unavailable, message: expect.not.stringContaining('NaN') } });
    expect(await claim(journal, ids[4] ?? '')).toMatchObject({ head: { headSeq: 1, epoch: 2 }, tail: [{ seq: 1 }] });
  });

  test(`${rule('J55')}: connections that are killed in the middle of appends`, async () => {
    const { server, journal } = await openOnServer();
    const ids = [await create(journal), await create(journal)];
    for (const id of ids) await claim(journal, id);
    await ask(server.url, 'CLIENT', 'PAUSE', '60000', 'WRITE');
    const appends = Promise.allSettled(ids.map((id) => journal.append(makeAppend(id, 1, 2))));
    await until(async () => (await readInfo(server.url, 'blocked_clients')) > 0);
    await ask(server.url, 'CLIENT', 'KILL', 'TYPE', 'normal');
    for (const result of await appends) expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
    await ask(server.url, 'CLIENT', 'UNPAUSE');
    for (const id of ids) expect((await journal.load(id))?.head.headSeq).toBe(1);
    const again = await Promise.all(ids.map((id) => journal.append(makeAppend(id, 1, 2))));
    expect(again).toEqual(ids.map(() => ({ ok: true })));
  });

  test('[J55] connections that end while nobody uses them are made again, and scripts that are forgotten sent again', async () => {
    const { server, journal } = await openOnServer();
    const id = await create(journal);
    await claim(journal, id);
    await journal.append(makeAppend(id, 1, 2));
    await ask(server.url, 'SCRIPT', 'FLUSH');
    expect(await Promise.all([3, 4].map((seq) => journal.append(makeAppend(id, 1, seq))))).toEqual([
      { ok: true },
      { ok: true },
    ]);
    expect(Number(await ask(server.url, 'CLIENT', 'KILL', 'TYPE', 'normal'))).toBe(2);
    // What meets a connection that is just ending may reject; it never hangs, and the next ones work.
    await Promise.allSettled([journal.load(id), journal.append(makeAppend(id, 1, 9))]);
    expect((await journal.load(id))?.head.headSeq).toBe(4);
    expect(await journal.append(makeAppend(id, 1, 5))).toEqual({ ok: true });
  });

  test(`${rule('J55')}: a server that is killed, and recovers`, { timeout: 60_000 }, async () => {
    const { server, journal } = await openOnServer();
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
      await until(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return ackedById.size === ids.length;
      });
      await server.stop();
      for (const error of await writing) expect(error).toMatchObject(unavailable);
      const meanwhile = expect(journal.ping()).rejects.toMatchObject(unavailable);
      await meanwhile;
      await server.start();
      await journal.ping();
      for (const id of ids) {
        const { head, records } = (await journal.load(id)) ?? {};
        expect(records?.map(({ seq }) => seq)).toEqual(Array.from({ length: head?.headSeq ?? 0 }, (_, i) => i + 1));
        const acked = ackedById.get(id) ?? 0;
        expect([acked, acked + 1]).toContain(head?.headSeq);
      }
    }
  });

  test(`${rule('J55')}: a server that says nothing any more`, { timeout: 60_000 }, async () => {
    const { server, journal } = await openOnServer();
    const id = await create(journal);
    await claim(journal, id);
    server.signal('SIGSTOP');
    const calls = [journal.append(makeAppend(id, 1, 2)), journal.load(id), journal.ping()];
    for (const result of await Promise.allSettled<unknown>(calls))
      expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
    server.signal('SIGCONT');
    await journal.ping();
    // The append may have been written, or not; claiming settles it.
    const { head } = await claim(journal, id);
    expect([1, 2]).toContain(head.headSeq);
    expect(await journal.append(makeAppend(id, 1, head.headSeq + 1))).toMatchObject({ reason: 'fenced' });
    expect(await journal.append(makeAppend(id, 2, head.headSeq + 1))).toEqual({ ok: true });
  });

  test(`${rule('J48')}: a memory that is full`, async () => {
    const { server, journal } = await openOnServer();
    const ids = [await create(journal), await create(journal)];
    const [id = '', other = ''] = ids;
    for (const each of ids) await fill(journal, each, 1);
    const before = [await journal.load(id), await journal.list({ limit: 9 })];
    await ask(server.url, 'CONFIG', 'SET', 'maxmemory', '1');
    const writes = [
      journal.append(makeAppend(id, 1, 3, { state: 'COMPLETE', wakeAt: null })),
      create(journal),
      journal.claim(id, 'b', { leaseMs: 1, force: true }),
      journal.release(id, 1, { seq: 1, json: '""' }),
      journal.putPlan({ id: 'p', hash: 'h', json: '{}', publishedAt: 1 }),
      journal.beat({ at: 1, gapMs: 1, knownUntil: 0 }),
      journal.ping(),
    ];
    for (const [index, result] of (await Promise.allSettled<unknown>(writes)).entries())
      expect({ index, ...result }).toMatchObject({
        status: 'rejected',
        reason: { ...unavailable, message: expect.stringContaining('OOM') },
      });
    expect([await journal.load(id), await journal.list({ limit: 9 })]).toEqual(before);
    // What makes room is still done.
    expect(await journal.erase(other, 7)).toBe(true);
    expect((await journal.load(other))?.head.erasedAt).toBe(7);
    await ask(server.url, 'CONFIG', 'SET', 'maxmemory', '0');
    await journal.ping();
    expect(await journal.append(makeAppend(id, 1, 3))).toEqual({ ok: true });
  });

  test(rule('J42'), async () => {
    const killAt = 1 + (takeSeed('J42 on Redis') % 1_500);
    const { server, journal } = await openOnServer();
    const childPath = new URL('../support/journal.child.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [childPath, server.url, '20'], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.split('\n').length > killAt) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
    // A line that was cut off by the kill was not reported.
    const lines = text.split('\n').slice(0, -1);
    const highest = new Map(lines.map((line) => line.split(' ') as [string, string]));
    expect(highest.size).toBeGreaterThan(0);
    for (const [id, seq] of highest) {
      const { head, tail } = await claim(journal, id);
      expect(tail.map((record) => record.seq)).toEqual(Array.from({ length: head.headSeq }, (_, i) => i + 1));
      expect([Number(seq), Number(seq) + 1]).toContain(head.headSeq);
    }
  });

  test(rule('J62'), async () => {
    const warningsOf = async (url: string) => {
      const warnings: string[] = [];
      await openRedis(url, { onWarning: (text) => warnings.push(text) });
      return warnings;
    };
    const server = await startServer();
    expect(await warningsOf(server.url)).toEqual([expect.stringContaining('an epoch be given out again')]);
    for (const [setting, value] of Object.entries({ appendfsync: 'everysec', 'maxmemory-policy': 'allkeys-lru' }))
      await ask(server.url, 'CONFIG', 'SET', setting, value);
    await ask(server.url, 'CONFIG', 'SET', 'appendonly', 'no');
    expect((await warningsOf(server.url)).slice(1)).toEqual([
      expect.stringContaining('appendonly no'),
      expect.stringContaining('appendfsync everysec'),
      expect.stringContaining('maxmemory-policy allkeys-lru'),
    ]);
    await ask(server.url, 'ACL', 'SETUSER', 'viva', 'on', '>secret', '~*', '+@all', '-config');
    const limited = await warningsOf(server.url.replace('//', '//viva:secret@'));
    expect(limited).toHaveLength(4);
    for (const warning of limited) expect(warning).not.toContain('secret');
    for (const warning of limited.slice(1)) expect(warning).toContain('cannot be read');
  });

  test('[J47] a server that is not there, refuses the password or belongs to a cluster is named, without the password', async () => {
    const server = await startServer({ 'cluster-enabled': 'yes' });
    const reasonOf = (url: string) => openRedisJournal({ url }).catch((error: unknown) => error);
    expect(await reasonOf(server.url)).toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/redis:\/\/127\.0\.0\.1:\d+ is a node of a cluster/),
    });
    const refused = await reasonOf(server.url.replace('//', '//viva:secret@'));
    expect(refused).toMatchObject({ ...unavailable, message: expect.stringContaining('WRONGPASS') });
    expect(refused).toMatchObject({ message: expect.not.stringContaining('secret') });
    await server.stop();
    expect(await reasonOf(server.url)).toMatchObject({
      ...unavailable,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  /** A server and a replica of it that has everything; `part` stops the replica from hearing any more. */
  async function startPair(settings: Record<string, string> = {}) {
    const primary = await startServer(settings);
    const replica = await startServer({ replicaof: `127.0.0.1 ${primary.port}` });
    await until(async () => (await readInfo(replica.url, 'master_sync_in_progress')) === 0);
    await until(async () => String(await ask(replica.url, 'INFO', 'replication')).includes('master_link_status:up'));
    return { primary, replica };
  }

  test(rule('J61'), { timeout: 60_000 }, async () => {
    const { primary, replica } = await startPair();
    const first = await openRedis(primary.url);
    expect(first.capabilities.mayLoseOnFailover).toBe(true);
    const id = await create(first);
    await fill(first, id, 1, 'a');
    await ask(primary.url, 'SET', 'all of it', 'came over');
    await until(async () => (await ask(replica.url, 'EXISTS', 'all of it')) === 1);

    // The way between the two is cut: to the replica the primary is somewhere where nobody answers.
    await ask(replica.url, 'REPLICAOF', '127.0.0.1', '1');
    expect((await claim(first, id, 'a')).head.epoch).toBe(2);
    const lost = makeRecord(3, 2, { hash: 'hash of what is lost' });
    expect(await first.append(makeAppend(id, 2, 3, { record: lost }))).toEqual({ ok: true });
    await primary.stop();
    // Before somebody decides that it takes over, it takes no writes.
    await expect(openRedisJournal({ url: replica.url })).rejects.toMatchObject({
      message: expect.stringContaining('READONLY'),
    });
    await ask(replica.url, 'REPLICAOF', 'NO', 'ONE');

    const second = await openRedis(replica.url);
    // The acknowledged append is not there, the epoch is given out a second time, and all before it is whole.
    expect(await claim(second, id, 'b')).toMatchObject({
      head: { epoch: 2, headSeq: 2 },
      tail: [{ seq: 1 }, { seq: 2 }],
    });
    expect(await second.append(makeAppend(id, 2, 3))).toEqual({ ok: true });
    // Whoever wrote what is lost has the epoch and the sequence of now, and goes on from something else (J64).
    expect(await second.append(makeAppend(id, 2, 4, { previousHash: lost.hash }))).toEqual(fenced);
    expect(await second.append(makeAppend(id, 2, 4))).toEqual({ ok: true });
  });

  test(rule('J63'), { timeout: 60_000 }, async () => {
    const { primary, replica } = await startPair({ 'min-replicas-to-write': '1', 'min-replicas-max-lag': '5' });
    const takesWrites = () =>
      ask(primary.url, 'SET', 'a key', 'a value').then(
        (reply) => reply === 'OK',
        () => false,
      );
    await until(takesWrites);
    const journal = await openRedis(primary.url);
    const id = await create(journal);
    const epoch = await fill(journal, id, 1);
    await replica.stop();
    await until(() =>
      journal.ping().then(
        () => false,
        () => true,
      ),
    );
    await expect(journal.append(makeAppend(id, epoch, 3))).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('NOREPLICAS'),
    });
    expect((await journal.load(id))?.head.headSeq).toBe(2);
    await replica.start();
    await until(() =>
      journal.ping().then(
        () => true,
        () => false,
      ),
    );
    expect(await journal.append(makeAppend(id, epoch, 3))).toEqual({ ok: true });
  });
});
