import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { ADMIN_KEY as admin, build, command, viewWhere } from '../support/app.ts';
import { run, runBin, runWith } from '../support/cli.ts';
import { makePath, openSqlite } from '../support/journal.sqlite.ts';
import { park } from '../support/parked.ts';

/** A service on a file, with one interview of four records, and what its candidate was given as a receipt. */
async function serve() {
  const path = makePath();
  const app = await build({ journal: openSqlite(path) });
  const { id, candidateToken } = await app.create({ candidate: { name: 'Ada' } });
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  socket.send(command('answer.draft', { promptId: 'water', text: 'it should be' }));
  const { prompt } = await viewWhere(socket, ({ prompt }) => prompt?.draft === 'it should be');
  socket.send(command('prompt.skip', { promptId: prompt?.id }));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
  const { body } = await app.request(`/api/interviews/${id}/transcript`, { token: candidateToken });
  const receipt: string = body.chain.headHash;
  const verify = (...more: string[]) => run('verify', id, '--store', `sqlite:${path}`, ...more);
  return { app, id, socket, path, receipt, verify };
}

/** Change a file behind the back of the service. */
function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec(sql);
}

test('[I8] a chain that holds is told with 0, beside the service that goes on', async () => {
  const { app, id, socket, path, receipt, verify } = await serve();
  const before = await app.journal.load(id);
  expect(await verify()).toEqual({
    code: 0,
    out: `interview ${id}: the chain holds\nrecords: 4\nhead: ${receipt}\n`,
    err: '',
  });
  expect(await app.journal.load(id)).toEqual(before);
  expect(await runWith({ VIVA_STORE: `sqlite:${path}` }, 'verify', id)).toMatchObject({ code: 0 });
  socket.send(command('prompt.skip', { promptId: 'time' }));
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  expect((await verify()).out).toContain('the chain holds\nrecords: 5\n');
});

test('[I8] the head of a receipt is looked for in the chain, however long that has become', async () => {
  const { socket, receipt, verify } = await serve();
  socket.send(command('prompt.skip', { promptId: 'time' }));
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  const found = await verify('--head', receipt);
  expect(found.code).toBe(0);
  expect(found.out).toMatch(/\nreceipt: the head after record 4\n$/);
  const lost = await verify(
    '--head',
    receipt.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  );
  expect(lost.code).toBe(1);
  expect(lost.out).toMatch(/the chain holds\n[\s\S]*receipt: NOT in this chain/);
});

test.each([
  ['the words of an event', `UPDATE record SET event = replace(event, 'it should', 'it would') WHERE seq = 3`, 3],
  ['what was decided', `UPDATE record SET facts = replace(facts, 'false', 'true') WHERE seq = 2`, 2],
  ['an instant', 'UPDATE record SET at = at + 1 WHERE seq = 4', 4],
  ['whose it is', `UPDATE opening SET meta = replace(meta, 'Ada', 'Eve')`, 1],
])('[I8] the first broken record is named with 1: %s was changed', async (_, sql, seq) => {
  const { path, verify } = await serve();
  tamper(path, sql);
  const { code, out } = await verify();
  expect(code).toBe(1);
  expect(out).toContain(`the chain is BROKEN at record ${seq}: it, or its place, is not what was written\n`);
});

test('[I8] records that are gone are named with 1, and a receipt shows those that were taken from the end', async () => {
  const { path, receipt, verify } = await serve();
  tamper(path, 'DELETE FROM record WHERE seq > 3');
  expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining('BROKEN at record 4: it is missing') });
  tamper(path, 'UPDATE interview SET head_seq = 3');
  expect(await verify()).toMatchObject({
    code: 1,
    out: expect.stringContaining('BROKEN at record 3: it should be the newest'),
  });
  // With the head put right, the chain alone cannot tell.
  tamper(path, 'UPDATE interview SET head_hash = (SELECT hash FROM record WHERE seq = 3)');
  expect(await verify()).toMatchObject({ code: 0 });
  expect(await verify('--head', receipt)).toMatchObject({
    code: 1,
    out: expect.stringContaining('receipt: NOT in this chain'),
  });
});

test('[I8] after an erasure the chain holds, and the receipt still fits', async () => {
  const { app, id, receipt, verify } = await serve();
  await app.request(`/api/interviews/${id}`, { method: 'DELETE', token: admin });
  const { code, out } = await verify('--head', receipt);
  expect(code).toBe(0);
  expect(out).toMatch(
    /the chain holds\n[\s\S]*\nerased: \d{4}-\d\d-\d\dT[\d:.]+Z, commitments stand for the texts\nreceipt: the head after record 4\n$/,
  );
});

test('[I8] an interview that is not there is told with 1', async () => {
  const { path } = await serve();
  expect(await run('verify', 'nobody', '--store', `sqlite:${path}`)).toEqual({
    code: 1,
    out: 'interview nobody: there is none\n',
    err: '',
  });
});

test('[I8] what cannot be looked at is told with 2: no store, none that lasts, another program’s', async () => {
  const path = makePath();
  const otherPath = makePath();
  mkdirSync(dirname(otherPath));
  tamper(otherPath, 'CREATE TABLE theirs (id TEXT)');
  for (const [store, words] of [
    [`sqlite:${path}`, 'cannot be used'],
    [`sqlite:${otherPath}`, 'another program'],
    ['memory', 'gone with its service'],
    ['nonsense', 'VIVA_STORE'],
  ] as const) {
    const { code, out, err } = await run('verify', 'i', '--store', store);
    expect([store, code, out]).toEqual([store, 2, '']);
    expect(err).toContain(words);
  }
});

test('[I8] [R20] what a newer viva wrote is not judged', async () => {
  const { app, id, verify } = await serve();
  await park(app.journal, id);
  expect(await verify()).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('a newer viva wrote this interview'),
  });
});

test('[I8] a wrong command is told with 2, and how to ask', async () => {
  for (const argv of [[], ['a', 'b'], ['a', '--loud'], ['a', '--head']]) {
    const { code, out, err } = await run('verify', ...argv);
    expect([argv, code, out]).toEqual([argv, 2, '']);
    expect(err).toContain('Usage: viva verify ID');
  }
  const { code, out, err } = await run('verify', '--help');
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^Usage: viva verify ID \[--head HASH\] \[--store sqlite:PATH\]\n/);
});

test('[I8] the exit code is that of the process', async () => {
  const { id, path } = await serve();
  const ask = () => runBin([], 'verify', id, '--store', `sqlite:${path}`);
  expect((await ask()).code).toBe(0);
  tamper(path, `UPDATE record SET cause = 'operator' WHERE seq = 3`);
  expect(await ask()).toMatchObject({ code: 1, out: expect.stringContaining('BROKEN at record 3') });
});
