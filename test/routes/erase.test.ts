import { expect, test } from 'vitest';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { ADMIN_KEY as admin, build, command, type TestApp, viewWhere } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { evaluationOf, scriptedEvaluator } from '../support/evaluator.ts';
import { countInFiles, makePath, openSqlite } from '../support/journal.sqlite.ts';
import { holdReadings } from '../support/readings.ts';

/** Stands in every personal text of these interviews, and nowhere else. */
const MARK = 'Zyx';

const person = {
  candidate: { name: `Ada ${MARK}`, email: `ada.${MARK}@example.org`, locale: 'en' },
  accommodations: { timeMultiplier: 1.5 },
  externalId: `application of ${MARK}`,
};

/** The person of the interview, as it is asked for at each address. */
interface Someone {
  id: string;
  candidateToken: string;
  reviewerToken: string;
}

function erase({ request }: Pick<TestApp, 'request'>, id: string, token?: string) {
  return request(`/api/interviews/${id}`, { method: 'DELETE', ...(token === undefined ? {} : { token }) });
}

/** Give an interview with every personal text there is, up to its end. */
async function interview(app: TestApp): Promise<Someone> {
  const made = await app.create(person);
  const socket = await app.enter(made.id, made.candidateToken);
  socket.send(command('interview.start'));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'water');
  const extend = command('deadline.extend', { byMs: 60_000, reason: `${MARK} has a cold` });
  await app.request(`/api/interviews/${made.id}/commands`, { token: admin, json: extend });
  const said = `${MARK} says boiling water for black leaves`;
  socket.send(command('answer.draft', { promptId: 'water', text: `${MARK} says boil` }));
  socket.send(command('answer.submit', { promptId: 'water', text: said }));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
  socket.send(command('answer.draft', { promptId: 'time', text: `${MARK} is not sure` }));
  socket.send(command('prompt.skip', { promptId: 'time' }));
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  return made;
}

/** Everything that can be read of an interview, in every role that may. */
async function readAll({ request }: TestApp, { id, candidateToken, reviewerToken }: Someone) {
  const read = async (path: string, token = admin) => {
    const { status, body } = await request(`/api/interviews${path}`, { token });
    return { status, body };
  };
  return {
    list: await read(''),
    report: await read(`/${id}/report`),
    reportForReviewer: await read(`/${id}/report`, reviewerToken),
    transcript: await read(`/${id}/transcript`),
    transcriptForReviewer: await read(`/${id}/transcript`, reviewerToken),
    transcriptForCandidate: await read(`/${id}/transcript`, candidateToken),
    journal: await read(`/${id}/journal`),
    journalForReviewer: await read(`/${id}/journal`, reviewerToken),
  };
}

