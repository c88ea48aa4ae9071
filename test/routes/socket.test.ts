import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { VivaError } from '../../src/errors.ts';
import type { Append } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { ADMIN_KEY, build, command, type TestApp, viewWhere } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { rawRequest, upgradeOf } from '../support/raw.ts';

async function started(app: TestApp) {
  const made = await app.create();
  const socket = await app.enter(made.id, made.candidateToken);
  const start = command('interview.start', { consent: true });
  socket.send(start);
  await socket.next('ack');
  await viewWhere(socket, ({ state }) => state === 'QUESTIONING');
  return { ...made, socket };
}

const answer = (text: string, promptId = 'water') => command('answer.submit', { promptId, text });

describe('commands', () => {
  test('[S1] the ack comes first, then what came of it', async () => {
    const { create, enter } = await build();
    const { id, candidateToken } = await create();
    const socket = await enter(id, candidateToken);
    const start = command('interview.start', { consent: true });
    socket.send(start);
    expect(await socket.next('ack')).toEqual({ type: 'ack', id: start.id, seq: 2, duplicate: false });
    const types = socket.texts.map((text) => JSON.parse(text).type);
    expect(types.indexOf('ack')).toBeGreaterThan(0);
    expect(types.slice(0, types.indexOf('ack'))).toEqual(['welcome']);
    expect((await socket.next('view')).seq).toBe(2);
  });

  test('a whole interview, from start to the end', async () => {
    const app = await build();
    const { socket, id, reviewerToken } = await started(app);
    socket.send(answer('Boiling water, for black leaves.'));
    const second = await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
    expect(second.progress).toEqual({ answered: 1, total: 2 });
    socket.send(answer('From three to five minutes, until it is dark.', 'time'));
    const last = await viewWhere(socket, ({ state }) => state === 'COMPLETE');
    expect(last).toMatchObject({ outcome: 'finished', prompt: null, allowed: [] });
    const { body } = await app.request(`/api/interviews/${id}/report`, { token: reviewerToken });
    expect(body).toMatchObject({ state: 'COMPLETE', counts: { questions: 2, answered: 2 } });
  });

  test('[S2] the same id again is the same outcome again; with another content it is refused', async () => {
    const { socket } = await started(await build());
    const draft = command('answer.draft', { promptId: 'water', text: 'Boi' });
    socket.send(draft);
    const first = await socket.next('ack');
    socket.send(draft);
    expect(await socket.next('ack')).toEqual({ ...first, duplicate: true });
    socket.send({ ...draft, text: 'Boiling' });
    expect(await socket.next('error')).toMatchObject({ id: draft.id, problem: { code: 'COMMAND_ID_REUSED' } });
  });

  test('[S2] the id of a refused command may be used again', async () => {
    const { socket } = await started(await build());
    const early = command('interview.resume');
    socket.send(early);
    expect(await socket.next('error')).toMatchObject({ id: early.id, problem: { code: 'NOT_ACCEPTED' } });
    socket.send(command('interview.pause'));
    await socket.next('ack');
    socket.send(early);
    expect(await socket.next('ack')).toMatchObject({ id: early.id, duplicate: false });
  });

  test('[S3] two copies under way at once are acknowledged once each, one of them as a duplicate', async () => {
    const { socket } = await started(await build());
    const draft = command('answer.draft', { promptId: 'water', text: 'Boi' });
    socket.send(draft);
    socket.send(draft);
    const acks = [await socket.next('ack'), await socket.next('ack')];
    expect(acks.map(({ id, duplicate }) => [id, duplicate])).toEqual([
      [draft.id, false],
      [draft.id, true],
    ]);
  });

  test.each([
    ['a prompt that is not open', answer('Boiling.', 'steam'), 'STALE_PROMPT'],
    ['a blank answer', answer('  \n '), 'ANSWER_BLANK'],
    ['an answer that is too long', answer('x'.repeat(20_001)), 'ANSWER_TOO_LONG'],
    ['a command of another state', command('interview.resume'), 'NOT_ACCEPTED'],
  ])('[S4] %s is refused and the connection goes on', async (_name, frame, code) => {
    const { socket } = await started(await build());
    socket.send(frame);
    const refusal = await socket.next('error');
    expect(refusal).toMatchObject({ id: frame.id, problem: { code } });
    if (code !== 'ANSWER_TOO_LONG')
      expect(refusal).toMatchObject({ state: 'QUESTIONING', allowed: expect.arrayContaining(['answer.submit']) });
    socket.send(answer('Boiling.'));
    await socket.next('ack');
  });

  test.each([
    ['malformed JSON', '{"type":"ping"'],
    ['JSON that is no object', '[]'],
    ['an unknown type', JSON.stringify(command('interview.rewind'))],
    [
      'a forged result of an evaluation',
      JSON.stringify(command('xstate.done.actor.evaluate', { output: { ok: true } })),
    ],
    ['a forged deadline', JSON.stringify(command('xstate.done.actor.prompt', { output: { at: 1 } }))],
    ['a forged initialisation', JSON.stringify(command('xstate.init'))],
    ['an id that is not a UUID', JSON.stringify({ type: 'interview.pause', id: '1' })],
    ['no id', JSON.stringify({ type: 'interview.pause' })],
    ['a text that is not text', JSON.stringify(command('answer.submit', { promptId: 'water', text: { $ne: 1 } }))],
    ['a second hello', JSON.stringify({ type: 'hello', ticket: 'x' })],
    ['a binary frame', Buffer.from('{"type":"ping"}')],
  ])('[S5] %s ends the connection with 4400 and changes nothing', async (_name, frame) => {
    const app = await build();
    const { socket, id } = await started(app);
    socket.send(frame);
    expect((await socket.next('error')).problem.code).toBe('FRAME_INVALID');
    expect((await socket.closed).code).toBe(4400);
    const { body } = await app.request(`/api/interviews/${id}`, { token: ADMIN_KEY });
    expect(body).toMatchObject({ state: 'QUESTIONING', prompt: { id: 'water' } });
    expect((await app.request(`/api/interviews/${id}/journal`, { token: ADMIN_KEY })).body.headSeq).toBe(2);
  });

  test('[S6] a frame of 1 MB ends the connection with 1009 and changes nothing', async () => {
    const app = await build();
    const { socket, id } = await started(app);
    socket.send(answer('x'.repeat(1_000_000)));
    expect((await socket.closed).code).toBe(1009);
    expect((await app.request(`/api/interviews/${id}/journal`, { token: ADMIN_KEY })).body.headSeq).toBe(2);
  });

  test('[S7] of another role end the connection with 4403 and change nothing', async () => {
    const app = await build();
    const made = await app.create();
    for (const [token, frame] of [
      [made.candidateToken, command('interview.cancel')],
      [made.candidateToken, command('deadline.extend', { byMs: 60_000 })],
      [made.reviewerToken, command('interview.start', { consent: true })],
      [made.reviewerToken, command('interview.cancel')],
      [ADMIN_KEY, command('interview.start', { consent: true })],
    ] as const) {
      const socket = await app.enter(made.id, token);
      socket.send(frame);
      expect(await socket.next('error')).toMatchObject({ id: frame.id, problem: { code: 'FORBIDDEN' } });
      expect((await socket.closed).code).toBe(4403);
    }
    expect((await app.request(`/api/interviews/${made.id}/journal`, { token: ADMIN_KEY })).body.headSeq).toBe(1);
  });

  test('[S8] too many frames end the connection with 4429', async () => {
    const { create, enter } = await build({ sockets: { framesPerMinuteMax: 20 } });
    const { id, candidateToken } = await create();
    const socket = await enter(id, candidateToken);
    for (let i = 0; i < 30; i++) socket.send({ type: 'ping' });
    expect((await socket.next('error')).problem.code).toBe('RATE_LIMITED');
    expect((await socket.closed).code).toBe(4429);
  });

  test('[S8] a newer tab has what is left of the minute, not a minute of its own; others have theirs', async () => {
    const { create, enter, open, ticket } = await build({ sockets: { framesPerMinuteMax: 20 } });
    const { id, candidateToken, reviewerToken } = await create();
    const first = await enter(id, candidateToken);
    for (let i = 0; i < 17; i++) first.send({ type: 'ping' });
    for (let i = 0; i < 17; i++) await first.next('pong');
    // With its hello the 19th and 20th.
    const second = await enter(id, candidateToken);
    second.send({ type: 'ping' });
    await second.next('pong');
    const third = open(id);
    third.send({ type: 'hello', ticket: await ticket(id, candidateToken) });
    expect((await third.closed).code).toBe(4429);
    // Refused before it took over, and nobody else pays for it.
    expect(second.ws.readyState).toBe(second.ws.OPEN);
    await enter(id, reviewerToken);
    const other = await create();
    await enter(other.id, other.candidateToken);
  });

  test('[S8] too many bytes end the connection with 4429, and a newer tab does not begin anew', async () => {
    const app = await build({ sockets: { bytesPerMinuteMax: 100_000 } });
    const { socket, id, candidateToken } = await started(app);
    const draft = () => command('answer.draft', { promptId: 'water', text: 'x'.repeat(20_000) });
    for (let i = 0; i < 4; i++) {
      socket.send(draft());
      await socket.next('ack');
    }
    const newer = await app.enter(id, candidateToken);
    newer.send(draft());
    expect((await newer.next('error')).problem.code).toBe('RATE_LIMITED');
    expect((await newer.closed).code).toBe(4429);
  });

  test('[S8] the longest draft every 5 s, in letters of three bytes, never meets the limit', async () => {
    const { socket } = await started(await build());
    for (let i = 0; i < 12; i++) {
      socket.send(command('answer.draft', { promptId: 'water', text: `${'茶'.repeat(19_990)}${i}` }));
      await socket.next('ack');
    }
    socket.send(answer('茶'.repeat(20_000)));
    await socket.next('ack');
  });

  test('[S8] what comes at once after the welcome is taken, however small the pieces', async () => {
    const { create, enter } = await build({ sockets: { waitingMax: 4 } });
    const { id, candidateToken } = await create();
    const socket = await enter(id, candidateToken);
    for (let i = 0; i < 200; i++) socket.send({ type: 'ping' });
    for (let i = 0; i < 200; i++) await socket.next('pong');
  });

  test('[S9] a ping is answered with the time', async () => {
    const { create, enter } = await build();
    const { id, candidateToken } = await create();
    const socket = await enter(id, candidateToken);
    const before = systemClock.now();
    socket.send({ type: 'ping' });
    const { at } = await socket.next('pong');
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(systemClock.now());
  });
});

