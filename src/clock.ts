/** Time as it is handed in. Instants in ms since 1970 UTC. */
export interface Clock {
  now(): number;
  /** Call `fn` once, never before `at`; an instant already past is called soon. Returns how to call it off. */
  wake(at: number, fn: () => void): () => void;
}

/** Node fires timers above 2^31-1 ms at once, so longer waits go in hops. */
const HOP_MS_MAX = 2 ** 31 - 1;

/** Wall time when the process began, carried on by a clock that nobody sets: an hour set back is no hour given. */
function now(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** The machine's own clock. Its timers keep the process alive only as long as something else does. */
export const systemClock: Clock = {
  now,
  wake(at, fn) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const waitMs = at - now();
      if (waitMs > HOP_MS_MAX) timer = setTimeout(arm, HOP_MS_MAX);
      // A timer may come a millisecond early against this clock: look again rather than fire early.
      else timer = setTimeout(() => (now() < at ? arm() : fn()), Math.max(0, waitMs));
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
};
