import { describe, expect, test } from 'vitest';
import { createClient } from '../../src/client.ts';
import type { TicketReply } from '../support/scripted-server.ts';
import { nextCommand, refusal, type Stage, setOpenStage, setStage, until, welcomeNext } from './setup.ts';

// The connection of the client:
// Rules C20–C33: PROTOCOL.md.

const skip = { type: 'prompt.skip', promptId: 'p1' } as const;

/** How long the client is going to wait. */
function waitMs({ client, clock }: Stage): number {
  return (client.getState().retryAt ?? Number.NaN) - clock.now();
}

function reconnecting(stage: Stage, attempt: number) {
  return until(stage.client, (state) => state.connection === 'reconnecting' && state.attempt === attempt);
}

describe('connecting', () => {
  test('[C20] the token buys a ticket, the ticket opens the socket', async () => {
    const { client, server } = await setStage();
    expect(client.getState().connection).toBe('idle');
    client.connect();
    client.connect();
    expect(client.getState().connection).toBe('connecting');
    expect(await server.nextRequest()).toEqual({
      method: 'POST',
      path: '/api/interviews/i1/tickets',
      authorization: 'Bearer token-1',
    });
    const socket = await server.nextSocket();
    expect(socket).toMatchObject({ path: '/api/interviews/i1/socket', protocol: 'viva.v1' });
    expect(await socket.welcome()).toEqual({ type: 'hello', ticket: 'ticket-1' });
    await until(client, ({ connection }) => connection === 'open');
    expect(server.requestCount).toBe(1);
  });

  test('[C20] a base address that is not absolute is refused at once', () => {
    expect(() => createClient({ url: '/viva', interviewId: 'i1', token: 't' })).toThrow(TypeError);
  });

  test.each<[string, TicketReply, string]>([
    ['401', { status: 401, body: { code: 'UNAUTHENTICATED', status: 401, detail: 'expired' } }, 'UNAUTHENTICATED'],
    ['403', { status: 403, body: { code: 'FORBIDDEN', status: 403, detail: 'no' } }, 'FORBIDDEN'],
    ['404', { status: 404, body: { code: 'INTERVIEW_NOT_FOUND', status: 404, detail: 'none' } }, 'INTERVIEW_NOT_FOUND'],
    ['404 from something else', { status: 404, body: '<html>', contentType: 'text/html' }, 'INTERVIEW_NOT_FOUND'],
    ['410 from something else', { status: 410, body: '<html>', contentType: 'text/html' }, 'INTERVIEW_ERASED'],
    ['422 without a problem', { status: 422, body: {} }, 'REQUEST_INVALID'],
  ])('[C29] ticket answered %s: refused', async (_name, reply, code) => {
    const { client, server, clock, signalCount } = await setStage();
    const sent = client.send(skip);
    server.script(reply);
    client.connect();
    expect(signalCount()).toBe(1);
    const state = await until(client, ({ connection }) => connection === 'refused');
    expect(state.problem?.code).toBe(code);
    await expect(sent).rejects.toMatchObject({ code });
    await expect(client.send(skip)).rejects.toMatchObject({ code });
    expect([clock.waitingCount, signalCount()]).toEqual([0, 0]);
  });

  test.each<[string, TicketReply, number, string | undefined]>([
    ['nothing: the connection breaks', 'reset', 0, undefined],
    ['503', { status: 503, body: { code: 'RESTARTING', status: 503 } }, 0, 'RESTARTING'],
    ['500 without a body', { status: 500 }, 0, undefined],
    ['429, Retry-After 7', { status: 429, headers: { 'retry-after': '7' } }, 7_000, undefined],
    [
      '503, Retry-After a date',
      { status: 503, headers: { 'retry-after': 'Mon, 05 Jan 2026 09:01:00 GMT' } },
      60_000,
      undefined,
    ],
    ['503, Retry-After a day', { status: 503, headers: { 'retry-after': '86400' } }, 300_000, undefined],
    ['503, Retry-After nonsense', { status: 503, headers: { 'retry-after': 'soon' } }, 0, undefined],
    ['200 and the page of a hotel', { status: 200, body: '<html>', contentType: 'text/html' }, 0, undefined],
  ])('[C30] ticket answered with %s: again', async (_name, reply, floorMs, code) => {
    const stage = await setStage();
    const { client, server, clock } = stage;
    server.script(reply);
    client.connect();
    const state = await reconnecting(stage, 1);
    expect(waitMs(stage)).toBe(floorMs + 125);
    expect(state.problem?.code).toBe(code);
    clock.advance(floorMs + 125);
    await welcomeNext(stage);
    expect(client.getState().problem).toBeUndefined();
  });

  test('[C32] a service that does not answer is given up after 15 s', async () => {
    const stage = await setStage();
    stage.server.script('hang');
    stage.client.connect();
    await stage.server.nextRequest();
    stage.clock.advance(15_000);
    await reconnecting(stage, 1);
    stage.clock.advance(125);
    const silent = await stage.server.nextSocket();
    expect((await silent.next()).type).toBe('hello');
    stage.clock.advance(14_999);
    expect(stage.client.getState().attempt).toBe(1);
    stage.clock.advance(1);
    await reconnecting(stage, 2);
    expect(await silent.closed).toBe(1000);
  });
});

