import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guessOffsetMs, narrowOffset, type OffsetBounds } from '../../src/client/offset.ts';
import type { Down } from '../../src/protocol.ts';
import { sampleView } from '../support/scripted-server.ts';
import { setOpenStage, setStage, until, welcomeNext } from './setup.ts';

// What the client shows:
// Rules C40–C45: PROTOCOL.md.

/** Wait until everything sent before has been read. */
async function flushed(stage: Awaited<ReturnType<typeof setOpenStage>>): Promise<void> {
  const heard = new Promise((resolve) => stage.client.on('notice', resolve));
  stage.socket.send({ type: 'notice', notice: 'evaluating', at: 0 });
  await heard;
}

const viewOf = (seq: number, answered = 0): Down => ({
  type: 'view',
  seq,
  view: sampleView({ progress: { answered, total: 2 } }),
});

const recordOf = (seq: number): Down => ({
  type: 'record',
  seq,
  record: { seq, at: 0, by: 'service', event: { type: 'x' }, facts: [], state: 'IDLE', hash: '' },
});

describe('state', () => {
  test('[C40] the same object until something changes', async () => {
    const stage = await setOpenStage();
    const { client, socket } = stage;
    let count = 0;
    const stop = client.subscribe(() => {
      count += 1;
    });
    const before = client.getState();
    // An answer to what nobody asked.
    socket.send({ type: 'ack', id: 'unknown', seq: 1, duplicate: false });
    await flushed(stage);
    expect(client.getState()).toBe(before);
    expect(count).toBe(0);
    socket.send(viewOf(2, 1));
    await until(client, ({ seq }) => seq === 2);
    expect(client.getState()).not.toBe(before);
    expect(count).toBe(1);
    stop();
    socket.send(viewOf(3));
    await until(client, ({ seq }) => seq === 3);
    expect(count).toBe(1);
  });

  test('[C41] an older view is dropped, one of the same seq is not', async () => {
    const stage = await setOpenStage();
    const { client, socket } = stage;
    socket.send(viewOf(5, 1));
    socket.send(viewOf(4, 0));
    await flushed(stage);
    expect(client.getState()).toMatchObject({ seq: 5, view: { progress: { answered: 1 } } });
    socket.send(viewOf(5, 2));
    await flushed(stage);
    expect(client.getState()).toMatchObject({ seq: 5, view: { progress: { answered: 2 } } });
  });

  test.each([
    [1, 9],
    [2, 3],
  ])('[C41] a welcome of epoch %i after epoch 1 leaves seq at %i', async (epoch, expected) => {
    const stage = await setOpenStage();
    const recordSeqs: number[] = [];
    stage.client.on('record', ({ seq }) => recordSeqs.push(seq));
    stage.socket.send(recordOf(9));
    stage.socket.send(viewOf(9));
    await until(stage.client, ({ seq }) => seq === 9);
    stage.socket.cut();
    await until(stage.client, ({ connection }) => connection === 'reconnecting');
    stage.clock.advance(125);
    const socket = await welcomeNext(stage, { epoch, seq: 3 });
    expect(stage.client.getState().seq).toBe(expected);
    socket.send(recordOf(4));
    await flushed({ ...stage, socket });
    expect(recordSeqs).toEqual(epoch === 1 ? [9] : [9, 4]);
  });

  test('[C43] records reach their listeners once, notices always', async () => {
    const stage = await setOpenStage();
    const { client, socket } = stage;
    const seqs: number[] = [];
    const stop = client.on('record', ({ seq }) => seqs.push(seq));
    for (const seq of [1, 2, 2, 1, 3]) socket.send(recordOf(seq));
    await flushed(stage);
    expect(seqs).toEqual([1, 2, 3]);
    stop();
    socket.send(recordOf(4));
    await flushed(stage);
    expect(seqs).toEqual([1, 2, 3]);
  });

  test('[C44] what a listener throws is reported as its own error', async () => {
    const stage = await setStage();
    const kept = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const reported = new Promise((resolve) => process.once('uncaughtException', resolve));
    const stop = stage.client.subscribe(() => {
      stop();
      throw new Error('of the page');
    });
    stage.client.connect();
    expect(await reported).toMatchObject({ message: 'of the page' });
    for (const listener of kept) process.on('uncaughtException', listener);
    await welcomeNext(stage);
  });

  test.each(['no JSON', 'null', '[]', '{"type":"novelty"}', '{"type":7}'])('[C45] %s is passed over', async (text) => {
    const stage = await setOpenStage();
    const before = stage.client.getState();
    stage.socket.sendText(text);
    await flushed(stage);
    expect(stage.client.getState()).toBe(before);
  });
});

