import { describe, expect, test } from 'vitest';
import { manualClock } from '../support/clock.ts';
import { countCommits, makePath, openSqlite, sqliteEngines } from '../support/journal.sqlite.ts';
import { claim, create, fenced, fill, makeAppend, makeCreation } from '../support/journal.ts';
import { rule } from '../support/rules.ts';
import { journalContract } from './journal.ts';

for (const [name, open] of sqliteEngines)
  journalContract(name, async () => {
    const clock = manualClock();
    const journal = await open(makePath(), { now: clock.now });
    return { journal, passTime: async (ms) => clock.advance(ms) };
  });

describe.each(sqliteEngines)('%s', (_name, open) => {
  test('the SQLite journal says that it is durable and for one process', async () => {
    expect((await open(makePath())).capabilities).toEqual({ isDurable: true, isShared: false });
  });

  test(rule('J40'), async () => {
    const path = makePath();
    const first = await open(path);
    const creation = makeCreation({ idempotency: { key: 'k', digest: 'd' } });
    const id = await create(first, creation);
    const epoch = await fill(first, id, 3);
    const late = makeAppend(id, epoch, 5, { snapshot: { seq: 4, json: '"four"' } });
    await first.append(late);
    const plan = await first.putPlan({ id: 'p', hash: 'h', json: '{}', publishedAt: 1 });
    const before = [await first.load(id), await first.list({ limit: 9 })];
    await first.close();

    const second = await open(path);
    expect([await second.load(id), await second.list({ limit: 9 })]).toEqual(before);
    expect(await second.getPlan('p')).toEqual(plan);
    expect(await second.create(makeCreation({ idempotency: { key: 'k', digest: 'x' } }))).toEqual({
      id,
      isNew: false,
      digest: 'd',
    });
    const claimed = await claim(second, id, 'b', false);
    expect(claimed).toMatchObject({
      head: { epoch: epoch + 1 },
      snapshot: { seq: 4, json: '"four"' },
      tail: [{ seq: 5 }],
    });
    expect(claimed.commands.map(({ seq }) => seq)).toEqual([2, 3, 4, 5]);
    const again = makeAppend(id, epoch + 1, 6, { record: { ...late.record, seq: 6 } });
    expect(await second.append(again)).toMatchObject({ reason: 'duplicate', seq: 5 });
  });

  test(rule('J41'), async () => {
    const path = makePath();
    const journal = await open(path);
    const ids = await Promise.all(Array.from({ length: 50 }, () => create(journal)));
    for (const id of ids) await claim(journal, id);
    const appendAll = (seq: number) => ids.map((id) => journal.append(makeAppend(id, 1, seq)));

    const before = countCommits(path);
    expect(await Promise.all(appendAll(2))).toEqual(ids.map(() => ({ ok: true })));
    expect(countCommits(path) - before).toBe(1);
    // Resolving is what starts the next turn: nothing resolved before the commit was in the log.
    const [first, ...others] = appendAll(3);
    await first;
    expect(countCommits(path) - before).toBe(2);
    await Promise.all(others);
    for (const id of ids.slice(0, 5)) await journal.append(makeAppend(id, 1, 4));
    expect(countCommits(path) - before).toBe(7);
  });

  test(rule('J43'), async () => {
    const path = makePath();
    const first = await open(path);
    const id = await create(first);
    const { head } = await claim(first, id, 'first', false, 3_600_000);
    expect(await first.claim(id, 'second', { leaseMs: 1, force: false })).toBe('held');

    // The first process is still there, as in a restart that overlaps: the second may claim, then the first is fenced.
    const second = await open(path);
    expect(await first.append(makeAppend(id, head.epoch, 2))).toEqual({ ok: true });
    const claimed = await claim(second, id, 'second', false);
    expect(claimed.head).toMatchObject({ epoch: head.epoch + 1, headSeq: 2 });
    expect(await first.append(makeAppend(id, head.epoch, 3))).toEqual(fenced);
    expect(await second.append(makeAppend(id, claimed.head.epoch, 3))).toEqual({ ok: true });
  });

  test(rule('J49'), async () => {
    const path = makePath();
    const service = await open(path);
    const id = await create(service);
    const epoch = await fill(service, id, 2, 'service');
    const reader = openSqlite(path, { isReadOnly: true });
    expect(await reader.load(id)).toEqual(await service.load(id));
    expect(await service.claim(id, 'other', { leaseMs: 1, force: false })).toBe('held');
    const unavailable = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('readonly') };
    await expect(create(reader)).rejects.toMatchObject(unavailable);
    await expect(reader.append(makeAppend(id, epoch, 4))).rejects.toMatchObject(unavailable);
    expect(await service.append(makeAppend(id, epoch, 4))).toEqual({ ok: true });
    expect((await reader.load(id))?.head.headSeq).toBe(4);
  });
});
