import { randomUUID } from 'node:crypto';
import { describe, test as every, expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { ADMIN_KEY, type BuildOptions, build, command, plan, type TestApp, viewWhere } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { keywordEvaluator } from '../support/evaluator.ts';
import { type Place, places } from '../support/places.ts';
import { rule } from '../support/rules.ts';

// Two whole services on one store, each with sockets and connections of its own. Nothing tells one of the other but
// the store, and hints where there are any.

const secret = randomUUID().repeat(2);

/** A node; whatever differs from the others is in `options`. */
async function node(place: Place, owner: string, options: BuildOptions = {}): Promise<TestApp> {
  const bus = place.openBus?.();
  return build({ journal: await place.open(), secret, owner, ...(bus && { bus }), ...options });
}

async function start(here: TestApp) {
  const made = await here.create();
  const socket = await here.enter(made.id, made.candidateToken);
  const begin = command('interview.start');
  socket.send(begin);
  expect(await socket.next('ack')).toMatchObject({ id: begin.id });
  const view = await viewWhere(socket, ({ prompt }) => prompt !== null);
  return { ...made, socket, promptId: view.prompt?.id ?? '' };
}

describe.each(places)('several nodes on $name', ({ isMissing, makePlace }) => {
  const test = every.skipIf(isMissing);

  async function twoNodes(): Promise<[TestApp, TestApp]> {
    const place = await makePlace();
    return [await node(place, 'a'), await node(place, 'b')];
  }

  test(rule('N1'), async () => {
    const [a, b] = await twoNodes();
    const { id, candidateToken, socket, promptId } = await start(a);
    const draft = command('answer.draft', { promptId, text: 'Boiling, I' });
    socket.send(draft);
    const { seq } = await socket.next('ack');

    const newer = await b.enter(id, candidateToken, seq);
    expect(newer.welcome).toMatchObject({
      seq,
      resumed: true,
      view: { prompt: { id: promptId, draft: 'Boiling, I' } },
    });
    expect(newer.welcome.epoch).toBeGreaterThan(socket.welcome.epoch);
    // Nothing is written there any more; the node finds out by looking.
    expect(await socket.next('notice')).toMatchObject({ notice: 'superseded' });
    expect(await socket.closed).toEqual({ code: 4409, reason: 'SUPERSEDED' });

    const answer = command('answer.submit', { promptId, text: 'Boiling, I think' });
    newer.send(answer);
    expect(await newer.next('ack')).toMatchObject({ id: answer.id, seq: seq + 1, duplicate: false });

    // And back, with a command under way at the node that has lost it: what is not acknowledged is sent again.
    const again = await a.enter(id, candidateToken);
    newer.send(command('answer.draft', { promptId, text: 'too late' }));
    expect(await newer.closed).toEqual({ code: 4409, reason: 'SUPERSEDED' });
    again.send(answer);
    expect(await again.next('ack')).toMatchObject({ id: answer.id, seq: seq + 1, duplicate: true });
    const { body } = await b.request(`/api/interviews/${id}/transcript`, { token: ADMIN_KEY });
    expect(body.entries[0]).toMatchObject({ answer: { text: 'Boiling, I think' } });
  });

  test('[N1] a node that ran the interview before does not answer from what it remembers', async () => {
    const [a, b] = await twoNodes();
    const { id, candidateToken, reviewerToken, socket, promptId } = await start(a);
    socket.ws.close();
    await socket.closed;
    const elsewhere = await b.enter(id, candidateToken);
    elsewhere.send(command('answer.draft', { promptId, text: 'said at b' }));
    const { seq } = await elsewhere.next('ack');
    const watcher = await a.enter(id, reviewerToken);
    expect(watcher.welcome).toMatchObject({
      seq,
      epoch: elsewhere.welcome.epoch,
      view: { isCandidateConnected: true },
    });
    const back = await a.enter(id, candidateToken);
    expect(back.welcome).toMatchObject({ seq, view: { prompt: { draft: 'said at b' } } });
  });

  test(rule('N2'), async () => {
    const place = await makePlace();
    const a = await node(place, 'a');
    const { id, candidateToken } = await a.create();
    const tickets = [await a.ticket(id, candidateToken), await a.ticket(id, candidateToken)];
    const b = await node(place, 'b');
    for (const ticket of tickets) {
      const first = b.open(id);
      first.send({ type: 'hello', ticket });
      expect(await first.next('welcome')).toMatchObject({ seq: 1 });
      for (const other of [a, b]) {
        const second = other.open(id);
        second.send({ type: 'hello', ticket });
        expect(await second.closed).toEqual({ code: 4401, reason: 'UNAUTHENTICATED' });
      }
    }
  });

  test(rule('N3'), async () => {
    const [a, b] = await twoNodes();
    const { id, reviewerToken, socket, promptId } = await start(a);
    const watchers = [await b.enter(id, reviewerToken), await b.enter(id, ADMIN_KEY)];
    for (const { welcome } of watchers)
      expect(welcome).toMatchObject({ epoch: socket.welcome.epoch, view: { state: 'QUESTIONING' } });
    socket.send(command('answer.submit', { promptId, text: 'It should be boiling water.' }));
    await viewWhere(socket, ({ prompt }) => prompt !== null && prompt.id !== promptId);
    for (const watcher of watchers) {
      const first = watcher.welcome.seq + 1;
      const read = [await watcher.next('record'), await watcher.next('record')];
      expect(read.map((frame) => frame.seq)).toEqual([first, first + 1]);
      expect(read.map(({ record }) => record.event.type)).toContain('answer.submit');
      const view = await viewWhere(
        watcher,
        ({ state, progress }) => state === 'QUESTIONING' && progress.answered === 1,
      );
      expect(view).toMatchObject({ role: expect.stringMatching(/reviewer|operator/) });
    }
    // The candidate's node still holds it, under the epoch of then.
    expect((await b.journal.load(id))?.head).toMatchObject({ epoch: socket.welcome.epoch });
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
  });

  test('[N3] who watches where the candidate was is not sent away when they go to another node', async () => {
    const [a, b] = await twoNodes();
    const { id, candidateToken, reviewerToken, socket } = await start(a);
    const watcher = await a.enter(id, reviewerToken);
    const newer = await b.enter(id, candidateToken);
    expect(await socket.closed).toMatchObject({ code: 4409 });
    const promptId = newer.welcome.view.prompt?.id ?? '';
    newer.send(command('answer.draft', { promptId, text: 'from over there' }));
    const { seq } = await newer.next('ack');
    for (;;) {
      const frame = await watcher.next('view');
      if (frame.seq >= seq) break;
    }
    expect(watcher.ws.readyState).toBe(watcher.ws.OPEN);
  });

  test('[N3] a candidate counts as connected at whatever node, whoever that node has the interview from', async () => {
    const [a, b] = await twoNodes();
    const { id, candidateToken, reviewerToken, socket } = await start(a);
    await b.actors.open(id, 'operator');
    expect(await socket.closed).toMatchObject({ code: 1012 });
    const watcher = await a.enter(id, reviewerToken);
    expect(watcher.welcome.view).toMatchObject({ isCandidateConnected: false });
    await b.enter(id, candidateToken);
    await viewWhere(watcher, (view) => view.role !== 'candidate' && view.isCandidateConnected);
  });

  test(rule('N5'), async () => {
    const place = await makePlace();
    const leases = { leaseMs: 300, sweepMs: 100 };
    // Its clock stands still from now on, as that of a process that has stopped: it renews nothing and looks at nothing.
    const dead = await node(place, 'dead', {
      clock: manualClock(Date.now()),
      actors: leases,
      evaluator: () => new Promise(() => {}),
    });
    const { id, socket, promptId, reviewerToken } = await start(dead);
    const other = await start(dead);
    socket.send(command('answer.submit', { promptId, text: 'boiling water' }));
    await socket.next('ack');
    expect((await dead.journal.load(id))?.head.state).toBe('EVALUATING');

    // An hour later by its own clock: the other interview's deadlines are over.
    const late = Date.now() + 3_600_000;
    const alive = await node(place, 'alive', {
      clock: { now: () => late, wake: (at, fn) => wakeSoon(at - late, fn) },
      actors: leases,
      evaluator: keywordEvaluator,
    });
    const watcher = await alive.enter(id, reviewerToken);
    // It may have been done before anybody looked.
    if (watcher.welcome.view.progress.answered === 0)
      await viewWhere(watcher, ({ progress }) => progress.answered === 1);
    const followed = await alive.enter(other.id, other.reviewerToken);
    if (followed.welcome.view.state !== 'COMPLETE') await viewWhere(followed, ({ state }) => state === 'COMPLETE');
    expect((await alive.journal.load(other.id))?.head.state).toBe('COMPLETE');
  });

  test(rule('N15'), async () => {
    const place = await makePlace();
    // Its clock stands still from now on, as that of a process that has stopped.
    const dead = await node(place, 'dead', { clock: manualClock(Date.now()) });
    const patient = { ...plan, limits: { ...plan.limits, disconnectedMinutes: 10 } };
    const made = await dead.create({}, patient);
    const socket = await dead.enter(made.id, made.candidateToken);
    socket.send(command('interview.start'));
    const before = (await viewWhere(socket, ({ prompt }) => prompt !== null)).prompt;
    const aheadMs = 120_000;
    await place.passTime(aheadMs);
    const alive = await node(place, 'alive', {
      clock: {
        now: () => systemClock.now() + aheadMs,
        wake: (at, fn) => systemClock.wake(at - aheadMs, fn),
      },
    });
    const { welcome } = await alive.enter(made.id, made.candidateToken);
    const records = (await alive.journal.load(made.id))?.records ?? [];
    const [started, left, joined] = records.slice(-3);
    expect([started, left, joined].map((record) => record?.event.type)).toEqual([
      'interview.start',
      'candidate.left',
      'candidate.joined',
    ]);
    // The dead node was seen last when it began: all of the time that has passed since, as the store knows it.
    const awayMs = Number(joined?.at) - Number(left?.at);
    expect(awayMs).toBeGreaterThan(aheadMs / 2);
    expect(welcome.view.prompt?.deadlineAt).toBe(Number(before?.deadlineAt) + awayMs);
    // From a node that lives nobody who moves on has been away.
    const next = await node(place, 'next', {
      clock: { now: () => systemClock.now() + 2 * aheadMs, wake: (at, fn) => systemClock.wake(at - 2 * aheadMs, fn) },
    });
    const moved = await next.enter(made.id, made.candidateToken);
    expect(moved.welcome.view.prompt?.deadlineAt).toBe(welcome.view.prompt?.deadlineAt);
    expect((await next.journal.load(made.id))?.records).toHaveLength(records.length);
  });

  test(rule('N6'), async () => {
    const place = await makePlace();
    const leases = { leaseMs: 2_000, sweepMs: 50 };
    let judge = () => {};
    const judged = new Promise<void>((resolve) => {
      judge = resolve;
    });
    const a = await node(place, 'a', {
      actors: leases,
      evaluator: async (...asked) => {
        await judged;
        return keywordEvaluator(...asked);
      },
    });
    await node(place, 'b', { actors: leases });
    const { socket, promptId, id } = await start(a);
    socket.send(command('answer.submit', { promptId, text: 'boiling water' }));
    await socket.next('ack');
    // Until the lease would have run out twice over, by the clock of the leases.
    await place.wait(4_000);
    expect((await a.journal.load(id))?.head.epoch).toBe(socket.welcome.epoch);
    judge();
    await viewWhere(socket, ({ progress }) => progress.answered === 1);
  });

  test(rule('N7'), async () => {
    const [a, b] = await twoNodes();
    const { id, reviewerToken, socket } = await start(a);
    const watchers = [await a.enter(id, reviewerToken), await b.enter(id, reviewerToken)];
    expect((await b.request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY })).status).toBe(204);
    for (const each of [socket, ...watchers])
      expect(await each.closed).toEqual({ code: 4410, reason: 'INTERVIEW_ERASED' });
  });
});

/** Timers of a clock whose instant does not move: what is to come soon comes, the rest never does. */
function wakeSoon(waitMs: number, fn: () => void): () => void {
  if (waitMs > 5_000) return () => {};
  const timer = setTimeout(fn, Math.max(0, waitMs));
  timer.unref();
  return () => clearTimeout(timer);
}