describe('the clock of the service', () => {
  test('[C42] welcome, views and pongs carry it, within the time they took', async () => {
    const { client, clock, server } = await setStage();
    client.connect();
    const socket = await server.nextSocket();
    await socket.next();
    clock.advance(2_000);
    // Between 4 and 6 s ahead: stamped at some time within the two seconds of the hello and its welcome.
    const view = sampleView({ serverTime: clock.now() + 4_000 });
    socket.send({ type: 'welcome', connectionId: 'c1', epoch: 1, seq: 1, resumed: false, view });
    await until(client, ({ serverOffsetMs }) => serverOffsetMs === 5_000);
    socket.send({ type: 'view', seq: 2, view: sampleView({ serverTime: clock.now() + 4_500 }) });
    await until(client, ({ serverOffsetMs }) => serverOffsetMs === 5_250);
    await until(client, ({ connection }) => connection === 'open');
    clock.advance(20_000);
    await socket.next();
    clock.advance(400);
    socket.send({ type: 'pong', at: clock.now() + 4_800 });
    await until(client, ({ serverOffsetMs }) => serverOffsetMs === 5_000);
  });

  test.each([65_000, -55_000])('[C42] a clock that was set is noticed: now %i ms', async (offsetMs) => {
    const { client, clock, socket } = await setOpenStage();
    clock.advance(20_000);
    await socket.next();
    socket.send({ type: 'pong', at: clock.now() + 5_000 });
    await until(client, ({ serverOffsetMs }) => serverOffsetMs === 5_000);
    clock.advance(20_000);
    await socket.next();
    socket.send({ type: 'pong', at: clock.now() + offsetMs });
    await until(client, ({ serverOffsetMs }) => serverOffsetMs === offsetMs);
  });

  test('[C42] the bounds always hold the true offset, and only get narrower', () => {
    const latencyMs = fc.integer({ min: 0, max: 5_000 });
    const exchange = fc.record({ upMs: latencyMs, downMs: latencyMs, isAsked: fc.boolean() });
    fc.assert(
      fc.property(
        fc.integer({ min: -1e7, max: 1e7 }),
        fc.array(exchange, { minLength: 1, maxLength: 30 }),
        (offsetMs, exchanges) => {
          let bounds: OffsetBounds | null = null;
          let at = 1_000_000_000;
          for (const { upMs, downMs, isAsked } of exchanges) {
            const serverAt = at + upMs + offsetMs;
            const receivedAt = at + upMs + downMs;
            const next: OffsetBounds = narrowOffset(bounds, serverAt, receivedAt, isAsked ? at : undefined);
            expect(next.lowMs).toBeLessThanOrEqual(offsetMs);
            expect(next.highMs).toBeGreaterThanOrEqual(offsetMs);
            if (bounds) expect(next.highMs - next.lowMs).toBeLessThanOrEqual(bounds.highMs - bounds.lowMs);
            bounds = next;
            at = receivedAt + 1;
          }
          const smallestMs = Math.min(...exchanges.map(({ downMs }) => downMs));
          if (bounds && exchanges.every(({ isAsked }) => !isAsked))
            expect(guessOffsetMs(bounds)).toBe(offsetMs - smallestMs);
        },
      ),
    );
  });
});
