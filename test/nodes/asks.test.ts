import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAsks } from '../../src/asks.ts';
import { toProblem } from '../../src/errors.ts';
import { createLetters } from '../../src/letters.ts';
import type { Order } from '../../src/orders.ts';
import { ADMIN_KEY, build, command, plan, type TestApp, viewWhere } from '../support/app.ts';
import { createLine, type Line } from '../support/bus.ts';
import { manualClock } from '../support/clock.ts';
import { stores } from '../support/places.ts';
import { rule } from '../support/rules.ts';

// Rules N12 to N14: what is asked for at a node that does not run the interview.

const secret = randomUUID().repeat(2);

async function start(here: TestApp) {
  const made = await here.create();
  const socket = await here.enter(made.id, made.candidateToken);
  socket.send(command('interview.start'));
  const view = await viewWhere(socket, ({ prompt }) => prompt !== null);
  return { ...made, socket, prompt: view.prompt };
}

async function eventsOf({ journal }: TestApp, id: string, type: string) {
  return ((await journal.load(id))?.records ?? []).filter(({ event }) => event.type === type);
}

function extendAt(node: TestApp, id: string, extend: object = command('deadline.extend', { byMs: 60_000 })) {
  return node.request(`/api/interviews/${id}/commands`, { token: ADMIN_KEY, json: extend });
}

const toOf = (text: string): string | undefined => JSON.parse(text).to;

