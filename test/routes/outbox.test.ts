import { expect, test } from 'vitest';
import type { Down } from '../../src/protocol.ts';
import { createOutbox } from '../../src/routes/outbox.ts';
import { manualClock } from '../support/clock.ts';

const pong = (at: number): Down => ({ type: 'pong', at });

/** A peer that reads when the test says so: what is sent waits until `read`. */
function slowPeer(unread = { bytes: 0 }, unreadFramesMax = 1_000) {
  const buffered: { text: string; onFlushed: () => void }[] = [];
  const read: number[] = [];
  const clock = manualClock();
  let hopelessCount = 0;
  const channel = {
    send: (text: string, onFlushed: () => void) => void buffered.push({ text, onFlushed }),
    together: (send: () => void) => send(),
    close: () => {},
    get bufferedBytes() {
      return buffered.reduce((sum, { text }) => sum + text.length, 0);
    },
  };
  const size = JSON.stringify(pong(1)).length;
  const outbox = createOutbox({
    channel,
    clock,
    limits: {
      lagBytes: 2 * size,
      bufferedBytesMax: 5 * size,
      lagMs: 30_000,
      unreadBytesMax: unreadFramesMax * size,
      frugalBytes: size,
    },
    unread,
    sender: {
      onHopeless: () => {
        hopelessCount += 1;
      },
    },
  });
  return {
    outbox,
    clock,
    read,
    isHopeless: () => hopelessCount === 1,
    /** Read the next frames. */
    take(count: number) {
      for (const { text, onFlushed } of buffered.splice(0, count)) {
        read.push(JSON.parse(text).at);
        onFlushed();
      }
    },
    offer: (at: number) => outbox.offer(() => [pong(at)]),
  };
}

test('a reader that keeps up gets everything', () => {
  const { offer, take, read } = slowPeer();
  for (let at = 1; at <= 5; at++) {
    offer(at);
    take(1);
  }
  expect(read).toEqual([1, 2, 3, 4, 5]);
});

test('[S15] a lagging reader gets only the newest state when it has caught up, and everything again from then on', () => {
  const { offer, take, read } = slowPeer();
  for (let at = 1; at <= 9; at++) offer(at);
  take(1);
  expect(read).toEqual([1]);
  take(2);
  take(1);
  expect(read).toEqual([1, 2, 3, 9]);
  offer(10);
  take(1);
  expect(read.at(-1)).toBe(10);
});

test('[S15] acks and errors are not skipped for a lagging reader', () => {
  const { outbox, offer, take, read } = slowPeer();
  for (let at = 1; at <= 4; at++) offer(at);
  outbox.send(pong(100));
  take(9);
  take(9);
  expect(read).toEqual([1, 2, 3, 100, 4]);
});

test('[S16] a reader above the hard limit is given up, once', () => {
  const { outbox, isHopeless } = slowPeer();
  for (let at = 1; at <= 6; at++) outbox.send(pong(at));
  expect(isHopeless()).toBe(false);
  for (let at = 7; at <= 9; at++) outbox.send(pong(at));
  expect(isHopeless()).toBe(true);
});

test('[S16] one frame above the hard limit is sent; what piles up beside it is what counts', () => {
  const { outbox, take, read, isHopeless } = slowPeer();
  const giant: Down = { ...pong(1), notice: 'x'.repeat(1_000) } as Down;
  outbox.send(giant);
  for (let at = 2; at <= 7; at++) outbox.send(pong(at));
  expect(isHopeless()).toBe(false);
  take(7);
  expect(read).toEqual([1, 2, 3, 4, 5, 6, 7]);
  // Its room is gone with it.
  for (let at = 1; at <= 7; at++) outbox.send(pong(at));
  expect(isHopeless()).toBe(true);
});

test('[S16] a second giant may follow the first, a third is not taken while none has left', () => {
  const { outbox, isHopeless } = slowPeer();
  const giant: Down = { ...pong(1), notice: 'x'.repeat(1_000) } as Down;
  outbox.send(giant);
  outbox.send(giant);
  expect(isHopeless()).toBe(false);
  outbox.send(giant);
  expect(isHopeless()).toBe(true);
});

test('[S28] while all readers together have left too much unread, those that keep up are sent to and the others given up', () => {
  const unread = { bytes: 0 };
  const [slow, slower, quick] = [slowPeer(unread, 6), slowPeer(unread, 6), slowPeer(unread, 6)];
  for (let at = 1; at <= 3; at++) slow.outbox.send(pong(at));
  for (let at = 1; at <= 4; at++) slower.outbox.send(pong(at));
  quick.outbox.send(pong(1));
  quick.take(1);
  quick.outbox.send(pong(2));
  expect([slow, slower, quick].map(({ isHopeless }) => isHopeless())).toEqual([false, false, false]);
  slow.outbox.send(pong(4));
  expect([slow, slower, quick].map(({ isHopeless }) => isHopeless())).toEqual([true, false, false]);
  slow.take(3);
  slower.outbox.send(pong(5));
  expect(slower.isHopeless()).toBe(false);
  slower.take(5);
  quick.take(1);
  expect(quick.read).toEqual([1, 2]);
  expect(unread.bytes).toBe(0);
});

test('[S16] a reader that lags for too long is given up; one that caught up in between is not', () => {
  const late = slowPeer();
  for (let at = 1; at <= 4; at++) late.offer(at);
  late.clock.advance(29_999);
  expect(late.isHopeless()).toBe(false);
  late.clock.advance(1);
  expect(late.isHopeless()).toBe(true);

  const recovered = slowPeer();
  for (let at = 1; at <= 4; at++) recovered.offer(at);
  recovered.take(4);
  recovered.clock.advance(60_000);
  expect(recovered.isHopeless()).toBe(false);
});

test('nothing leaves after it is closed, and no timer stays', () => {
  const { outbox, offer, take, read, clock, isHopeless } = slowPeer();
  for (let at = 1; at <= 4; at++) offer(at);
  outbox.close();
  take(4);
  offer(5);
  outbox.send(pong(6));
  take(4);
  clock.advance(60_000);
  expect(read).toEqual([1, 2, 3]);
  expect([isHopeless(), clock.waitingCount]).toEqual([false, 0]);
});