test('[I9] an operator erases, and nobody else', async () => {
  const app = await build();
  const made = await app.create(person);
  const before = await app.journal.load(made.id);
  expect((await erase(app, made.id)).status).toBe(401);
  for (const token of [made.candidateToken, made.reviewerToken])
    expect((await erase(app, made.id, token)).body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  expect(await app.journal.load(made.id)).toEqual(before);
  expect(await erase(app, made.id, admin)).toMatchObject({ status: 204, text: '' });
  expect(JSON.stringify(await app.journal.load(made.id))).not.toContain(MARK);
});

test('[I9] the connections end for good, and whoever comes back is refused', async () => {
  const app = await build();
  const { id, candidateToken, reviewerToken } = await app.create(person);
  const sockets = [candidateToken, reviewerToken, admin].map((token) => app.enter(id, token));
  const [candidate, ...watchers] = await Promise.all(sockets);
  candidate?.send(command('interview.start'));
  candidate?.send(command('answer.draft', { promptId: 'water', text: `${MARK} begins` }));
  for (const watcher of watchers) while ((await watcher.next('record')).seq < 3);
  const unused = await Promise.all([candidateToken, reviewerToken].map((token) => app.ticket(id, token)));

  expect((await erase(app, id, admin)).status).toBe(204);
  for (const socket of await Promise.all(sockets)) {
    expect((await socket.next('error')).problem).toMatchObject({ code: 'INTERVIEW_ERASED', status: 410 });
    expect(await socket.closed).toEqual({ code: 4410, reason: 'INTERVIEW_ERASED' });
  }
  const left = await app.journal.load(id);
  for (const ticket of unused) {
    const socket = app.open(id);
    socket.send({ type: 'hello', ticket });
    expect((await socket.closed).code).toBe(4410);
  }
  const post = { method: 'POST' };
  const refused = [
    ...[candidateToken, reviewerToken, admin].map((token) =>
      app.request(`/api/interviews/${id}/tickets`, { ...post, token }),
    ),
    ...[reviewerToken, admin].map((token) => app.request(`/api/interviews/${id}`, { token })),
    app.request(`/api/interviews/${id}/links`, { token: admin }),
    app.request(`/api/interviews/${id}/commands`, { token: admin, json: command('interview.cancel') }),
  ];
  for (const answer of await Promise.all(refused))
    expect(answer.body).toMatchObject({ code: 'INTERVIEW_ERASED', status: 410 });
  expect(app.actors.liveCount).toBe(0);
  expect(await app.journal.load(id)).toEqual(left);
});

test('[I9] [I10] nothing personal is read at any address, and what is nobody’s stays as it was', async () => {
  // The clock stands still: readings that were kept for a second are kept as long as the test lasts.
  const app = await build({ clock: manualClock() });
  const someone = await interview(app);
  const before = await readAll(app, someone);
  for (const [name, { body }] of Object.entries(before))
    expect([name, JSON.stringify(body)]).toEqual([name, expect.stringContaining(MARK)]);
  expect((await erase(app, someone.id, admin)).status).toBe(204);
  const after = await readAll(app, someone);
  for (const [name, { status, body }] of Object.entries(after)) {
    expect([name, status]).toEqual([name, 200]);
    expect([name, JSON.stringify(body)]).toEqual([name, expect.not.stringContaining(MARK)]);
  }

  const { report } = before;
  const { candidate: _person, chain, questions, ...kept } = report.body;
  expect(after.report.body).toMatchObject({ ...kept, candidate: { name: '-', email: '-', locale: '-' } });
  expect(after.report.body.chain).toEqual({ ...chain, isIntact: true, erasedAt: expect.any(Number) });
  expect(after.transcriptForCandidate.body.chain).toEqual(after.report.body.chain);
  expect(after.list.body.interviews).toMatchObject([{ id: someone.id, erasedAt: after.report.body.chain.erasedAt }]);
  const [water] = after.report.body.questions;
  expect(water).toMatchObject({
    id: 'water',
    score: questions[0].score,
    entries: [{ answer: { text: '-', from: 'submit' } }],
  });
  const [[wasJudged], [judged]] = [questions[0], water].map(({ entries }) => entries[0].evaluation.points);
  const { verdict, coverage } = wasJudged;
  expect(judged).toMatchObject({ id: 'w1-boiling', verdict, coverage, reason: '-', evidence: [{ quote: '-' }] });
  // Records keep what they are about, when, and what the machine made of it.
  const told = ({ seq, at, by, facts, state, hash }: Record<string, unknown>) => ({ seq, at, by, facts, state, hash });
  const [wasRecords, records] = [before, after].map(({ journal }) => journal.body.records);
  expect(records.map(told)).toEqual(wasRecords.map(told));
  expect(records[0].event).toMatchObject({ type: 'interview.created', timeMultiplier: 1.5 });
  expect((await app.journal.load(someone.id))?.head.meta).toMatchObject({ accommodations: { timeMultiplier: 1.5 } });
});

test('[I9] who asks after an erasure is not given a reading that was under way before it', async () => {
  const { readings, hold, journal } = holdReadings(createMemoryJournal());
  const app = await build({ journal });
  const { id } = await app.create(person);
  const read = () => app.request(`/api/interviews/${id}/report`, { token: admin });
  readings.count = 0;
  const letGo = hold();
  const before = read();
  while (readings.count === 0) await new Promise((resolve) => setImmediate(resolve));
  expect((await erase(app, id, admin)).status).toBe(204);
  const after = read();
  letGo();
  expect((await before).text).toContain(MARK);
  expect((await after).text).not.toContain(MARK);
});

test('[I9] [I10] erasing again changes nothing, and what is not there cannot be erased', async () => {
  const clock = manualClock();
  const app = await build({ clock });
  const { id } = await app.create(person);
  const erasedAt = clock.now();
  expect((await erase(app, id, admin)).status).toBe(204);
  const left = await app.journal.load(id);
  clock.advance(5_000);
  expect((await erase(app, id, admin)).status).toBe(204);
  expect(await app.journal.load(id)).toEqual(left);
  const { body } = await app.request(`/api/interviews/${id}/report`, { token: admin });
  expect(body.chain.erasedAt).toBe(erasedAt);
  expect((await erase(app, 'nobody', admin)).body).toMatchObject({ status: 404, code: 'INTERVIEW_NOT_FOUND' });
});

test('[I9] an evaluation that is running is stopped, and its result is nowhere', async () => {
  const { evaluator, next } = scriptedEvaluator();
  const app = await build({ evaluator });
  const { id, candidateToken } = await app.create(person);
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  socket.send(command('answer.submit', { promptId: 'water', text: `${MARK} waits` }));
  const call = await next();
  expect((await erase(app, id, admin)).status).toBe(204);
  expect((await socket.closed).code).toBe(4410);
  expect(call.signal.aborted).toBe(true);
  const left = await app.journal.load(id);
  call.reply({ ok: true, evaluation: evaluationOf(call.request, ['w1-boiling']) });
  await new Promise((resolve) => setImmediate(resolve));
  expect(await app.journal.load(id)).toEqual(left);
  expect(JSON.stringify(left)).not.toContain(MARK);
  expect(left?.head.state).toBe('EVALUATING');
});

test.each(['before', 'after'])(
  '[I9] a command whose record comes to the store %s the erasure leaves no text',
  async (when) => {
    const inner = createMemoryJournal();
    const gate = { count: 0, isHeld: false, letGo: () => {} };
    const append: typeof inner.append = async (entry) => {
      if (!gate.isHeld) return inner.append(entry);
      const isFirst = when === 'before';
      const appended = isFirst ? await inner.append(entry) : null;
      gate.count += 1;
      await new Promise<void>((resolve) => {
        gate.letGo = resolve;
      });
      return appended ?? inner.append(entry);
    };
    const app = await build({ journal: { ...inner, append } });
    const { id, candidateToken, reviewerToken } = await app.create(person);
    const candidate = await app.enter(id, candidateToken);
    const reviewer = await app.enter(id, reviewerToken);
    candidate.send(command('interview.start'));
    await viewWhere(candidate, ({ prompt }) => prompt?.id === 'water');
    gate.isHeld = true;
    candidate.send(command('answer.draft', { promptId: 'water', text: `${MARK} is in between` }));
    while (gate.count === 0) await new Promise((resolve) => setImmediate(resolve));
    const erased = erase(app, id, admin);
    while ((await inner.load(id))?.head.erasedAt === null) await new Promise((resolve) => setImmediate(resolve));
    gate.letGo();
    expect((await erased).status).toBe(204);
    for (const socket of [candidate, reviewer]) expect((await socket.closed).code).toBe(4410);
    const left = await inner.load(id);
    expect(left?.records.map(({ event }) => event.type)).toEqual(
      ['interview.created', 'interview.start', 'answer.draft'].slice(0, when === 'before' ? 3 : 2),
    );
    expect(JSON.stringify(left)).not.toContain(MARK);
    expect(app.actors.liveCount).toBe(0);
  },
);

test('[I9] an erasure that the store does not take ends no connection', async () => {
  const inner = createMemoryJournal();
  const app = await build({
    journal: { ...inner, erase: () => Promise.reject(new Error('scripted: the disk is full')) },
  });
  const { id, candidateToken } = await app.create(person);
  const socket = await app.enter(id, candidateToken);
  expect((await erase(app, id, admin)).status).toBe(500);
  socket.send(command('interview.start'));
  expect(await socket.next('ack')).toMatchObject({ duplicate: false });
});

test('[I9] an erasure that comes as far as the interview, but not through the files, ends its connections', async () => {
  const inner = createMemoryJournal();
  const app = await build({
    journal: {
      ...inner,
      async erase(id, at) {
        await inner.erase(id, at);
        throw new Error('scripted: somebody reads the log');
      },
    },
  });
  const { id, candidateToken } = await app.create(person);
  const socket = await app.enter(id, candidateToken);
  expect((await erase(app, id, admin)).status).toBe(500);
  expect((await socket.closed).code).toBe(4410);
});

test('[I9] [J50] after an erasure over HTTP no file of the service holds the texts', async () => {
  const path = makePath();
  const app = await build({ journal: openSqlite(path), actors: { snapshotEvery: 2 } });
  const someone = await interview(app);
  expect(countInFiles(path, MARK)).toBeGreaterThan(5);
  expect((await erase(app, someone.id, admin)).status).toBe(204);
  expect(countInFiles(path, MARK)).toBe(0);
  const { body } = await app.request(`/api/interviews/${someone.id}/report`, { token: admin });
  expect(body.chain).toMatchObject({ isIntact: true, erasedAt: expect.any(Number) });
  expect(app.logs.join('')).not.toContain(MARK);
});
