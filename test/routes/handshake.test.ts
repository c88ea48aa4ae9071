import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { ADMIN_KEY, build, command, refusalOf } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { problemIn, rawRequest, upgradeOf } from '../support/raw.ts';

describe('before the upgrade', () => {
  test('[H1] a foreign Origin is refused', async () => {
    const { open, create } = await build({ origins: ['https://careers.example.com'] });
    const { id } = await create();
    for (const origin of ['https://evil.example.com', 'null', 'https://careers.example.com.evil.com', 'not a url']) {
      const refusal = await refusalOf(open(id, { headers: { origin } }));
      expect(refusal).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
      expect(refusal.headers['content-type']).toContain('application/problem+json');
    }
  });

  test('[H1] a listed Origin, the own one and none at all may come in', async () => {
    const { open, create, ticket, url } = await build({ origins: ['https://careers.example.com'] });
    const { id, reviewerToken } = await create();
    for (const headers of [{ origin: 'https://careers.example.com' }, { origin: url }, {}]) {
      const socket = open(id, { headers: { ...headers } });
      socket.send({ type: 'hello', ticket: await ticket(id, reviewerToken) });
      expect((await socket.next('welcome')).view.interviewId).toBe(id);
    }
  });

  test('[H2] a plain GET is told to upgrade', async () => {
    const { request } = await build();
    const answer = await request('/api/interviews/some/socket');
    expect([answer.status, answer.body.code]).toEqual([426, 'VERSION_UNSUPPORTED']);
  });

  test('[H3] an address with too many connections is told to wait; a closed one makes room', async () => {
    const { open, create } = await build({ sockets: { addressSocketsMax: 2 } });
    const { id } = await create();
    const first = open(id);
    const second = open(id);
    await Promise.all([first, second].map(({ ws }) => new Promise((resolve) => ws.once('open', resolve))));
    expect(await refusalOf(open(id))).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    first.ws.close(1000);
    await first.closed;
    const third = open(id);
    await new Promise((resolve) => third.ws.once('open', resolve));
  });

  test('[H3] counts connections that offer no known subprotocol, and those on their way at the same time', async () => {
    const { open, create, url } = await build({ sockets: { addressSocketsMax: 2, closeMs: 60_000 } });
    const { id } = await create();
    const mute = await rawRequest(url, upgradeOf(id, { 'Sec-WebSocket-Protocol': 'viva.v9' }));
    await mute.until('VERSION_UNSUPPORTED');
    const burst = await Promise.all(
      Array.from({ length: 8 }, () => {
        const { ws } = open(id);
        return new Promise<string>((resolve) => {
          ws.once('open', () => resolve('open'));
          ws.once('unexpected-response', (_request, { statusCode }) => resolve(String(statusCode)));
        });
      }),
    );
    expect(burst.sort()).toEqual([...Array(7).fill('429'), 'open']);
  });

  test.each([
    ['/healthz', 200],
    ['/plan.schema.json', 200],
    ['/api/interviews', 401],
    ['/api/interviews/some', 401],
  ])(
    '[H15] an upgrade at %s, which is no socket, is answered as if it had not been asked for',
    async (path, status) => {
      const { url, app } = await build();
      const { text, until } = await rawRequest(url, { ...upgradeOf('x'), line: `GET ${path}`, Origin: 'http://evil' });
      await until('\r\n\r\n');
      expect(text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(app.websocketServer.clients.size).toBe(0);
    },
  );

  test('[H15] an offer of HTTP/2 changes nothing, body included', async () => {
    const { url, request } = await build();
    const plan = JSON.stringify({ id: 'h2c', title: 'T', questions: [] });
    const { socket, until } = await rawRequest(url, {
      line: 'POST /api/plans',
      Authorization: `Bearer ${ADMIN_KEY}`,
      'Content-Type': 'application/json',
      'Content-Length': String(plan.length),
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAMAAABkAARAAAAAAAIAAAAA',
    });
    socket.write(plan);
    // It was read: the plan is what is wrong with it.
    expect(await until('PLAN_INVALID')).toContain('HTTP/1.1 422');
    expect((await request('/healthz')).status).toBe(200);
  });

  test.each([
    ['no key', { 'Sec-WebSocket-Key': null }, 'Sec-WebSocket-Key'],
    ['a broken key', { 'Sec-WebSocket-Key': 'short' }, 'Sec-WebSocket-Key'],
    ['an unknown version', { 'Sec-WebSocket-Version': '7' }, 'Sec-WebSocket-Version'],
    ['a broken list of subprotocols', { 'Sec-WebSocket-Protocol': 'viva.v1,,' }, 'Sec-WebSocket-Protocol'],
    ['no Host', { Host: null }, 'Host'],
  ])('[H16] a handshake with %s is refused as a problem, and its connection ends', async (_name, more, named) => {
    const { url, create } = await build();
    const { id } = await create();
    const text = await (await rawRequest(url, upgradeOf(id, more))).ended;
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(text.toLowerCase()).toContain('content-type: application/problem+json');
    expect(problemIn(text)).toMatchObject({ code: 'REQUEST_INVALID', detail: expect.stringContaining(named) });
  });

  test('[H16] an upgrade that is refused while the service drains does not hold it', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const journal = createMemoryJournal();
    const release: typeof journal.release = async (...args) => {
      await held;
      return journal.release(...args);
    };
    const { app, create, enter, url } = await build({ journal: { ...journal, release } });
    const { id, candidateToken } = await create();
    await enter(id, candidateToken);
    const closing = app.close();
    const late = await rawRequest(url, upgradeOf(id));
    expect(problemIn(await late.ended)).toMatchObject({ code: 'RESTARTING' });
    letGo();
    await closing;
  });

  test('[H4] an unknown address is a problem, not a hanging socket', async () => {
    const { open } = await build();
    expect(await refusalOf(open('a/b/c'))).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });
});

