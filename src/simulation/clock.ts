import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** How many turns of the event loop everything that has begun gets to come to its end. */
const SETTLE_TURNS = 20;

/** A clock on which hours pass in no time. */
export interface VirtualClock extends Clock {
  /** Let everything that has begun come to its end; no time passes. */
  settle(): Promise<void>;
  /** Let time pass: what is due meanwhile happens at its instant. */
  pass(ms: number): Promise<void>;
}

/** Create a clock that stands at `startAt`. */
export function createVirtualClock(startAt: number): VirtualClock {
  let now = startAt;
  const waiting = new Set<{ at: number; fn: () => void }>();

  async function settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await nextTurn();
  }

  function nextDue(until: number): { at: number; fn: () => void } | undefined {
    return [...waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  }

  return {
    now: () => now,
    wake(at, fn) {
      const entry = { at, fn };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    settle,
    async pass(ms) {
      const until = now + ms;
      await settle();
      for (let due = nextDue(until); due; due = nextDue(until)) {
        waiting.delete(due);
        now = Math.max(now, due.at);
        due.fn();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}
