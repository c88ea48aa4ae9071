import { expect, test } from 'vitest';
import { createPressure, watchLoop } from '../../src/pressure.ts';

const endless = Number.POSITIVE_INFINITY;

/** A gauge whose clock and whose event loop's delay are set by hand. */
function gauge({ commandsMax = 10, answerMs = 1_000, loopDelayMsMax = 500 } = {}) {
  const at = { now: 0, loopDelayMs: 0 };
  const pressure = createPressure({
    limits: { commandsMax, answerMs, loopDelayMsMax },
    now: () => at.now,
    loopDelayMs: () => at.loopDelayMs,
  });
  /** Take as many commands on as fit; returns how to answer them. */
  function fill(canWait = false): (() => void)[] {
    const releases: (() => void)[] = [];
    for (let release = pressure.take(canWait); release; release = pressure.take(canWait)) releases.push(release);
    return releases;
  }
  let underWay: (() => void)[] = [];
  /** Answer what is under way after a time, and tell how many are taken on then. */
  function answerAll(afterMs: number): number {
    if (underWay.length === 0) underWay = fill();
    at.now += afterMs;
    for (const release of underWay) release();
    underWay = fill();
    return underWay.length;
  }
  return { pressure, at, fill, answerAll };
}

test('[S26] so many commands are under way and no more; those that can wait stop at half', () => {
  const { pressure, fill } = gauge();
  expect(fill(true)).toHaveLength(5);
  const rest = fill();
  expect(rest).toHaveLength(5);
  expect([pressure.commandCount, pressure.take(true), pressure.take(false)]).toEqual([10, null, null]);
  rest[0]?.();
  expect(pressure.take(true)).toBeNull();
  expect(pressure.take(false)).not.toBeNull();
});

test('[S27] it is busy from half of what can be taken on, or while the event loop is late', () => {
  const { pressure, at } = gauge();
  const releases = Array.from({ length: 4 }, () => pressure.take(false));
  expect(pressure.isBusy).toBe(false);
  const fifth = pressure.take(false);
  expect(pressure.isBusy).toBe(true);
  fifth?.();
  expect([pressure.isBusy, releases.length]).toEqual([false, 4]);
  at.loopDelayMs = 501;
  expect(pressure.isBusy).toBe(true);
  at.loopDelayMs = 500;
  expect(pressure.isBusy).toBe(false);
});

test('[S26] while commands take too long fewer are taken on, and as many as before once they do not', () => {
  const { answerAll } = gauge({ commandsMax: 1_000 });
  expect(answerAll(1_000)).toBe(1_000);
  expect(answerAll(1_001)).toBe(700);
  expect(answerAll(5_000)).toBe(490);
  let fitting = answerAll(10);
  expect(fitting).toBeGreaterThan(490);
  for (let round = 0; round < 20; round += 1) fitting = answerAll(10);
  expect(fitting).toBe(1_000);
});

test('[S26] one freeze is one reason to take fewer on, however many commands were under way', () => {
  const { fill, at, pressure } = gauge({ commandsMax: 1_000 });
  const releases = fill();
  at.now += 60_000;
  for (const release of releases) release();
  at.now += 999;
  const late = fill();
  expect(late).toHaveLength(700);
  expect(pressure.commandCount).toBe(700);
});

test('[S26] some are taken on however slow the store is', () => {
  const { answerAll } = gauge({ commandsMax: 1_000 });
  let fitting = 1_000;
  for (let round = 0; round < 30; round += 1) fitting = answerAll(2_000);
  expect(fitting).toBe(64);
});

test('a gauge without limits takes everything on', () => {
  const { pressure } = gauge({ commandsMax: endless, answerMs: endless, loopDelayMsMax: endless });
  for (let count = 0; count < 100; count += 1) expect(pressure.take(true)).not.toBeNull();
  expect(pressure.isBusy).toBe(false);
});

/** Hold the event loop. */
function freeze(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

test('[S27] an event loop that is late again and again is told from one that was frozen once', async () => {
  const isLateNow = async (frozenMs: number, rest: number): Promise<boolean> => {
    const loopDelayMs = watchLoop();
    const giveUpAt = performance.now() + 10_000;
    freeze(frozenMs);
    while (performance.now() < giveUpAt) {
      if (loopDelayMs() > 60) return true;
      freeze(rest);
      await new Promise((resolve) => setImmediate(resolve));
      // Long enough for the first verdict, and for the next.
      if (rest === 0 && performance.now() > giveUpAt - 7_500) return false;
    }
    return false;
  };
  expect(await isLateNow(0, 100)).toBe(true);
  expect(await isLateNow(1_500, 0)).toBe(false);
});
