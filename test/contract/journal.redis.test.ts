import { describe, expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { openRedisJournal } from '../../src/journal/redis/journal.ts';
import {
  ask,
  connect,
  isRedisMissing,
  listKeys,
  makePrefix,
  openHarness,
  openRedis,
} from '../support/journal.redis.ts';
import { claim, create, fill, makeAppend, makeCreation, makeRecord } from '../support/journal.ts';
import { rule } from '../support/rules.ts';
import { clockContract, historyContract } from './journal.history.ts';
import { sharingContract } from './journal.sharing.ts';
import { journalContract } from './journal.ts';

/** One journal over several processes' worth of connections: each call goes to the next of them. */
function takeTurns(nodes: readonly Journal[]): Journal {
  let turn = 0;
  return new Proxy(nodes[0] as Journal, {
    get(_target, name) {
      turn += 1;
      return Reflect.get(nodes[turn % nodes.length] as Journal, name);
    },
  });
}

describe.skipIf(isRedisMissing)('with Redis', () => {
  journalContract('Redis', openHarness);
  sharingContract(openHarness);
  clockContract(openHarness);

  historyContract('three nodes on Redis', async () => {
    const { url, journal, ...harness } = await openHarness();
    return { ...harness, journal: takeTurns([journal, await openRedis(url), await openRedis(url)]) };
  });

  test('the Redis journal says what it keeps, and what a failover may cost', async () => {
    const { capabilities } = await openRedis(makePrefix());
    expect(capabilities).toEqual({ isDurable: true, isShared: true, mayLoseOnFailover: true });
  });

  test(rule('J40'), async () => {
    const url = makePrefix();
    const first = await openRedis(url);
    const creation = makeCreation({ idempotency: { key: 'k', digest: 'd' } });
    const id = await create(first, creation);
    const epoch = await fill(first, id, 3);
    const late = makeAppend(id, epoch, 5, { snapshot: { seq: 4, json: '"four"' } });
    await first.append(late);
    const plan = await first.putPlan({ id: 'p', hash: 'h', json: '{}', publishedAt: 1 });
    const before = [await first.load(id), await first.list({ limit: 9 })];
    await first.close();

    const second = await openRedis(url);
    expect([await second.load(id), await second.list({ limit: 9 })]).toEqual(before);
    expect(await second.getPlan('p')).toEqual(plan);
    const again = makeCreation({ idempotency: { key: 'k', digest: 'x' } });
    expect(await second.create(again)).toEqual({ id, isNew: false, digest: 'd' });
    // Unlike a file, the server may have other users: whose lease it is, is not decided by opening.
    expect(await second.claim(id, 'b', { leaseMs: 1, force: false })).toBe('held');
    const claimed = await claim(second, id, 'b');
    expect(claimed).toMatchObject({ snapshot: { seq: 4, json: '"four"' }, tail: [{ seq: 5 }] });
    const repeated = makeAppend(id, epoch + 1, 6, { record: { ...late.record, seq: 6 } });
    expect(await second.append(repeated)).toMatchObject({ reason: 'duplicate', seq: 5 });
  });

  test(rule('J49'), async () => {
    const { journal: service, url } = await openHarness();
    const id = await create(service);
    const epoch = await fill(service, id, 2, 'service');
    const reader = await openRedis(url, { isReadOnly: true });
    expect(await reader.load(id)).toEqual(await service.load(id));
    expect(await reader.list({ limit: 9 })).toEqual(await service.list({ limit: 9 }));
    const unavailable = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('read-only') };
    const before = await listKeys(url);
    for (const write of [
      () => create(reader),
      () => reader.append(makeAppend(id, epoch, 4)),
      () => reader.claim(id, 'reader', { leaseMs: 1, force: true }),
      () => reader.shared?.redeem('t', 1),
      () => reader.ping(),
    ])
      await expect(write()).rejects.toMatchObject(unavailable);
    expect(new Set(await listKeys(url))).toEqual(new Set(before));
    expect(await service.claim(id, 'other', { leaseMs: 1, force: false })).toBe('held');
    expect(await service.append(makeAppend(id, epoch, 4))).toEqual({ ok: true });
    // Under a prefix without a journal it makes none.
    const empty = makePrefix();
    await expect(openRedis(empty, { isReadOnly: true })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await listKeys(empty)).toEqual([]);
  });

  test(rule('J54'), async () => {
    const url = makePrefix();
    const nodes = await Promise.all(Array.from({ length: 6 }, () => openRedis(url)));
    const ids = await Promise.all(nodes.map((node) => create(node)));
    for (const node of nodes) {
      const { heads } = await node.list({ limit: 9 });
      expect(new Set(heads.map(({ id }) => id))).toEqual(new Set(ids));
    }
    const plans = await Promise.all(
      nodes.map((node, index) => node.putPlan({ id: 'p', hash: `h${index % 3}`, json: '{}', publishedAt: 1 })),
    );
    expect(new Set(plans.map(({ version, hash }) => `${version} ${hash}`)).size).toBe(3);
    expect(new Set(plans.map(({ version }) => version))).toEqual(new Set([1, 2, 3]));
  });

  test(rule('J57'), async () => {
    const { journal } = await openHarness();
    const id = await create(journal);
    const { head } = await claim(journal, id);
    const record = makeRecord(2, head.epoch, { versions: { record: 99, machine: '99' } });
    await journal.append(makeAppend(id, head.epoch, 2, { record }));
    const before = await journal.load(id);
    await expect(journal.erase(id, 9)).rejects.toMatchObject({ code: 'VERSION_PARKED' });
    expect(await journal.load(id)).toEqual(before);
    expect(await journal.append(makeAppend(id, head.epoch, 3))).toEqual({ ok: true });
  });

  test('[J38] an erasure that a busy writer overtakes takes what was written meanwhile along', async () => {
    const { journal } = await openHarness();
    const id = await create(journal);
    const { head } = await claim(journal, id);
    // One append after the other, until one is fenced: some of them come between what the erasure reads and writes.
    const writing = (async () => {
      for (let seq = 2; ; seq += 1) if (!(await journal.append(makeAppend(id, head.epoch, seq))).ok) return seq - 1;
    })();
    expect(await journal.erase(id, 9)).toBe(true);
    const count = await writing;
    const erased = await journal.load(id);
    expect(erased?.records.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(JSON.stringify(erased)).not.toMatch(/answer \d|digest \d|salt/);
  });

  test('[J37] no key tells what was erased', async () => {
    const { journal, url } = await openHarness();
    const creation = makeCreation({ idempotency: { key: 'key of Ada', digest: 'digest 0' } });
    const id = await create(journal, creation);
    const epoch = await fill(journal, id, 3);
    await journal.append(makeAppend(id, epoch, 5, { snapshot: { seq: 5, json: '"answer 5"' } }));
    const server = await connect(url);
    const dumpAll = async () => {
      const dumps = (await listKeys(url)).map(async (key) => {
        const type = String(await server.ask('TYPE', key));
        if (type === 'hash') return server.ask('HGETALL', key);
        if (type === 'list') return server.ask('LRANGE', key, '0', '-1');
        return type === 'zset' ? server.ask('ZRANGE', key, '0', '-1') : type;
      });
      return JSON.stringify(await Promise.all(dumps));
    };
    expect(await dumpAll()).toMatch(/answer \d/);
    await journal.erase(id, 7);
    expect(await dumpAll()).not.toMatch(/answer \d|Ada|digest \d|salt/);
    server.end();
  });

  test(rule('J46'), async () => {
    const url = makePrefix();
    await (await openRedis(url)).close();
    const [schema = ''] = (await listKeys(url)).filter((key) => key.endsWith(':schema'));
    await ask(url, 'SET', schema, '99');
    await expect(openRedisJournal({ url })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('schema version 99'),
    });
  });

  test('[J48] nothing stored under a key is taken for what it is not, and no error quotes it', async () => {
    const { journal, url } = await openHarness();
    const id = await create(journal);
    const [records = ''] = (await listKeys(url)).filter((key) => key.endsWith(':records'));
    await ask(url, 'LSET', records, '0', 'what Ada said');
    await expect(journal.load(id)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.not.stringContaining('Ada'),
    });
    await ask(url, 'SET', records, 'what Ada said');
    await expect(journal.load(id)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.not.stringContaining('Ada'),
    });
  });
});
