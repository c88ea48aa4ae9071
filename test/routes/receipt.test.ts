import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { ADMIN_KEY as admin, build, command } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { makePath, openSqlite } from '../support/journal.sqlite.ts';
import { rule } from '../support/rules.ts';

/** An interview on a file, and what its report and its candidate's transcript say of the chain. */
async function open() {
  const path = makePath();
  const clock = manualClock();
  const app = await build({ clock, journal: openSqlite(path, { now: clock.now }) });
  const { id, candidateToken, reviewerToken } = await app.create();
  const read = async (what: string, token: string) =>
    (await app.request(`/api/interviews/${id}/${what}`, { token })).body;
  async function chains() {
    const bodies = [
      await read('report', admin),
      await read('report', reviewerToken),
      await read('transcript', candidateToken),
    ];
    // A reading is kept for a second; what happens behind the service's back is seen after it.
    clock.advance(1_000);
    return bodies.map(({ chain }) => chain);
  }
  return { app, id, path, candidateToken, chains };
}

test(rule('I7'), async () => {
  const { app, id, candidateToken, chains } = await open();
  const headHash = async () => (await app.journal.load(id))?.head.hash;
  const first = { isIntact: true, recordCount: 1, headHash: await headHash() };
  expect(first.headHash).toMatch(/^[0-9a-f]{64}$/);
  expect(await chains()).toEqual([first, first, first]);
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  await socket.next('ack');
  const second = { isIntact: true, recordCount: 2, headHash: await headHash() };
  expect(second.headHash).not.toBe(first.headHash);
  expect(await chains()).toEqual([second, second, second]);
  const { body } = await app.request(`/api/interviews/${id}/journal`, { token: admin });
  expect(body.records.map(({ hash }: { hash: string }) => hash)).toEqual([first.headHash, second.headHash]);
});

test('[I7] a chain that was broken behind the service’s back is told to both, with the place', async () => {
  const { app, id, path, candidateToken, chains } = await open();
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  socket.send(command('answer.draft', { promptId: 'water', text: 'as hot as it gets' }));
  await socket.next('ack');
  await socket.next('ack');
  expect(await chains()).toMatchObject(Array(3).fill({ isIntact: true, recordCount: 3 }));
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec(`UPDATE record SET cause = 'operator' WHERE seq = 2`);
  const broken = { isIntact: false, recordCount: 3, brokenAt: { seq: 2, because: 'changed' } };
  expect(await chains()).toMatchObject([broken, broken, broken]);
});
