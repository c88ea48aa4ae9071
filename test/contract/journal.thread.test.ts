import { expect, test } from 'vitest';
import type { VivaError } from '../../src/errors.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/thread.ts';
import { makePath, openThread } from '../support/journal.sqlite.ts';
import { create, makeAppend, makeCreation } from '../support/journal.ts';
import { rule } from '../support/rules.ts';

const entry = new URL('../support/journal.lost.ts', import.meta.url);

test.each([
  ['no start', 'no luck'],
  ['no word', 'ended with 4'],
])('[J47] a thread that does not start, by %s, is an error that names the file', async (name, reason) => {
  const path = `${makePath()} ${name}`;
  const opening = openSqliteJournal({ path, entry });
  await expect(opening).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining(path) });
  await expect(opening).rejects.toThrow(reason);
});

test.each(['thrown', 'left'])(`${rule('J69')}: %s`, async (name) => {
  const path = `${makePath()} ${name}`;
  const lost: VivaError[] = [];
  const journal = await openSqliteJournal({ path, entry, onLost: (error) => lost.push(error) });
  const unavailable = { name: 'VivaError', code: 'STORE_UNAVAILABLE', message: expect.stringContaining(path) };
  const rejected = { status: 'rejected', reason: unavailable };
  // In one message, in the next one, and when the end is known.
  const first = [journal.append(makeAppend('i', 1, 2)), journal.release('i', 1), journal.ping()];
  await new Promise((resolve) => setImmediate(resolve));
  const second = [journal.create(makeCreation()), journal.load('i')];
  expect(await Promise.allSettled([...first, ...second])).toMatchObject(Array(5).fill(rejected));
  await expect(journal.ping()).rejects.toMatchObject(unavailable);
  expect(lost).toMatchObject([unavailable]);
  await journal.close();
  expect(lost).toHaveLength(1);
});

test('[J35] a close of the thread waits for what is under way and is no loss', async () => {
  const lost: VivaError[] = [];
  const path = makePath();
  const journal = await openThread(path, { onLost: (error) => lost.push(error) });
  const created = [create(journal), create(journal)];
  await journal.close();
  await Promise.all(created);
  await expect(journal.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: `${path} is closed` });
  expect(lost).toEqual([]);
  const again = await openThread(path);
  expect((await again.list({ limit: 9 })).heads).toHaveLength(2);
});

test('[J48] more than may wait for the thread is refused here, and what was refused is not written', async () => {
  const journal = await openThread(makePath());
  const meta = { ...makeCreation().meta, externalId: 'x'.repeat(1024 * 1024) };
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => create(journal, { meta })));
  const refused = results.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(5);
  expect(refused[0]).toMatchObject({ reason: { code: 'STORE_UNAVAILABLE' } });
  expect((await journal.list({ limit: 50 })).heads).toHaveLength(15);
  await create(journal, { meta });
});
