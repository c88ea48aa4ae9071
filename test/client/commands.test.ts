import { describe, expect, test } from 'vitest';
import { ClientError } from '../../src/client/problem.ts';
import { createClient } from '../../src/client.ts';
import type { Command } from '../../src/protocol.ts';
import { memoryStorage, nextCommand, refusal, setOpenStage, setStage, until, welcomeNext } from './setup.ts';

// Commands of the client:
// Rules C1–C12: PROTOCOL.md.

const skip = { type: 'prompt.skip', promptId: 'p1' } as const;
const draft = (text: string, promptId = 'p1') => ({ type: 'answer.draft', promptId, text }) as const;
const submit = (text: string) => ({ type: 'answer.submit', promptId: 'p1', text }) as const;
const OUTBOX_KEY = 'viva.outbox.i1';

describe('answers', () => {
  test('[C1] a command is sent with a UUID and resolves with its ack', async () => {
    const { client, socket } = await setOpenStage();
    const sent = client.send(submit('an answer'));
    expect(client.getState().pendingCount).toBe(1);
    const command = await nextCommand(socket);
    expect(command).toEqual({ ...submit('an answer'), id: command.id });
    expect(command.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    socket.send({ type: 'ack', id: command.id, seq: 7, duplicate: true });
    expect(await sent).toEqual({ seq: 7, duplicate: true });
    expect(client.getState().pendingCount).toBe(0);
  });

  test('[C2] a refused command rejects with the problem and the next one goes', async () => {
    const { client, socket } = await setOpenStage();
    const refused = client.send(submit(' '));
    const next = client.send(skip);
    const command = await nextCommand(socket);
    socket.send(refusal('ANSWER_BLANK', command.id));
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({ code: 'ANSWER_BLANK', problem: { status: 422 }, message: 'scripted ANSWER_BLANK' });
    const following = await nextCommand(socket);
    expect(following.type).toBe('prompt.skip');
    socket.send({ type: 'ack', id: following.id, seq: 2, duplicate: false });
    expect(await next).toEqual({ seq: 2, duplicate: false });
  });

  test('[C2] a code of a later version is a refusal like any other', async () => {
    const { client, socket } = await setOpenStage();
    const refused = client.send(skip);
    const { id } = await nextCommand(socket);
    const problem = { type: 'urn:x', title: 'New', status: 409, code: 'NEW_IN_V2', detail: 'new' };
    socket.sendText(JSON.stringify({ type: 'error', id, problem }));
    await expect(refused).rejects.toMatchObject({ code: 'NEW_IN_V2' });
  });

  test('[C11] a refusal that nobody listens to is no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { client, socket } = await setOpenStage();
    void client.send(skip);
    const { id } = await nextCommand(socket);
    socket.send(refusal('NOT_ACCEPTED', id));
    await until(client, ({ pendingCount }) => pendingCount === 0);
    client.close();
    void client.send(skip);
    // Unhandled rejections are reported after the microtasks, before the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('delivery', () => {
  test('[C3] an unanswered command is sent again with its id, after a hello with lastSeq', async () => {
    const { client, server, clock, socket } = await setOpenStage();
    const sent = client.send(submit('once'));
    const first = await nextCommand(socket);
    socket.cut();
    await until(client, ({ connection }) => connection === 'reconnecting');
    clock.advance(10_000);
    const again = await server.nextSocket();
    const hello = await again.welcome();
    expect(hello.lastSeq).toBe(1);
    expect(hello.ticket).toBe('ticket-2');
    expect(await nextCommand(again)).toEqual(first);
    again.send({ type: 'ack', id: first.id, seq: 2, duplicate: true });
    expect(await sent).toEqual({ seq: 2, duplicate: true });
  });

  test('[C3] a command given before the connection waits for it', async () => {
    const stage = await setStage();
    const sent = stage.client.send(skip);
    stage.client.connect();
    const socket = await welcomeNext(stage);
    const { id } = await nextCommand(socket);
    socket.send({ type: 'ack', id, seq: 2, duplicate: false });
    await sent;
  });

  test('[C4] the second command is sent when the first is answered', async () => {
    const { client, clock, socket } = await setOpenStage();
    void client.send(submit('first'));
    void client.send(skip);
    const first = await nextCommand(socket);
    expect(first.type).toBe('answer.submit');
    clock.advance(20_000);
    expect((await socket.next()).type).toBe('ping');
    socket.send({ type: 'ack', id: first.id, seq: 2, duplicate: false });
    expect((await nextCommand(socket)).type).toBe('prompt.skip');
  });

  test('[C5] a waiting draft gives way to a newer one of its prompt only', async () => {
    const { client, socket } = await setOpenStage();
    const sent = [draft('a'), draft('ab'), draft('x', 'p2'), draft('abc')].map((ask) => client.send(ask));
    expect(client.getState().pendingCount).toBe(2);
    // The first is under way already; its answer is awaited, then the newest goes.
    const texts: string[] = [];
    for (let seq = 2; seq < 5; seq += 1) {
      const command = (await nextCommand(socket)) as Extract<Command, { type: 'answer.draft' }>;
      texts.push(command.text);
      socket.send({ type: 'ack', id: command.id, seq, duplicate: false });
    }
    expect(texts).toEqual(['a', 'x', 'abc']);
    expect((await Promise.all(sent)).map(({ seq }) => seq)).toEqual([4, 4, 3, 4]);
  });

  test('[C9] a command that cannot be taken for now keeps its place and is given again', async () => {
    const { client, clock, socket, signal } = await setOpenStage();
    const sent = client.send(submit('stored later'));
    void client.send(skip);
    const first = await nextCommand(socket);
    for (const code of ['STORE_UNAVAILABLE', 'MAILBOX_FULL', 'STORE_UNAVAILABLE', 'TRY_LATER'] as const) {
      const wait = nextWake(clock);
      socket.send(refusal(code, first.id));
      await wait;
      // The next frame is the ping that a signal asks for: nothing else was sent meanwhile.
      signal();
      expect((await socket.next()).type).toBe('ping');
      clock.advance(2_000);
      expect(await nextCommand(socket)).toEqual(first);
    }
    socket.send({ type: 'ack', id: first.id, seq: 2, duplicate: false });
    expect((await sent).seq).toBe(2);
    expect((await nextCommand(socket)).type).toBe('prompt.skip');
  });

  test('[C13] a command is not given again before the time that its refusal names', async () => {
    const { client, clock, socket, signal } = await setOpenStage();
    const sent = client.send(submit('too early'));
    const first = await nextCommand(socket);
    const wait = nextWake(clock);
    socket.send(refusal('RATE_LIMITED', first.id, { retryAfterMs: 3_000 }));
    await wait;
    clock.advance(2_999);
    signal();
    expect((await socket.next()).type).toBe('ping');
    expect(client.getState().connection).toBe('open');
    clock.advance(2_000);
    expect(await nextCommand(socket)).toEqual(first);
    socket.send({ type: 'ack', id: first.id, seq: 2, duplicate: false });
    expect((await sent).seq).toBe(2);
  });

  test('[C14] an answer takes the place of a draft that could not be taken, and goes at once', async () => {
    const { client, clock, socket } = await setOpenStage();
    const drafted = client.send(draft('a draf'));
    const other = client.send(draft('of another prompt', 'p2'));
    const first = await nextCommand(socket);
    const wait = nextWake(clock);
    socket.send(refusal('RATE_LIMITED', first.id, { retryAfterMs: 3_000 }));
    await wait;
    const answered = client.send(submit('an answer'));
    expect(client.getState().pendingCount).toBe(2);
    clock.advance(5_000);
    const second = await nextCommand(socket);
    expect(second).toMatchObject({ type: 'answer.draft', promptId: 'p2' });
    socket.send({ type: 'ack', id: second.id, seq: 2, duplicate: false });
    const third = await nextCommand(socket);
    expect(third).toMatchObject({ type: 'answer.submit', text: 'an answer' });
    socket.send({ type: 'ack', id: third.id, seq: 3, duplicate: false });
    expect((await Promise.all([drafted, other, answered])).map(({ seq }) => seq)).toEqual([3, 2, 3]);
  });

  test('[C14] the answer does not wait for the time that was named for the draft', async () => {
    const { client, clock, socket } = await setOpenStage();
    void client.send(draft('a draf'));
    const first = await nextCommand(socket);
    const wait = nextWake(clock);
    socket.send(refusal('RATE_LIMITED', first.id, { retryAfterMs: 3_000 }));
    await wait;
    void client.send(submit('an answer'));
    expect(await nextCommand(socket)).toMatchObject({ type: 'answer.submit', text: 'an answer' });
  });

  test('[C9] the third INTERNAL refuses a command, so that the others pass', async () => {
    const { client, clock, socket, signal } = await setOpenStage();
    const sent = client.send(submit('poison'));
    void client.send(skip);
    for (let count = 1; count <= 3; count += 1) {
      const wait = nextWake(clock);
      const { id, type } = await nextCommand(socket);
      expect(type).toBe('answer.submit');
      socket.send(refusal('INTERNAL', id));
      if (count === 3) break;
      await wait;
      // The next frame is the ping that a signal asks for: nothing else was sent meanwhile.
      signal();
      expect((await socket.next()).type).toBe('ping');
      clock.advance(2_000);
    }
    await expect(sent).rejects.toMatchObject({ code: 'INTERNAL' });
    const next = await nextCommand(socket);
    expect(next.type).toBe('prompt.skip');
    // Every command has three of its own.
    const wait = nextWake(clock);
    socket.send(refusal('INTERNAL', next.id));
    await wait;
    clock.advance(5_000);
    expect(await nextCommand(socket)).toEqual(next);
  });

  test('[C10] a live connection that does not answer a command is replaced', async () => {
    const stage = await setOpenStage();
    const { client, clock, socket } = stage;
    void client.send(submit('lost'));
    const first = await nextCommand(socket);
    for (const at of [20_000, 40_000]) {
      clock.advance(20_000);
      expect((await socket.next()).type).toBe('ping');
      const before = client.getState().serverOffsetMs;
      // A different offset each time shows when the pong has arrived.
      socket.send({ type: 'pong', at: clock.now() + at * 1000 });
      await until(client, ({ serverOffsetMs }) => serverOffsetMs !== before);
    }
    clock.advance(4_999);
    expect(client.getState().connection).toBe('open');
    clock.advance(1);
    expect(client.getState().connection).toBe('reconnecting');
    clock.advance(10_000);
    const again = await welcomeNext(stage);
    expect(await nextCommand(again)).toEqual(first);
  });
});

describe('storage', () => {
  test('[C6] a new page sends what the old one had no answer for, and forgets it then', async () => {
    const storage = memoryStorage();
    const { client, server, clock, socket } = await setOpenStage({ storage });
    const left = client.send(submit('kept'));
    void client.send(skip);
    const first = await nextCommand(socket);
    client.close();
    await expect(left).rejects.toMatchObject({ code: 'CLOSED' });
    const options = { url: server.url, interviewId: 'i1', token: 'token-1', clock, storage };
    const next = createClient(options);
    expect(next.getState().pendingCount).toBe(2);
    next.connect();
    const again = await welcomeNext({ client: next, server });
    expect(await nextCommand(again)).toEqual(first);
    again.send({ type: 'ack', id: first.id, seq: 2, duplicate: true });
    const second = await nextCommand(again);
    expect(second.type).toBe('prompt.skip');
    again.send({ type: 'ack', id: second.id, seq: 3, duplicate: false });
    await until(next, ({ pendingCount }) => pendingCount === 0);
    expect(storage.keys()).toEqual([]);
    next.close();
  });

  test('[C6] two clients on one storage do not erase each other', async () => {
    const storage = memoryStorage();
    const { client, server } = await setStage({ storage });
    const other = createClient({ url: server.url, interviewId: 'i1', token: 'token-1', storage });
    void client.send(submit('mine'));
    void other.send(skip);
    const stored = JSON.parse(storage.getItem(OUTBOX_KEY) ?? '') as Command[];
    expect(stored.map(({ type }) => type)).toEqual(['answer.submit', 'prompt.skip']);
  });

  test('[C6] who connects again takes in what another tab left, and nothing twice', async () => {
    const storage = memoryStorage();
    const stage = await setOpenStage({ storage });
    const { client, server, socket } = stage;
    void client.send(submit('mine'));
    const mine = await nextCommand(socket);
    socket.close(4409);
    await until(client, ({ connection }) => connection === 'superseded');
    const other = createClient({ url: server.url, interviewId: 'i1', token: 'token-1', storage });
    void other.send(skip);
    other.close();
    client.takeOver();
    expect(client.getState().pendingCount).toBe(2);
    const again = await welcomeNext(stage);
    const types: string[] = [];
    for (let seq = 2; seq < 4; seq += 1) {
      const { id, type } = await nextCommand(again);
      if (type === 'answer.submit') expect(id).toBe(mine.id);
      types.push(type);
      again.send({ type: 'ack', id, seq, duplicate: false });
    }
    expect(types.sort()).toEqual(['answer.submit', 'prompt.skip']);
    await until(client, ({ pendingCount }) => pendingCount === 0);
    expect(storage.keys()).toEqual([]);
  });

  test('[C12] an erased interview leaves nothing in the storage, not even what another tab put there', async () => {
    const storage = memoryStorage();
    const stage = await setOpenStage({ storage });
    const sent = stage.client.send(submit('mine'));
    const other = createClient({ url: stage.server.url, interviewId: 'i1', token: 'token-1', storage });
    void other.send(draft('of another tab'));
    expect(storage.keys()).toEqual([OUTBOX_KEY]);
    stage.socket.close(4410);
    await until(stage.client, ({ connection }) => connection === 'refused');
    await expect(sent).rejects.toMatchObject({ code: 'INTERVIEW_ERASED' });
    expect(storage.keys()).toEqual([]);
    expect(stage.client.getState().pendingCount).toBe(0);
  });

  test.each(['no JSON', '{"a":1}', '[null, 1, {"id": 5}]'])('[C7] stored %s is no command', async (text) => {
    const storage = memoryStorage();
    storage.setItem(OUTBOX_KEY, text);
    const { client } = await setStage({ storage });
    expect(client.getState().pendingCount).toBe(0);
    void client.send(skip);
    expect(JSON.parse(storage.getItem(OUTBOX_KEY) ?? '')).toHaveLength(1);
  });

  test('[C7] a storage that throws stops nothing', async () => {
    const forbid = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const { client, socket } = await setOpenStage({
      storage: { getItem: forbid, setItem: forbid, removeItem: forbid },
    });
    const sent = client.send(skip);
    const { id } = await nextCommand(socket);
    socket.send({ type: 'ack', id, seq: 2, duplicate: false });
    expect((await sent).seq).toBe(2);
  });
});

describe('bounds', () => {
  test('[C8] the 101st waiting command is refused, a replacing draft is not', async () => {
    const { client } = await setStage();
    void client.send(draft('old'));
    for (let count = 1; count < 100; count += 1) void client.send(skip);
    await expect(client.send(skip)).rejects.toMatchObject({ code: 'MAILBOX_FULL' });
    void client.send(draft('new'));
    expect(client.getState().pendingCount).toBe(100);
  });

  test('[C8] a command that no frame can carry is refused before it is sent', async () => {
    const { client } = await setStage();
    await expect(client.send(submit('é'.repeat(40_000)))).rejects.toMatchObject({
      code: 'FRAME_TOO_LARGE',
      message: expect.not.stringContaining('é'),
    });
    expect(client.getState().pendingCount).toBe(0);
  });
});

/** Resolves when something new waits on the clock. */
function nextWake(clock: { wake(at: number, fn: () => void): () => void }): Promise<void> {
  const wake = clock.wake;
  return new Promise((resolve) => {
    clock.wake = (at, fn) => {
      clock.wake = wake;
      resolve();
      return wake(at, fn);
    };
  });
}