describe('those who watch', () => {
  test('[S10] get every record, then the view of it; candidates get no records', async () => {
    const app = await build();
    const made = await app.create();
    const reviewer = await app.enter(made.id, made.reviewerToken);
    const operator = await app.enter(made.id, ADMIN_KEY);
    const candidate = await app.enter(made.id, made.candidateToken);
    candidate.send(command('interview.start', { consent: true }));
    for (const socket of [reviewer, operator]) {
      const { seq, record } = await socket.next('record');
      expect({ seq, record }).toMatchObject({
        seq: 2,
        record: { seq: 2, by: 'candidate', event: { type: 'interview.start' } },
      });
      expect(Object.keys(record).sort()).toEqual(['at', 'by', 'event', 'facts', 'hash', 'seq', 'state']);
      expect(await socket.next('view')).toMatchObject({ seq: 2, view: { statePath: 'QUESTIONING.ANSWERING' } });
    }
    await candidate.next('view');
    expect(candidate.texts.some((text) => JSON.parse(text).type === 'record')).toBe(false);
  });

  test('[S11] an operator may act on the socket', async () => {
    const app = await build();
    const made = await app.create();
    const candidate = await app.enter(made.id, made.candidateToken);
    const operator = await app.enter(made.id, ADMIN_KEY);
    const cancel = command('interview.cancel', { reason: 'moved' });
    operator.send(cancel);
    expect(await operator.next('ack')).toMatchObject({ id: cancel.id, duplicate: false });
    expect((await viewWhere(candidate, ({ state }) => state === 'COMPLETE')).outcome).toBe('cancelled');
  });
});