describe('coming back', () => {
  test('[C21] the back-off doubles up to 10 s and starts over after 10 s of peace', async () => {
    const stage = await setOpenStage();
    const { clock } = stage;
    let { socket } = stage;
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      socket.cut();
      await reconnecting(stage, attempt);
      waits.push(waitMs(stage));
      clock.advance(waitMs(stage));
      socket = await welcomeNext(stage);
    }
    expect(waits).toEqual([125, 250, 500, 1000, 2000, 4000, 5000, 5000]);
    clock.advance(10_000);
    socket.cut();
    await reconnecting(stage, 1);
    expect(waitMs(stage)).toBe(125);
  });

  test.each([1000, 1001, 1011, 4408, 4999])('[C21] close code %i: again', async (code) => {
    const stage = await setOpenStage();
    stage.socket.close(code);
    await reconnecting(stage, 1);
  });

  test('[C22] a signal ends the waiting', async () => {
    const stage = await setOpenStage();
    stage.socket.cut();
    await reconnecting(stage, 1);
    stage.signal();
    expect(stage.client.getState().retryAt).toBeUndefined();
    await welcomeNext(stage);
  });

  test('[C22] a signal does not cut short what the service asked for', async () => {
    const stage = await setOpenStage();
    stage.socket.close(1013);
    await reconnecting(stage, 1);
    stage.signal();
    expect(waitMs(stage)).toBe(5_000);
    stage.clock.advance(4_999);
    expect(waitMs(stage)).toBe(1);
    stage.clock.advance(1);
    expect(waitMs(stage)).toBeNaN();
    await welcomeNext(stage);
  });

  test('[C22] a signal on an open connection asks for a sign of life within 5 s', async () => {
    const stage = await setOpenStage();
    stage.signal();
    expect((await stage.socket.next()).type).toBe('ping');
    stage.clock.advance(5_000);
    await reconnecting(stage, 1);
  });

  test('[C23] a restart is waited for as long as the notice says', async () => {
    const stage = await setOpenStage();
    stage.socket.send({ type: 'notice', notice: 'restarting', at: 0, retryAfterMs: 3_000 });
    stage.socket.close(1012);
    const { problem } = await reconnecting(stage, 1);
    expect([waitMs(stage), problem?.code]).toEqual([3_125, 'RESTARTING']);
  });

  test.each([4429, 1013])('[C28] close code %i: at least 5 s', async (code) => {
    const stage = await setOpenStage();
    stage.socket.close(code);
    await reconnecting(stage, 1);
    expect(waitMs(stage)).toBe(5_125);
  });
});

