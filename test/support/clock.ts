import type { Clock } from '../../src/clock.ts';

/** A clock that is moved by hand. */
export interface ManualClock extends Clock {
  /** Move on and call what is due, in order of time. */
  advance(byMs: number): void;
  /** Set it to an instant without calling anything: the process was down meanwhile. */
  jump(at: number): void;
  readonly waitingCount: number;
}

/** Create a clock that stands at `startAt`. */
export function manualClock(startAt = Date.UTC(2026, 0, 5, 9)): ManualClock {
  let now = startAt;
  const waiting = new Set<{ at: number; fn: () => void }>();

  function nextDue(): { at: number; fn: () => void } | undefined {
    return [...waiting].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)[0];
  }

  function fireDue(): void {
    for (let due = nextDue(); due; due = nextDue()) {
      waiting.delete(due);
      due.fn();
    }
  }

  return {
    now: () => now,
    wake(at, fn) {
      const entry = { at, fn };
      waiting.add(entry);
      // Like a timer, never synchronously; and only if it is still wanted then.
      if (at <= now)
        queueMicrotask(() => {
          if (waiting.delete(entry)) fn();
        });
      return () => waiting.delete(entry);
    },
    advance(byMs) {
      const target = now + byMs;
      for (;;) {
        const [next] = [...waiting].sort((a, b) => a.at - b.at);
        if (!next || next.at > target) break;
        now = Math.max(now, next.at);
        fireDue();
      }
      now = target;
    },
    jump(at) {
      now = at;
    },
    get waitingCount() {
      return waiting.size;
    },
  };
}
