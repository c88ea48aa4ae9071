import { expect, onTestFinished, test, vi } from 'vitest';
import { createGroup } from '../../src/journal/group.ts';

type Commit = (entries: string[]) => Promise<PromiseSettledResult<string>[]>;

/** A group whose commits the test ends by hand. */
function world(limits: { countMax?: number; charsMax?: number } = {}) {
  const committed: string[][] = [];
  const ends: { resolve(): void; reject(error: Error): void }[] = [];
  const commit: Commit = (entries) => {
    committed.push(entries);
    return new Promise((resolve, reject) => {
      const results = entries.map((value) => ({ status: 'fulfilled' as const, value: `${value}!` }));
      ends.push({ resolve: () => resolve(results), reject });
    });
  };
  return { committed, ends, group: createGroup({ commit, countMax: 10, charsMax: 100, ...limits }) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('[J41] while a commit is under way the next group fills', async () => {
  const { committed, ends, group } = world();
  const first = ['a', 'b'].map((entry) => group.add(entry, 1));
  await turn();
  const second = ['c', 'd'].map((entry) => group.add(entry, 1));
  await turn();
  expect(committed).toEqual([['a', 'b']]);
  ends[0]?.resolve();
  expect(await Promise.all(first)).toEqual(['a!', 'b!']);
  await turn();
  expect(committed).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  ends[1]?.resolve();
  expect(await Promise.all(second)).toEqual(['c!', 'd!']);
});

test('[J48] a commit that fails rejects every entry of its group, and the next group is tried', async () => {
  const { ends, group } = world();
  const first = Promise.allSettled(['a', 'b'].map((entry) => group.add(entry, 1)));
  await turn();
  const reason = new Error('disk');
  ends[0]?.reject(reason);
  const rejected = { status: 'rejected', reason };
  expect(await first).toEqual([rejected, rejected]);
  const next = group.add('c', 1);
  await turn();
  ends[1]?.resolve();
  expect(await next).toBe('c!');
});

test('[J48] more than may wait is refused, by count and by text, and taken again later', async () => {
  for (const limits of [{ countMax: 2 }, { charsMax: 10 }]) {
    const { ends, group } = world(limits);
    const taken = ['a', 'b'].map((entry) => group.add(entry, 5));
    await expect(group.add('c', 5)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await turn();
    const next = group.add('d', 5);
    ends[0]?.resolve();
    await Promise.all(taken);
    await turn();
    ends[1]?.resolve();
    expect(await next).toBe('d!');
  }
});

test('[J35] drain ends when nothing waits and nothing is under way', async () => {
  const { committed, ends, group } = world();
  group.add('a', 1);
  let isDrained = false;
  const drained = group.drain().then(() => {
    isDrained = true;
  });
  group.add('b', 1);
  await turn();
  expect(committed).toEqual([['a']]);
  ends[0]?.resolve();
  await turn();
  await turn();
  expect([committed, isDrained]).toEqual([[['a'], ['b']], false]);
  ends[1]?.resolve();
  await drained;
  await group.drain();
});

test('[J41] the next group is with the engine before the first hears what became of it', async () => {
  const { committed, ends, group } = world();
  const known = group.add('a', 1).then(() => committed.length);
  await turn();
  group.add('b', 1);
  ends[0]?.resolve();
  expect(await known).toBe(2);
});

test('what became of a large group is told in order, and others get their turn in between', async () => {
  // Whatever follows from one result takes long.
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 10;
    return now;
  });
  onTestFinished(() => clock.mockRestore());
  const { ends, group } = world({ countMax: 100 });
  const told: number[] = [];
  const numbers = Array.from({ length: 40 }, (_, index) => index);
  for (const number of numbers) group.add(String(number), 1).then(() => told.push(number));
  await turn();
  ends[0]?.resolve();
  const late = group.add('late', 1).catch(() => told.push(-1));
  const counts: number[] = [];
  const drained = group.drain();
  await turn();
  ends[1]?.reject(new Error('disk'));
  while (told.length < 40) {
    counts.push(told.length);
    await turn();
  }
  await late;
  expect(told).toEqual([...numbers, -1]);
  expect(counts.length).toBeGreaterThan(2);
  expect(Math.max(...counts.map((count, index) => count - (counts[index - 1] ?? 0)))).toBeLessThan(20);
  await drained;
});
