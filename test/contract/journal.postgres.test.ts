import { describe, expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { connect, isPostgresMissing, makeSchema, openHarness, openPostgres } from '../support/journal.postgres.ts';
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

describe.skipIf(isPostgresMissing)('with PostgreSQL', () => {
  journalContract('PostgreSQL', openHarness);
  sharingContract(openHarness);
  clockContract(openHarness);

  historyContract('three nodes on PostgreSQL', async () => {
    const { url, journal, ...harness } = await openHarness();
    return { ...harness, journal: takeTurns([journal, await openPostgres(url), await openPostgres(url)]) };
  });

  test('the PostgreSQL journal says that it is durable and for many processes', async () => {
    const { capabilities } = await openPostgres(await makeSchema());
    expect(capabilities).toEqual({ isDurable: true, isShared: true });
  });

  test(rule('J40'), async () => {
    const url = await makeSchema();
    const first = await openPostgres(url);
    const creation = makeCreation({ idempotency: { key: 'k', digest: 'd' } });
    const id = await create(first, creation);
    const epoch = await fill(first, id, 3);
    const late = makeAppend(id, epoch, 5, { snapshot: { seq: 4, json: '"four"' } });
    await first.append(late);
    const plan = await first.putPlan({ id: 'p', hash: 'h', json: '{}', publishedAt: 1 });
    const before = [await first.load(id), await first.list({ limit: 9 })];
    await first.close();

    const second = await openPostgres(url);
    expect([await second.load(id), await second.list({ limit: 9 })]).toEqual(before);
    expect(await second.getPlan('p')).toEqual(plan);
    const again = makeCreation({ idempotency: { key: 'k', digest: 'x' } });
    expect(await second.create(again)).toEqual({ id, isNew: false, digest: 'd' });
    // Unlike a file, the database may have other users: whose lease it is, is not decided by opening.
    expect(await second.claim(id, 'b', { leaseMs: 1, force: false })).toBe('held');
    const claimed = await claim(second, id, 'b');
    expect(claimed).toMatchObject({ snapshot: { seq: 4, json: '"four"' }, tail: [{ seq: 5 }] });
    const repeated = makeAppend(id, epoch + 1, 6, { record: { ...late.record, seq: 6 } });
    expect(await second.append(repeated)).toMatchObject({ reason: 'duplicate', seq: 5 });
  });

  test(rule('J41'), async () => {
    const { journal, url } = await openHarness();
    const database = connect(url);
    const ids = await Promise.all(Array.from({ length: 50 }, () => create(journal)));
    await Promise.all(ids.map((id) => claim(journal, id)));
    for (const seq of [2, 3])
      expect(await Promise.all(ids.map((id) => journal.append(makeAppend(id, 1, seq))))).toEqual(
        ids.map(() => ({ ok: true })),
      );
    for (const id of ids.slice(0, 5)) await journal.append(makeAppend(id, 1, 4));
    const commits = await database.ask(
      'SELECT seq, count(DISTINCT xmin::text) AS count FROM viva_record WHERE seq > 1 GROUP BY seq ORDER BY seq',
    );
    await database.end();
    expect(commits).toEqual([
      { seq: '2', count: '1' },
      { seq: '3', count: '1' },
      { seq: '4', count: '5' },
    ]);
  });

  test(rule('J49'), async () => {
    const { journal: service, url } = await openHarness();
    const id = await create(service);
    const epoch = await fill(service, id, 2, 'service');
    const reader = await openPostgres(url, { isReadOnly: true });
    expect(await reader.load(id)).toEqual(await service.load(id));
    const unavailable = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('read-only') };
    await expect(create(reader)).rejects.toMatchObject(unavailable);
    await expect(reader.append(makeAppend(id, epoch, 4))).rejects.toMatchObject(unavailable);
    await expect(reader.ping()).rejects.toMatchObject({ message: expect.stringContaining('takes no writes') });
    expect(await service.claim(id, 'other', { leaseMs: 1, force: false })).toBe('held');
    expect(await service.append(makeAppend(id, epoch, 4))).toEqual({ ok: true });
    // Of a database without a journal it makes none.
    const empty = await makeSchema();
    await expect(openPostgres(empty, { isReadOnly: true })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test(rule('J54'), async () => {
    const url = await makeSchema();
    const nodes = await Promise.all(Array.from({ length: 6 }, () => openPostgres(url)));
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

  test('[J25] an id that PostgreSQL cannot hold is of no interview and of no plan', async () => {
    const { journal } = await openHarness();
    const id = 'a\0b';
    expect([
      await journal.load(id),
      await journal.claim(id, 'a', { leaseMs: 1, force: true }),
      await journal.erase(id, 1),
      await journal.getPlan(id),
    ]).toEqual([null, null, false, null]);
  });
});