describe.each(stores)('asking another node on $name', ({ makePlace }) => {
  /** Two nodes that hear each other. */
  async function twoNodes(line: Line | null = null): Promise<[TestApp, TestApp]> {
    const place = await makePlace();
    const make = async (owner: string) => {
      const bus = line ? line.end() : place.openBus?.();
      const app = await build({ journal: await place.open(), secret, owner, ...(bus && { bus }) });
      // From when it hears itself others are heard, too.
      while (!(await app.request('/metrics')).text.includes('\nviva_hints_live 1\n'));
      return app;
    };
    return [await make('a'), await make('b')];
  }

  test(rule('N12'), async () => {
    const [a, b] = await twoNodes();
    const { id, socket, prompt, reviewerToken } = await start(a);
    const path = `/api/interviews/${id}`;
    const refused = await b.request(`${path}/commands`, { token: ADMIN_KEY, json: command('interview.resume') });
    expect(refused).toMatchObject({ status: 403 });

    const extend = command('deadline.extend', { byMs: 60_000 });
    const extended = await extendAt(b, id, extend);
    expect(extended).toMatchObject({ status: 200, body: { id: extend.id, duplicate: false } });
    await viewWhere(socket, (view) => view.prompt?.deadlineAt === Number(prompt?.deadlineAt) + 60_000);
    for (const node of [b, a])
      expect(await extendAt(node, id, extend)).toMatchObject({ body: { seq: extended.body.seq, duplicate: true } });
    expect((await extendAt(b, id, { ...extend, byMs: 1 })).body).toMatchObject({ code: 'COMMAND_ID_REUSED' });

    const review = { id: randomUUID(), questionId: 'water', score: 0.5, reason: 'Nearly: 90 °C, 茶' };
    const reviewed = await b.request(`${path}/reviews`, { token: reviewerToken, json: review });
    expect(reviewed).toMatchObject({ status: 201, body: { duplicate: false } });
    const again = await b.request(`${path}/reviews`, { token: reviewerToken, json: review });
    expect(again.body).toEqual({ ...reviewed.body, duplicate: true });
    expect(await eventsOf(a, id, 'review.added')).toMatchObject([{ by: 'reviewer', event: { score: 0.5 } }]);

    const operator = await b.enter(id, ADMIN_KEY);
    const cancel = command('interview.cancel', { reason: 'wrong person' });
    operator.send(cancel);
    expect(await operator.next('ack')).toMatchObject({ id: cancel.id, duplicate: false });
    await viewWhere(socket, ({ outcome }) => outcome === 'cancelled');
    const late = await extendAt(b, id);
    expect(late.body).toMatchObject({ code: 'NOT_ACCEPTED', state: 'COMPLETE', allowed: [] });
    // The candidate is where they were, and so is the interview.
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
    expect((await b.journal.load(id))?.head.epoch).toBe(socket.welcome.epoch);
  });

  test('[N12] what was answered is judged again where it is asked for, and recorded where the interview is', async () => {
    const [a, b] = await twoNodes();
    const { id, socket } = await start(a);
    for (const { id: promptId } of plan.questions) {
      socket.send(command('answer.submit', { promptId, text: 'boiling water, three to five minutes' }));
      await viewWhere(socket, (view) => view.progress.answered > 0 && view.prompt?.id !== promptId);
    }
    await viewWhere(socket, ({ outcome }) => outcome === 'finished');
    const path = `/api/interviews/${id}/evaluations`;
    const judge = () => b.request(path, { token: ADMIN_KEY, json: { questionId: 'water' } });
    for (const { status, body } of await Promise.all([judge(), judge()]))
      expect({ status, body }).toMatchObject({ status: 200, body: { evaluations: [{ ok: true }] } });
    expect(await eventsOf(a, id, 'evaluation.added')).toHaveLength(2);
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
    expect((await b.journal.load(id))?.head.epoch).toBe(socket.welcome.epoch);
  });

  test(rule('N13'), async () => {
    const line = createLine((text) => (toOf(text) === undefined ? [text] : []));
    const [a, b] = await twoNodes(line);
    const { id, candidateToken, socket, prompt } = await start(a);
    const before = (await a.journal.load(id))?.head.headSeq ?? 0;
    expect(await extendAt(b, id)).toMatchObject({ status: 200, body: { seq: before + 1, duplicate: false } });
    expect(await socket.closed).toEqual({ code: 1012, reason: 'RESTARTING' });
    const back = await a.enter(id, candidateToken);
    expect(back.welcome.view.prompt).toMatchObject({ id: prompt?.id });
    expect(b.logs.filter((text) => text.includes('does not answer'))).toHaveLength(1);
    // What was asked for comes after all.
    for (const text of line.said.filter((said) => toOf(said) === 'a')) line.inject(text);
    expect(await extendAt(a, id)).toMatchObject({ status: 200, body: { duplicate: false } });
    expect(await eventsOf(b, id, 'deadline.extend')).toHaveLength(2);
  });

  test('[N13] what was done is found where only the answer was lost', async () => {
    const [a, b] = await twoNodes(createLine((text) => (toOf(text) === 'b' ? [] : [text, text])));
    const { id, socket } = await start(a);
    const extended = await extendAt(b, id);
    const records = await eventsOf(b, id, 'deadline.extend');
    expect(extended).toMatchObject({ status: 200, body: { seq: records[0]?.seq, duplicate: false } });
    expect(records).toHaveLength(1);
    expect((await b.journal.load(id))?.head.epoch).toBe(socket.welcome.epoch);
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
  });

  test('[N12] the longest review fits into a letter, whatever it is written in', async () => {
    const [a, b] = await twoNodes();
    const { id, socket, reviewerToken } = await start(a);
    // Nothing repeats in it, so nothing makes it shorter.
    const signs = Array.from({ length: 2_000 }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7_919) % 20_000)));
    const json = { questionId: 'water', score: 1, reason: signs.join('') };
    const reviewed = await b.request(`/api/interviews/${id}/reviews`, { token: reviewerToken, json });
    expect(reviewed).toMatchObject({ status: 201 });
    expect(await eventsOf(a, id, 'review.added')).toMatchObject([
      { epoch: socket.welcome.epoch, event: { reason: json.reason } },
    ]);
  });

  test('[N13] an interview that nobody runs any more is run by who is asked', async () => {
    const [a, b] = await twoNodes();
    const { id } = await a.create();
    const cancelled = await b.request(`/api/interviews/${id}/commands`, {
      token: ADMIN_KEY,
      json: command('interview.cancel'),
    });
    expect(cancelled).toMatchObject({ status: 200, body: { duplicate: false } });
    const missing = await b.request(`/api/interviews/${randomUUID()}/commands`, {
      token: ADMIN_KEY,
      json: command('interview.cancel'),
    });
    expect(missing).toMatchObject({ status: 404, body: { code: 'INTERVIEW_NOT_FOUND' } });
  });

  test(rule('N14'), async () => {
    const line = createLine();
    const [a, b] = await twoNodes(line);
    const { id, candidateToken, reviewerToken } = await a.create();
    const candidate = await a.enter(id, candidateToken);
    candidate.send(command('interview.start'));
    await viewWhere(candidate, ({ prompt }) => prompt !== null);
    const json = { questionId: 'water', score: 1, reason: 'said in confidence' };
    await b.request(`/api/interviews/${id}/reviews`, { token: reviewerToken, json });
    const letters = line.said.filter((text) => toOf(text) === 'a').map((text) => JSON.parse(text));
    expect(letters).toHaveLength(1);
    expect(line.said.join()).not.toMatch(/confidence|reason|review/);

    const ask = {
      kind: 'ask',
      number: randomUUID(),
      from: 'b',
      to: 'a',
      until: Date.now() + 1_500,
      interviewId: id,
      order: { by: 'operator', command: command('deadline.extend', { byMs: 60_000 }) },
    };
    const { seal } = createLetters(secret);
    const inject = (letter: string) => line.inject(JSON.stringify({ from: randomUUID(), to: 'a', letter }));
    const own = ask.order.command;
    for (const { letter } of letters) {
      // Once more, with one bit turned, cut off, and to somebody else than it was sealed for.
      inject(letter);
      inject(Buffer.from(letter, 'base64url').fill(0xff, 20, 21).toString('base64url'));
      inject(letter.slice(0, -4));
    }
    for (const letter of [
      createLetters(randomUUID().repeat(2)).seal(ask),
      JSON.stringify(ask),
      seal({ ...ask, to: 'b' }),
      seal({ ...ask, until: Date.now() - 3_600_000 }),
      seal({ ...ask, until: Date.now() + 3_600_000 }),
      seal({ ...ask, order: { by: 'reviewer', command: own } }),
      seal({ ...ask, order: { by: 'candidate', command: command('interview.end') } }),
      seal({ ...ask, order: { by: 'operator', command: command('answer.submit', { promptId: 'water', text: 'x' }) } }),
      seal({ ...ask, order: { by: 'operator', command: { ...own, type: 'xstate.done.actor.prompt' } } }),
    ])
      inject(letter);
    expect(await eventsOf(a, id, 'deadline.extend')).toEqual([]);
    // The same in order is done, so it was not the form that kept the others from it.
    inject(seal(ask));
    expect(await extendAt(b, id)).toMatchObject({ status: 200 });
    expect(await eventsOf(a, id, 'deadline.extend')).toMatchObject([{ command: { id: own.id } }, {}]);
    expect(await eventsOf(a, id, 'review.added')).toHaveLength(1);
    expect(candidate.ws.readyState).toBe(candidate.ws.OPEN);
    expect([...a.logs, ...b.logs].join()).not.toContain('confidence');
  });
});