describe('the subprotocol', () => {
  test('[H5] without one the client is told which to offer, and closed with 4406', async () => {
    const { open, create } = await build();
    const { id } = await create();
    const socket = open(id, { protocols: [] });
    const { problem } = await socket.next('error');
    expect(problem.code).toBe('VERSION_UNSUPPORTED');
    expect(problem.detail).toContain('viva.v1');
    expect((await socket.closed).code).toBe(4406);
  });

  test('[H5] a peer without one that does not answer the close is let go', async () => {
    const { create, url, app } = await build({ sockets: { closeMs: 50 } });
    const mute = await rawRequest(url, upgradeOf((await create()).id, { 'Sec-WebSocket-Protocol': 'viva.v9' }));
    await mute.until('VERSION_UNSUPPORTED');
    const [held] = app.websocketServer.clients;
    await once(held ?? app.websocketServer, 'close');
    await mute.ended;
  });

  test('[H5] viva.v1 is selected among several; without it nothing is', async () => {
    const { open, create } = await build();
    const { id } = await create();
    const both = open(id, { protocols: ['viva.v9', 'viva.v1'] });
    await new Promise((resolve) => both.ws.once('open', resolve));
    expect(both.ws.protocol).toBe('viva.v1');
    const unknown = open(id, { protocols: ['viva.v9'] });
    await unknown.closed;
    expect(unknown.ws.protocol).not.toBe('viva.v9');
  });
});