describe('ending', () => {
  test.each(['notice', 'close code'])('[C24] superseded by %s: nothing until the person takes over', async (by) => {
    const stage = await setOpenStage();
    const { client, clock, socket } = stage;
    const sent = client.send(skip);
    const draft = client.send({ type: 'answer.draft', promptId: 'p1', text: 'older than the other tab' });
    const first = await nextCommand(socket);
    if (by === 'notice') socket.send({ type: 'notice', notice: 'superseded', at: 0 });
    else {
      socket.send(refusal('SUPERSEDED'));
      socket.close(4409);
    }
    const state = await until(client, ({ connection }) => connection === 'superseded');
    expect(state.problem?.code).toBe('SUPERSEDED');
    await expect(draft).rejects.toMatchObject({ code: 'SUPERSEDED' });
    await expect(client.send(skip)).rejects.toMatchObject({ code: 'SUPERSEDED' });
    expect([clock.waitingCount, stage.signalCount()]).toEqual([0, 0]);
    client.takeOver();
    const again = await welcomeNext(stage);
    expect(await nextCommand(again)).toEqual(first);
    again.send({ type: 'ack', id: first.id, seq: 2, duplicate: false });
    expect((await sent).seq).toBe(2);
    expect(client.getState().pendingCount).toBe(0);
  });

  test('[C25] a used up ticket is replaced once', async () => {
    const stage = await setStage();
    const { client, server } = stage;
    client.connect();
    for (const ticket of ['ticket-1', 'ticket-2']) {
      const socket = await server.nextSocket();
      expect(await socket.next()).toEqual({ type: 'hello', ticket });
      socket.send(refusal('UNAUTHENTICATED'));
      socket.close(4401);
    }
    const state = await until(client, ({ connection }) => connection === 'refused');
    expect(state.problem).toMatchObject({ code: 'UNAUTHENTICATED', detail: 'scripted UNAUTHENTICATED' });
    expect([server.requestCount, stage.clock.waitingCount]).toEqual([2, 0]);
  });

  test('[C25] a welcome in between gives another try', async () => {
    const stage = await setOpenStage();
    for (let count = 0; count < 3; count += 1) {
      const socket = count === 0 ? stage.socket : await welcomeNext(stage);
      socket.close(4401);
      await until(stage.client, ({ connection }) => connection === 'reconnecting');
    }
    await welcomeNext(stage);
  });

  test.each([
    [4403, 'FORBIDDEN'],
    [4404, 'INTERVIEW_NOT_FOUND'],
    [4406, 'VERSION_UNSUPPORTED'],
    [4410, 'INTERVIEW_ERASED'],
  ])('[C26] close code %i: refused with %s', async (closeCode, code) => {
    const stage = await setOpenStage();
    const sent = stage.client.send(skip);
    stage.socket.close(closeCode);
    const state = await until(stage.client, ({ connection }) => connection === 'refused');
    expect(state.problem?.code).toBe(code);
    await expect(sent).rejects.toMatchObject({ code });
    expect(stage.clock.waitingCount).toBe(0);
  });

  test.each<[number, 'FRAME_INVALID' | 'FRAME_TOO_LARGE', string]>([
    [4400, 'FRAME_INVALID', 'in a frame without its id'],
    [4400, 'FRAME_INVALID', 'in a frame with its id'],
    [4400, 'FRAME_INVALID', 'by the close code'],
    [1009, 'FRAME_TOO_LARGE', 'by the close code'],
  ])('[C27] %i %s %s: only the command under way is dropped', async (closeCode, code, how) => {
    const stage = await setOpenStage();
    const { client, clock, socket } = stage;
    const bad = client.send({ type: 'answer.submit', promptId: 'p1', text: 'unreadable' });
    const good = client.send(skip);
    const { id } = await nextCommand(socket);
    if (how !== 'by the close code') socket.send(refusal(code, how.endsWith('with its id') ? id : undefined));
    socket.close(closeCode);
    await expect(bad).rejects.toMatchObject({ code });
    await reconnecting(stage, 1);
    clock.advance(125);
    const again = await welcomeNext(stage);
    const next = await nextCommand(again);
    expect(next.type).toBe('prompt.skip');
    again.send({ type: 'ack', id: next.id, seq: 2, duplicate: false });
    await good;
  });

  test('[C33] close ends everything, connect begins anew', async () => {
    const stage = await setOpenStage();
    const { client, clock, socket } = stage;
    const sent = client.send(skip);
    const first = await nextCommand(socket);
    client.close();
    client.close();
    expect(client.getState().connection).toBe('closed');
    expect(await socket.closed).toBe(1000);
    await expect(sent).rejects.toMatchObject({ code: 'CLOSED', problem: undefined });
    await expect(client.send(skip)).rejects.toMatchObject({ code: 'CLOSED' });
    expect([clock.waitingCount, stage.signalCount()]).toEqual([0, 0]);
    client.connect();
    const again = await welcomeNext(stage);
    expect(await nextCommand(again)).toEqual(first);
  });

  test('[C33] close while the ticket is on its way opens no socket', async () => {
    const requests: Promise<unknown>[] = [];
    const { client, server, clock } = await setStage({
      fetch: (...request) => {
        const response = fetch(...request);
        requests.push(response);
        return response;
      },
    });
    server.script('hang');
    client.connect();
    await server.nextRequest();
    client.close();
    await expect(requests[0]).rejects.toMatchObject({ name: 'AbortError' });
    // One turn more, for whoever waits for the same response.
    await new Promise((resolve) => setImmediate(resolve));
    expect([client.getState().connection, clock.waitingCount]).toEqual(['closed', 0]);
  });

  test('[C33] a listener may close the client in the middle of a welcome', async () => {
    const { client, server, clock } = await setStage();
    const stop = client.subscribe(() => {
      if (!client.getState().view) return;
      stop();
      client.close();
    });
    client.connect();
    const socket = await server.nextSocket();
    await socket.welcome();
    expect(await socket.closed).toBe(1000);
    expect([client.getState().connection, clock.waitingCount]).toEqual(['closed', 0]);
  });
});

describe('heartbeat', () => {
  test('[C31] a ping goes out every 20 s and any frame answers it', async () => {
    const { client, clock, socket } = await setOpenStage();
    for (let count = 1; count <= 4; count += 1) {
      clock.advance(20_000);
      expect((await socket.next()).type).toBe('ping');
      const heard = new Promise((resolve) => client.on('notice', resolve));
      socket.send({ type: 'notice', notice: 'evaluating', at: 0 });
      await heard;
    }
    expect(client.getState().connection).toBe('open');
  });

  test('[C31] 45 s without a frame end the connection, without a closing handshake', async () => {
    const stage = await setOpenStage();
    stage.clock.advance(44_999);
    expect(stage.client.getState().connection).toBe('open');
    stage.clock.advance(1);
    expect(stage.client.getState()).toMatchObject({ connection: 'reconnecting', attempt: 1 });
    stage.clock.advance(125);
    await welcomeNext(stage);
  });
});