test('[N14] what is asked for is done once, however often it is heard, and while it can be remembered', async () => {
  const clock = manualClock();
  const served: Order[] = [];
  const asks = createAsks({
    hints: { post: () => true },
    journal: { load: async () => null },
    clock,
    log: { error: () => {}, warn: () => {} },
    owner: 'a',
    async serve(_id, order) {
      served.push(order);
      // It leaves no record that would tell.
      return { ok: false, problem: toProblem('STORE_UNAVAILABLE', 'not now') };
    },
  });
  const order = { by: 'operator', command: command('interview.cancel') };
  const ask = (more: object = {}) => {
    const until = clock.now() + 1_500;
    return { kind: 'ask', number: randomUUID(), from: 'b', to: 'a', until, interviewId: 'i', order, ...more };
  };
  const first = ask();
  for (let count = 0; count < 3; count += 1) asks.hear(first);
  expect(served).toEqual([order]);
  // As long as it could be taken for a timely one it is remembered.
  for (let minute = 0; minute < 5; minute += 1) {
    clock.advance(30_000);
    asks.hear(first);
  }
  expect(served).toHaveLength(1);
  for (let count = 0; count < 20_000; count += 1) asks.hear(ask());
  expect(served.length).toBe(1 + 10_000);
  clock.advance(300_000);
  asks.hear(ask());
  expect(served.length).toBe(1 + 10_001);
});

test('[N13] what cannot be sent waits for nobody', async () => {
  const glance = { id: 'i', epoch: 1, headSeq: 1, heldFor: null, owner: 'b', isErased: false };
  const asks = createAsks({
    hints: { post: () => false },
    journal: { load: async () => null, shared: { glance: async () => [glance] } as never },
    // Its timers never come.
    clock: manualClock(),
    log: { error: () => {}, warn: () => {} },
    owner: 'a',
    serve: async () => null,
  });
  expect(await asks.ask('i', { by: 'operator', command: command('interview.cancel') })).toBeNull();
});

test('[N14] a letter is opened by who has the secret, and by nobody else', () => {
  const content = { kind: 'answer', text: 'Zoë 茶 '.repeat(500) };
  const [mine, others] = [createLetters(secret), createLetters(`${secret}x`)];
  const letter = mine.seal(content);
  expect(mine.open(letter)).toEqual(content);
  expect(letter).not.toBe(mine.seal(content));
  for (const bad of ['', 'x', letter.slice(1), `${letter}AAAA`, `B${letter.slice(1)}`])
    expect(mine.open(bad)).toBeNull();
  expect(others.open(letter)).toBeNull();
  // What unfolds to more than anybody would say is not unfolded.
  expect(mine.open(mine.seal({ text: 'x'.repeat(1_000_000) }))).toBeNull();
});
