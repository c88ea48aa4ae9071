import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { ADMIN_KEY, build, type Created, command, type TestApp, viewWhere } from '../support/app.ts';
import { type Pusher, pushOn, type Said } from '../support/crush.ts';
import { untiring } from '../support/pressure.ts';
import { createValve, type Valve } from '../support/valve.ts';

// A service that is asked for three times what its store can do. Time is counted in
// rounds: in each the store takes so many appends, and three times as many commands are sent.

const CANDIDATES = 60;
const COMMANDS_MAX = 40;
const APPENDS_A_ROUND = 10;
const ROUNDS = 60;
/** No command waits behind more than what may be under way, and one result of an evaluation of each interview. */
const WAIT_ROUNDS_MAX = (COMMANDS_MAX + CANDIDATES) / APPENDS_A_ROUND + 2;

const plan = {
  id: 'many-teas',
  title: 'Making many teas',
  limits: { totalMinutes: 60, invitationDays: 7, pauseMinutes: 10 },
  questions: Array.from({ length: 50 }, (_, index) => ({
    id: `q${index}`,
    text: `How hot should the water of tea ${index} be?`,
    maxFollowUps: 0,
    rubric: { points: [{ id: 'hot', text: 'boiling water for black leaves' }] },
  })),
};

/** A service whose store the test makes slow, with so many interviews under way. */
async function setUp(commandsMax: number) {
  const folder = mkdtempSync(join(tmpdir(), 'viva-overload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const valve = createValve(createSqliteJournal({ path: join(folder, 'viva.db') }));
  const app = await build({
    journal: valve.journal,
    pressure: untiring({ commandsMax }),
    actors: { hibernateAfterMs: 1 },
    sockets: {
      addressSocketsMax: 10 * CANDIDATES,
      framesPerMinuteMax: 1_000_000,
      bytesPerMinuteMax: 1_000_000_000,
      lagBytes: 64 * 1024,
      lagMs: 200,
    },
  });
  // What is still held back would keep the service from closing.
  onTestFinished(valve.open);
  return { app, valve };
}

async function start(app: TestApp) {
  const made = await app.create({}, plan);
  const socket = await app.enter(made.id, made.candidateToken);
  socket.send(command('interview.start'));
  await viewWhere(socket, ({ state }) => state === 'QUESTIONING');
  return { ...made, socket };
}

/** Somebody who watches a long interview and does not read. */
async function watchWithoutReading(app: TestApp, { id, reviewerToken, socket }: Awaited<ReturnType<typeof start>>) {
  for (let index = 0; index < 20; index += 1) {
    const text = `${index}: ${'boiling water for black leaves; '.repeat(600)}`;
    socket.send(command('answer.submit', { promptId: `q${index}`, text }));
    await viewWhere(socket, ({ prompt }) => prompt?.id === `q${index + 1}`);
  }
  const slow = await app.enter(id, reviewerToken);
  slow.ws.pause();
  const server = [...app.app.websocketServer.clients].at(-1);
  // The kernel takes some megabytes before anything waits in the process.
  while (server?.bufferedAmount === 0) {
    socket.send(command('answer.draft', { promptId: 'q20', text: 'boiling' }));
    await socket.next('ack');
  }
  return { slow, isLetGo: () => server?.readyState !== server?.OPEN };
}

/** Ask for three times as much as the store does in a round; resolves when all of it is taken in. */
async function ask(pushers: Pusher[]): Promise<void> {
  let left = 3 * APPENDS_A_ROUND;
  // Whoever has waited for longest comes first.
  for (const pusher of pushers) if (left > 0 && pusher.say()) left -= 1;
  pushers.push(...pushers.splice(0, APPENDS_A_ROUND));
  await Promise.all(pushers.map((pusher) => pusher.heard()));
}

/** Go on like that for many rounds. */
async function crush(pushers: Pusher[], valve: Valve, round: { now: number }): Promise<void> {
  valve.shut();
  for (round.now = 1; round.now <= ROUNDS; round.now += 1) {
    await ask(pushers);
    await valve.pass(APPENDS_A_ROUND);
  }
  await ask(pushers);
}

/** Let the store do everything that waits. */
async function relieve(pushers: Pusher[], valve: Valve): Promise<void> {
  valve.open();
  while (!pushers.every(({ hasAll }) => hasAll)) await Promise.all(pushers.map((pusher) => pusher.heard()));
}

const isStored = ({ answers }: Said) => answers.some(({ frame }) => frame.type === 'ack');
const refusalsOf = (said: Said[]) =>
  said.flatMap(({ answers }) => answers.flatMap(({ frame }) => (frame.type === 'error' ? [frame.problem] : [])));

/** How many rounds each accepted command waited, from when it was last sent. */
function waitsOf(said: Said[]): number[] {
  return said.flatMap(({ sentIn, answers }) =>
    answers.flatMap(({ round, frame }, index) => (frame.type === 'ack' ? [round - (sentIn[index] ?? 0)] : [])),
  );
}

test('[D14] [S16] [S26] [S27] [T35] at three times what the store can do nothing acknowledged is lost, everybody is told, and what is accepted is done soon', async () => {
  const { app, valve } = await setUp(COMMANDS_MAX);
  const strangers: Created[] = [await app.create({}, plan), await app.create({}, plan)];
  const [stranger, other] = strangers as [Created, Created];
  const ticket = await app.ticket(stranger.id, stranger.candidateToken);
  const started = await Promise.all(Array.from({ length: CANDIDATES }, () => start(app)));
  const watchers: Awaited<ReturnType<typeof watchWithoutReading>>[] = [];
  for (const each of started.slice(0, 3)) watchers.push(await watchWithoutReading(app, each));
  const round = { now: 0 };
  const pushers: Pusher[] = [];
  for (const { id, candidateToken } of started)
    pushers.push(pushOn(await app.enter(id, candidateToken), id, () => round.now));

  await crush(pushers, valve, round);

  // Whoever comes now is turned away, but not from an interview that is under way.
  const refused = await Promise.all([
    app.request('/api/interviews', { token: ADMIN_KEY, json: { planId: plan.id } }),
    app.request(`/api/interviews/${other.id}/tickets`, { method: 'POST', token: other.candidateToken }),
    app.request(`/api/interviews/${started[0]?.id}/report`, { token: ADMIN_KEY }),
  ]);
  for (const { status, headers, body } of refused)
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'TRY_LATER', '2']);
  const turnedAway = app.open(stranger.id);
  turnedAway.send({ type: 'hello', ticket });
  expect((await turnedAway.next('error')).problem).toMatchObject({ code: 'TRY_LATER', retryAfterMs: 2_000 });
  expect((await turnedAway.closed).code).toBe(1013);
  expect((await app.request('/healthz')).status).toBe(200);
  const live = started[1] as Created;
  const reviewer = app.enter(live.id, live.reviewerToken);

  await relieve(pushers, valve);
  expect((await reviewer).welcome.view.state).toMatch(/QUESTIONING|EVALUATING/);
  for (const { slow, isLetGo } of watchers) {
    while (!isLetGo()) await app.request('/healthz');
    slow.ws.resume();
    expect((await slow.closed).code).toBe(1013);
  }

  const said = pushers.flatMap((pusher) => pusher.said);
  const problems = refusalsOf(said).filter(({ code }) => code === 'RATE_LIMITED');
  expect(problems.length).toBeGreaterThan(said.length / 4);
  for (const problem of problems) expect(problem).toMatchObject({ status: 429, retryAfterMs: 2_000 });

  const stored = said.filter(isStored);
  const waits = waitsOf(said);
  expect(stored.length).toBeGreaterThan((ROUNDS * APPENDS_A_ROUND) / 3);
  expect(Math.max(...waits)).toBeLessThanOrEqual(WAIT_ROUNDS_MAX);
  for (const { id } of started) {
    const records = (await valve.journal.load(id))?.records ?? [];
    const seqs = records.flatMap(({ seq, command: by }) => (by ? [[by.id, seq] as const] : []));
    const seqsById = new Map(seqs);
    expect(seqsById.size).toBe(seqs.length);
    for (const { command: each, answers, interviewId } of said) {
      if (interviewId !== id) continue;
      const acks = answers.flatMap(({ frame }) => (frame.type === 'ack' ? [frame.seq] : []));
      expect(acks).toEqual(seqsById.has(each.id) ? [seqsById.get(each.id)] : []);
    }
  }

  // An answer goes before a draft.
  const shareOf = (type: string) => {
    const of = said.filter((each) => each.command.type === type);
    return of.filter(isStored).length / of.length;
  };
  expect(shareOf('answer.submit')).toBeGreaterThan(2 * shareOf('answer.draft'));
}, 120_000);

test('without a bound commands wait ever longer: the test above can tell', async () => {
  const { app, valve } = await setUp(Number.POSITIVE_INFINITY);
  const started = await Promise.all(Array.from({ length: CANDIDATES }, () => start(app)));
  const round = { now: 0 };
  const pushers: Pusher[] = [];
  for (const { id, candidateToken } of started)
    pushers.push(pushOn(await app.enter(id, candidateToken), id, () => round.now));
  await crush(pushers, valve, round);
  await relieve(pushers, valve);
  expect(Math.max(...waitsOf(pushers.flatMap(({ said }) => said)))).toBeGreaterThan(WAIT_ROUNDS_MAX);
}, 120_000);
