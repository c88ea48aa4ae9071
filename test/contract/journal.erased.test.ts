import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { verifyChain } from '../../src/journal/chain.ts';
import { migrate, migrations } from '../../src/journal/migrations.ts';
import { seededRandom } from '../../src/simulation/random.ts';
import { countInFiles, makePath, openSqlite } from '../support/journal.sqlite.ts';
import { claim, create, makeAppend, makeCreation, makeRecord } from '../support/journal.ts';
import { takeSeed } from '../support/random.ts';
import { rule } from '../support/rules.ts';

// What an erasure leaves in the bytes of the files, not in what can be asked of them.

const INTERVIEWS = 60;
const ROUNDS = 900;

const markOf = (index: number) => `MARK${String(index).padStart(4, '0')}.`;

test(rule('J50'), async () => {
  const random = seededRandom(takeSeed('J50'));
  const path = makePath();
  const journal = openSqlite(path);
  // Lengths of every kind, so that cells move, pages split and merge, and long texts overflow.
  const words = (index: number) => markOf(index).repeat(1 + Math.floor(random() * (random() < 0.1 ? 2_000 : 60)));
  // A snapshot holds no words; only its length matters here.
  const filler = () => JSON.stringify('x'.repeat(Math.floor(random() * 6_000)));
  const interviews = [];
  for (let index = 0; index < INTERVIEWS; index += 1) {
    const creation = makeCreation({ idempotency: { key: words(index), digest: markOf(index) } });
    creation.meta.candidate = { name: words(index), email: markOf(index) };
    creation.meta.externalId = markOf(index);
    const id = await create(journal, creation);
    interviews.push({ id, seq: 1, epoch: (await claim(journal, id)).head.epoch });
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const index = Math.floor(random() * INTERVIEWS);
    const interview = interviews[index] as (typeof interviews)[number];
    interview.seq += 1;
    const { id, seq, epoch } = interview;
    const event = { type: 'answer.draft', at: seq, text: words(index) };
    const record = makeRecord(seq, epoch, { event });
    const snapshot = random() < 0.3 ? { snapshot: { seq, json: filler() } } : {};
    await journal.append(makeAppend(id, epoch, seq, { record, ...snapshot }));
    if (random() < 0.1) {
      await journal.release(id, epoch, { seq, json: filler() });
      interview.epoch = (await claim(journal, id, 'o'.repeat(1 + Math.floor(random() * 90)))).head.epoch;
    }
  }
  const order = interviews.map((_, index) => index).sort(() => random() - 0.5);
  for (const index of order.slice(0, 40)) {
    expect(countInFiles(path, markOf(index))).toBeGreaterThan(0);
    await journal.erase(interviews[index]?.id ?? '', 1);
    expect(`${index}: ${countInFiles(path, markOf(index))}`).toBe(`${index}: 0`);
  }
  expect(countInFiles(path, markOf(order[41] ?? 0))).toBeGreaterThan(0);
});

test('[J50] what a file of version 1 had freed and not overwritten is gone once it is brought up', async () => {
  const path = makePath();
  mkdirSync(dirname(path));
  const old = new DatabaseSync(path);
  old.exec('PRAGMA journal_mode = WAL');
  migrate(old, path, migrations.slice(0, 1));
  old.exec(
    readFileSync(new URL('../support/journal.v1.sql', import.meta.url), 'utf8').replace(/^[\s\S]*?(?=INSERT)/, ''),
  );
  old.prepare('UPDATE snapshot SET json = ?').run(JSON.stringify('MARK'.repeat(5_000)));
  old.prepare('UPDATE snapshot SET json = ?').run('""');
  old.close();
  expect(countInFiles(path, 'MARK')).toBeGreaterThan(0);
  openSqlite(path);
  expect(countInFiles(path, 'MARK')).toBe(0);
});

test('[J50] while another process reads the log, an erasure asks to be done again', async () => {
  const path = makePath();
  const journal = openSqlite(path, { busyTimeoutMs: 10 });
  const creation = makeCreation();
  creation.meta.candidate = { name: 'MARK' };
  const id = await create(journal, creation);
  const reader = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => reader.close());
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM interview').get();
  await expect(journal.erase(id, 1)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('erase again'),
  });
  expect((await journal.load(id))?.head.erasedAt).toBe(1);
  expect(countInFiles(path, 'MARK')).toBeGreaterThan(0);
  reader.exec('COMMIT');
  expect(await journal.erase(id, 2)).toBe(true);
  expect(countInFiles(path, 'MARK')).toBe(0);
});

test(rule('J51'), async () => {
  const path = makePath();
  mkdirSync(dirname(path));
  const raw = new DatabaseSync(path);
  raw.exec(readFileSync(new URL('../support/journal.v1.sql', import.meta.url), 'utf8'));
  raw.close();
  const journal = openSqlite(path);
  const { head, records = [] } = (await journal.load('i-1')) ?? {};
  if (!head) throw new Error('nothing is there');
  expect(records.map(({ versions }) => versions)).toEqual(Array(3).fill({ record: 1, machine: '1' }));
  expect(verifyChain(head, records)).toEqual({
    isIntact: true,
    recordCount: 3,
    headHash: records[2]?.hash,
    lateCount: 3,
  });
  expect(new Set(records.flatMap(({ salt }) => salt ?? [])).size).toBe(3);
  await journal.erase('i-1', 9);
  const erased = await journal.load('i-1');
  expect(erased && verifyChain(erased.head, erased.records).isIntact).toBe(true);
  for (const text of ['naïve', 'Zoë']) expect(countInFiles(path, Buffer.from(text).toString('latin1'))).toBe(0);
});
