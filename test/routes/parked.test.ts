import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { versionsNow } from '../../src/journal/versions.ts';
import { ensureSample, publishPlans } from '../../src/sample.ts';
import { ADMIN_KEY as admin, build, command, type TestApp } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { makePath, openSqlite } from '../support/journal.sqlite.ts';
import { claim, makeCreation } from '../support/journal.ts';
import { newerVersions, park } from '../support/parked.ts';

/** Ask for an interview in every way there is, in every role that may. */
async function askForIt({ tokens, tickets, request, open }: TestApp, id: string): Promise<string[]> {
  const expiresAt = Date.now() + 60_000;
  const candidate = await tokens.issue({ role: 'candidate', interviewId: id }, expiresAt);
  const reviewer = await tokens.issue({ role: 'reviewer', interviewId: id }, expiresAt);
  const asked: [method: string, path: string, who: string[], json?: object][] = [
    ['POST', '/tickets', [admin, reviewer, candidate]],
    ['POST', '/commands', [admin], command('interview.cancel')],
    ['GET', '', [admin, reviewer]],
    ['GET', '/transcript', [admin, reviewer, candidate]],
    ['GET', '/report', [admin, reviewer]],
    ['GET', '/journal', [admin, reviewer]],
    ['GET', '/links', [admin]],
    ['DELETE', '', [admin]],
  ];
  const answers: string[] = [];
  for (const [method, path, who, json] of asked)
    for (const token of who) {
      const { status, body, headers } = await request(`/api/interviews/${id}${path}`, {
        method,
        token,
        ...(json && { json }),
      });
      answers.push(`${method} ${path}: ${status} ${body.code} ${headers.get('retry-after') !== null}`);
    }
  for (const role of ['candidate', 'reviewer', 'operator'] as const) {
    const socket = open(id);
    const { ticket } = await tickets.issue({ role, interviewId: id });
    socket.send({ type: 'hello', ticket });
    const { problem } = await socket.next('error');
    answers.push(`socket: ${problem.code} ${(await socket.closed).code}`);
  }
  return answers;
}

const everywhere = [
  ...Array(3).fill('POST /tickets: 503 VERSION_PARKED true'),
  'POST /commands: 503 VERSION_PARKED true',
  ...Array(2).fill('GET : 503 VERSION_PARKED true'),
  ...Array(3).fill('GET /transcript: 503 VERSION_PARKED true'),
  ...Array(2).fill('GET /report: 503 VERSION_PARKED true'),
  ...Array(2).fill('GET /journal: 503 VERSION_PARKED true'),
  'GET /links: 503 VERSION_PARKED true',
  'DELETE : 503 VERSION_PARKED true',
  ...Array(3).fill('socket: VERSION_PARKED 1013'),
];

/** That an interview is nobody's, and how often it has been claimed. */
async function claimsOf(journal: Journal, id: string): Promise<number> {
  return (await claim(journal, id, 'somebody', false)).head.epoch;
}

test.each(Object.entries(newerVersions))(
  '[R20] an interview with %s is parked wherever it is asked for',
  async (_, versions) => {
    const journal = openSqlite(makePath());
    const app = await build({ journal });
    const { id } = await app.create({ candidate: { name: 'Ada' } });
    await park(journal, id, versions);
    const before = await journal.load(id);
    expect(await askForIt(app, id)).toEqual(everywhere);
    expect(await journal.load(id)).toEqual(before);
    expect(await claimsOf(journal, id)).toBe(2);
    const { body } = await app.request('/api/interviews', { token: admin });
    expect(body.interviews).toMatchObject([{ id, state: 'TOMORROW' }]);
  },
);

test('[R20] an interview that a newer machine created is parked before its first move', async () => {
  const journal = openSqlite(makePath());
  const app = await build({ journal });
  const creation = makeCreation();
  creation.meta.machineVersion = String(Number(versionsNow.machine) + 1);
  const { id } = await journal.create(creation);
  const before = await journal.load(id);
  expect(await askForIt(app, id)).toEqual(everywhere);
  expect(await journal.load(id)).toEqual(before);
  expect(await claimsOf(journal, id)).toBe(1);
});

test('[R20] a connection whose interview a newer build takes over ends, and is not let in again', async () => {
  const { create, enter, journal, request } = await build();
  const { id, candidateToken } = await create();
  const socket = await enter(id, candidateToken);
  await park(journal, id);
  socket.send(command('interview.start', { consent: true }));
  expect(await socket.closed).toMatchObject({ code: 1012 });
  const answer = await request(`/api/interviews/${id}/tickets`, { method: 'POST', token: candidateToken });
  expect(answer.body).toMatchObject({ code: 'VERSION_PARKED' });
});

test('[R20] who read it a moment before is not given that again once a newer build has gone on', async () => {
  const { create, journal, request } = await build({ clock: manualClock() });
  const { id } = await create();
  const read = () => request(`/api/interviews/${id}/transcript`, { token: admin });
  expect((await read()).status).toBe(200);
  await park(journal, id);
  expect((await read()).body).toMatchObject({ code: 'VERSION_PARKED' });
});

test('[R20] a sample that a newer build has gone on with does not stand in the way of the start', async () => {
  const clock = manualClock();
  const { journal, actors } = await build({ clock });
  const plans = await publishPlans(journal, resolve(import.meta.dirname, '../../examples/plans'), clock.now());
  const first = await ensureSample({ journal, actors, clock }, plans);
  await park(journal, first ?? '');
  const second = await ensureSample({ journal, actors, clock }, plans);
  expect(second).not.toBe(first);
  expect(await ensureSample({ journal, actors, clock }, plans)).toBe(second);
});
