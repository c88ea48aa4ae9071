import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { seededRandom } from '../../src/simulation/random.ts';
import { makePath, sqliteEngines } from '../support/journal.sqlite.ts';
import { claim, create, makeAppend } from '../support/journal.ts';
import { takeSeed } from '../support/random.ts';
import { rule } from '../support/rules.ts';

const childPath = new URL('../support/journal.child.ts', import.meta.url).pathname;

function run(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Read what a writing child says until it ends. `onLine` hears how many lines there are. */
async function listen(child: ChildProcess, onLine: (count: number) => void): Promise<string[]> {
  let text = '';
  let count = 0;
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    count += chunk.split('\n').length - 1;
    onLine(count);
  });
  await once(child, 'close');
  // A line that was cut off by the kill was not reported.
  return text.split('\n').slice(0, -1);
}

function findHighest(lines: string[]): Map<string, number> {
  const highest = new Map<string, number>();
  for (const line of lines) {
    const [id = '', seq] = line.split(' ');
    if (id !== 'rejected') highest.set(id, Math.max(highest.get(id) ?? 1, Number(seq)));
  }
  return highest;
}

describe.each(sqliteEngines)('%s', (name, open) => {
  test(rule('J42'), async () => {
    const random = seededRandom(takeSeed('J42'));
    for (let round = 0; round < 3; round += 1) {
      const path = makePath();
      const child = run(process.execPath, [childPath, path, '20', name]);
      const killAt = 1 + Math.floor(random() * 1_500);
      const lines = await listen(child, (count) => {
        if (count >= killAt) child.kill('SIGKILL');
      });
      expect(child.signalCode).toBe('SIGKILL');
      expect(lines.length).toBeGreaterThanOrEqual(killAt);

      const journal = await open(path);
      for (const [id, reported] of findHighest(lines)) {
        const { head, records } = (await journal.load(id)) ?? {};
        expect(records?.map(({ seq }) => seq)).toEqual(Array.from({ length: head?.headSeq ?? 0 }, (_, i) => i + 1));
        // Every interview had one append under way: it may be there or not.
        expect([reported, reported + 1]).toContain(head?.headSeq);
      }
    }
  });

  test(rule('J48'), async () => {
    const path = makePath();
    const journal = await open(path, { busyTimeoutMs: 10 });
    const ids = [await create(journal), await create(journal), await create(journal)];
    for (const id of ids) await claim(journal, id);
    const before = await journal.list({ limit: 9 });

    const other = new DatabaseSync(path);
    onTestFinished(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    const unavailable = {
      name: 'VivaError',
      code: 'STORE_UNAVAILABLE',
      message: `${path} cannot be used: database is locked`,
    };
    const [id = ''] = ids;
    const writes = [
      ...ids.map((each) => journal.append(makeAppend(each, 1, 2))),
      create(journal),
      journal.claim(id, 'b', { leaseMs: 1, force: true }),
      journal.release(id, 1, { seq: 1, json: '""' }),
      journal.putPlan({ id: 'p', hash: 'h', json: '{}', publishedAt: 1 }),
    ];
    for (const result of await Promise.allSettled(writes))
      expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
    expect(await journal.list({ limit: 9 })).toEqual(before);

    other.exec('ROLLBACK');
    const appended = await Promise.all(ids.map((each) => journal.append(makeAppend(each, 1, 2))));
    expect(appended).toEqual(ids.map(() => ({ ok: true })));
  });

  test(`${rule('J48')}: a disk that is full`, async () => {
    const path = makePath();
    mkdirSync(dirname(path));
    // No file may grow beyond 1500 KiB: the log meets this in the middle of a commit.
    const limited = ['-c', 'ulimit -f 1500; exec "$@"', 'bash', process.execPath, childPath, path, '20', name];
    const lines = await listen(run('bash', limited), () => {});
    const rejected = lines.filter((line) => line.startsWith('rejected'));
    expect(rejected).toEqual(Array(20).fill('rejected STORE_UNAVAILABLE'));

    const journal = await open(path);
    const reported = findHighest(lines);
    expect(reported.size).toBe(20);
    for (const [id, seq] of reported) expect((await journal.load(id))?.head.headSeq).toBe(seq);
  });

  test('[J48] one append that the engine cannot store does not take its group along', async () => {
    const journal = await open(makePath());
    const ids = [await create(journal), await create(journal), await create(journal)];
    for (const id of ids) await claim(journal, id);
    // Its snapshot is refused by the schema, after head and record were written.
    const [first, second, third] = ids.map((id, index) =>
      journal.append(makeAppend(id, 1, 2, index === 1 ? { snapshot: { seq: 2.5, json: '""' } } : {})),
    );
    await expect(second).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect([await first, await third]).toEqual([{ ok: true }, { ok: true }]);
    expect(await claim(journal, ids[1] ?? '')).toMatchObject({ head: { headSeq: 1 }, tail: [{ seq: 1 }] });
  });

  test('[J34] ping rejects when the file was removed or replaced under the engine', async () => {
    const path = makePath();
    const journal = await open(path);
    await journal.ping();
    renameSync(path, `${path}.old`);
    await expect(journal.ping()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(path),
    });
    await open(`${path}.new`);
    renameSync(`${path}.new`, path);
    await expect(journal.ping()).rejects.toMatchObject({ message: expect.stringContaining('replaced') });
  });
});