describe('the life of a connection', () => {
  test('[S12] a newer tab takes over; the older one is told SUPERSEDED and closed with 4409', async () => {
    const app = await build();
    const { socket, id, candidateToken } = await started(app);
    const newer = await app.enter(id, candidateToken);
    expect((await socket.next('notice')).notice).toBe('superseded');
    expect((await socket.next('error')).problem.code).toBe('SUPERSEDED');
    expect((await socket.closed).code).toBe(4409);
    newer.send(answer('Boiling.'));
    await newer.next('ack');
  });

  test('[S13] reconnecting gives the same prompt, draft and deadline', async () => {
    const app = await build();
    const { socket, id, candidateToken } = await started(app);
    socket.send(answer('Boiling.'));
    const before = await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
    socket.send(command('answer.draft', { promptId: 'time', text: 'Three min' }));
    const { seq } = await socket.next('view');
    socket.ws.terminate();
    await socket.closed;
    const { welcome } = await app.enter(id, candidateToken, seq);
    expect(welcome).toMatchObject({ seq, resumed: true });
    expect(welcome.view.prompt).toEqual({ ...before.prompt, draft: 'Three min' });
  });

  test('[S14] a peer that misses two pings is let go; one that answers stays', async () => {
    const clock = manualClock();
    const { create, open, ticket, enter } = await build({ clock, sockets: { heartbeatMs: 25_000 } });
    const { id, candidateToken, reviewerToken } = await create();
    const healthy = await enter(id, reviewerToken);
    const dead = open(id, { autoPong: false });
    dead.send({ type: 'hello', ticket: await ticket(id, candidateToken) });
    await dead.next('welcome');
    for (let missed = 1; missed <= 2; missed++) {
      const pinged = new Promise((resolve) => dead.ws.once('ping', resolve));
      clock.advance(25_000);
      await pinged;
      // Frames are in order, so the pong of the healthy one is in before this is answered.
      healthy.send({ type: 'ping' });
      await healthy.next('pong');
      expect(dead.ws.readyState).toBe(dead.ws.OPEN);
    }
    clock.advance(25_000);
    expect((await dead.closed).code).toBe(1006);
    healthy.send({ type: 'ping' });
    await healthy.next('pong');
  });

  test('[S16] a reader that is too slow is let go, and its memory with it', async () => {
    const app = await build({ sockets: { lagBytes: 64 * 1024, lagMs: 200 } });
    const { socket, id, reviewerToken } = await started(app);
    const slow = await app.enter(id, reviewerToken);
    slow.ws.pause();
    // Each draft goes to the watcher twice, as a record and within the view; the kernel takes some megabytes of it.
    const text = 'x'.repeat(20_000);
    const [server] = [...app.app.websocketServer.clients].filter((client) => client.protocol).slice(-1);
    let peakBytes = 0;
    let isClosed = false;
    server?.once('close', () => {
      isClosed = true;
    });
    const giveUpAt = Date.now() + 15_000;
    for (let i = 0; !isClosed && server?.readyState === server?.OPEN && Date.now() < giveUpAt; i++) {
      if (i % 80 === 79) await app.request('/healthz');
      const actor = await app.actors.open(id);
      await actor.dispatch(
        command('answer.draft', { promptId: 'water', text: `${text.slice(10)}${i}` }) as never,
        'candidate',
      );
      peakBytes = Math.max(peakBytes, server?.bufferedAmount ?? 0);
    }
    expect(peakBytes).toBeLessThan(4 * 1024 * 1024);
    slow.ws.resume();
    expect((await slow.closed).code).toBe(1013);
    socket.send({ type: 'ping' });
    await socket.next('pong');
  });

  test('[S17] a restart tells everybody when to come back and closes with 1012', async () => {
    const app = await build();
    const { socket, id, reviewerToken } = await started(app);
    const reviewer = await app.enter(id, reviewerToken);
    const stranger = app.open(id);
    await new Promise((resolve) => stranger.ws.once('open', resolve));
    const closing = app.app.close();
    for (const each of [socket, reviewer, stranger]) {
      const notice = await each.next('notice');
      expect(notice).toMatchObject({ notice: 'restarting', retryAfterMs: expect.any(Number) });
      expect(notice.retryAfterMs).toBeLessThanOrEqual(5_000);
      expect((await each.closed).code).toBe(1012);
    }
    await closing;
  });

  test('[S19] a peer that does not answer the close is not waited for', async () => {
    const app = await build({ sockets: { closeMs: 50 } });
    const { socket } = await started(app);
    socket.ws.pause();
    await app.app.close();
    expect(app.app.websocketServer.clients.size).toBe(0);
  });

  test('[S19] neither is one that offered no known subprotocol, nor a request whose body does not come', async () => {
    const app = await build({ sockets: { closeMs: 50 } });
    const { id } = await app.create();
    const mute = await rawRequest(app.url, upgradeOf(id, { 'Sec-WebSocket-Protocol': 'viva.v9' }));
    await mute.until('VERSION_UNSUPPORTED');
    const slow = await rawRequest(app.url, {
      line: 'POST /api/interviews',
      Authorization: `Bearer ${ADMIN_KEY}`,
      'Content-Type': 'application/json',
      'Content-Length': '100',
    });
    slow.socket.write('{');
    // Its hooks have run when a later request is answered.
    await app.request('/healthz');
    await app.app.close();
    await Promise.all([mute.ended, slow.ended]);
    expect(app.app.websocketServer.clients.size).toBe(0);
  });

  test('[S18] what was sent before a restart is stored and acknowledged before the connection closes', async () => {
    const app = await build();
    const { socket } = await started(app);
    const drafts = Array.from({ length: 20 }, (_, i) => command('answer.draft', { promptId: 'water', text: `d${i}` }));
    const pong = socket.next('pong');
    for (const draft of drafts) socket.send(draft);
    socket.send({ type: 'ping' });
    await pong;
    await app.app.close();
    await socket.closed;
    const acks = socket.texts.map((text) => JSON.parse(text)).filter(({ type }) => type === 'ack');
    expect(acks.map(({ id }) => id).slice(1)).toEqual(drafts.map(({ id }) => id));
  });

  test('[T11] during a restart requests are turned away as problems, and it is not ready', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const journal = createMemoryJournal();
    const release: typeof journal.release = async (...args) => {
      await held;
      return journal.release(...args);
    };
    const app = await build({ journal: { ...journal, release } });
    await started(app);
    const closing = app.app.close();
    const ready = await app.request('/readyz');
    expect([ready.status, ready.body.code]).toEqual([503, 'RESTARTING']);
    expect((await app.request('/healthz')).status).toBe(200);
    const refused = await app.request('/api/plans', { token: ADMIN_KEY });
    expect([refused.status, refused.body.code]).toEqual([503, 'RESTARTING']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    letGo();
    await closing;
  });
});