describe('hello', () => {
  test('[H6] is answered by the whole state, without extensions such as compression', async () => {
    const { enter, create } = await build();
    const { id, candidateToken } = await create();
    const { welcome, ws } = await enter(id, candidateToken);
    expect(welcome).toMatchObject({ epoch: 1, seq: 1, resumed: false, view: { role: 'candidate', state: 'IDLE' } });
    expect(welcome.connectionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(ws.extensions).toBe('');
  });

  test('[H7] with the newest sequence number nothing was missed', async () => {
    const { enter, create } = await build();
    const { id, candidateToken } = await create();
    expect((await enter(id, candidateToken, 1)).welcome.resumed).toBe(true);
    expect((await enter(id, candidateToken, 0)).welcome.resumed).toBe(false);
  });

  test('[H8] that does not come in time ends the connection with 4408', async () => {
    const clock = manualClock();
    const { open, create } = await build({ clock });
    const socket = open((await create()).id);
    await new Promise((resolve) => socket.ws.once('open', resolve));
    clock.advance(4_999);
    expect(socket.texts).toEqual([]);
    clock.advance(1);
    expect((await socket.next('error')).problem.code).toBe('HELLO_TIMEOUT');
    expect((await socket.closed).code).toBe(4408);
  });

  test('[H8] that came in time is not overtaken by the deadline', async () => {
    const clock = manualClock();
    const { enter, create } = await build({ clock });
    const { id, candidateToken } = await create();
    const socket = await enter(id, candidateToken);
    clock.advance(20_000);
    socket.send({ type: 'ping' });
    expect((await socket.next('pong')).at).toBe(clock.now());
  });

  test('[H9] with a used, forged or expired ticket is refused with 4401', async () => {
    const { open, create, ticket, tickets, enter } = await build();
    const { id, candidateToken } = await create();
    await enter(id, candidateToken);
    const used = await ticket(id, candidateToken);
    await tickets.redeem(used);
    for (const bad of [used, 'forged', `${used}x`, candidateToken]) {
      const socket = open(id);
      socket.send({ type: 'hello', ticket: bad });
      expect((await socket.next('error')).problem.code).toBe('UNAUTHENTICATED');
      expect((await socket.closed).code).toBe(4401);
    }
  });

  test('[H10] with the ticket of another interview is refused with 4403', async () => {
    const { open, create, ticket } = await build();
    const mine = await create();
    const other = await create();
    const socket = open(mine.id);
    socket.send({ type: 'hello', ticket: await ticket(other.id, other.candidateToken) });
    expect((await socket.closed).code).toBe(4403);
  });

  test('[H11] to an interview that does not exist is refused with 4404', async () => {
    const { open, tickets } = await build();
    const { ticket } = await tickets.issue({ role: 'candidate', interviewId: 'gone' });
    const socket = open('gone');
    socket.send({ type: 'hello', ticket });
    expect((await socket.next('error')).problem.code).toBe('INTERVIEW_NOT_FOUND');
    expect((await socket.closed).code).toBe(4404);
  });

  test.each([
    ['a command', command('interview.start', { consent: true }), 4401],
    ['a ping', { type: 'ping' }, 4401],
    ['rubbish', 'rubbish', 4400],
    ['9 KB', { type: 'hello', ticket: 'x'.repeat(9_000) }, 1009],
  ])('[H12] %s in its place ends the connection', async (_name, frame, code) => {
    const { open, create } = await build();
    const socket = open((await create()).id);
    socket.send(frame);
    expect((await socket.closed).code).toBe(code);
  });

  test('[H13] frames that follow it at once wait for the welcome, in order', async () => {
    const { open, create, ticket } = await build();
    const { id, candidateToken } = await create();
    const socket = open(id);
    const start = command('interview.start', { consent: true });
    const draft = command('answer.draft', { promptId: 'water', text: 'hot' });
    const hello = { type: 'hello', ticket: await ticket(id, candidateToken) };
    for (const frame of [hello, { type: 'ping' }, start, draft]) socket.send(frame);
    await socket.next('welcome');
    await socket.next('pong');
    expect((await socket.next('ack')).id).toBe(start.id);
    expect((await socket.next('ack')).id).toBe(draft.id);
  });

  test('[H13] more frames than may wait for it are refused', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const journal = createMemoryJournal();
    const claim: typeof journal.claim = async (...args) => {
      await held;
      return journal.claim(...args);
    };
    const { open, create, ticket } = await build({ journal: { ...journal, claim }, sockets: { waitingMax: 2 } });
    const { id, candidateToken } = await create();
    const socket = open(id);
    socket.send({ type: 'hello', ticket: await ticket(id, candidateToken) });
    for (let i = 0; i < 3; i++) socket.send({ type: 'ping' });
    expect((await socket.next('error')).problem.code).toBe('RATE_LIMITED');
    expect((await socket.closed).code).toBe(4429);
    letGo();
  });

  test('[H14] of reviewers beyond the seats is refused; the candidate always gets in', async () => {
    const { open, enter, create, ticket } = await build({ sockets: { interviewSocketsMax: 1 } });
    const { id, candidateToken, reviewerToken } = await create();
    const first = await enter(id, reviewerToken);
    const second = open(id);
    second.send({ type: 'hello', ticket: await ticket(id, reviewerToken) });
    expect((await second.closed).code).toBe(4429);
    await enter(id, candidateToken);
    first.ws.close(1000);
    await first.closed;
    await enter(id, reviewerToken);
  });
});