describe('when the store fails', () => {
  function failingJournal() {
    const journal = createMemoryJournal();
    const outage = { isOn: false };
    const broken = () => Promise.reject(new VivaError('STORE_UNAVAILABLE', 'disk full on /dev/sda1'));
    const append = (record: Append) => (outage.isOn ? broken() : journal.append(record));
    const claim: typeof journal.claim = (...args) => (outage.isOn ? broken() : journal.claim(...args));
    return { outage, journal: { ...journal, append, claim } };
  }

  test('[S20] the command is refused, the connection stays and finds the interview again', async () => {
    const { outage, journal } = failingJournal();
    const { socket } = await started(await build({ journal, sockets: { reopenMs: 5 } }));
    outage.isOn = true;
    const submit = answer('Boiling.');
    socket.send(submit);
    const refusal = await socket.next('error');
    expect(refusal).toMatchObject({ id: submit.id, problem: { code: 'STORE_UNAVAILABLE' } });
    expect(JSON.stringify(refusal)).not.toContain('sda1');
    socket.send(submit);
    expect((await socket.next('error')).problem.code).toBe('STORE_UNAVAILABLE');
    outage.isOn = false;
    expect((await socket.next('view')).view).toMatchObject({ state: 'QUESTIONING', prompt: { id: 'water' } });
    socket.send(submit);
    expect(await socket.next('ack')).toMatchObject({ id: submit.id, duplicate: false });
  });

  test('[S21] for long, the connection is asked to try later with 1013', async () => {
    const { outage, journal } = failingJournal();
    const { socket } = await started(await build({ journal, sockets: { reopenMs: 1, reopenAttemptsMax: 3 } }));
    outage.isOn = true;
    socket.send(answer('Boiling.'));
    expect((await socket.closed).code).toBe(1013);
  });
});
