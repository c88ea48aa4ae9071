import { createAlarms } from './alarms.ts';

/** Time as it is handed in. Instants in ms since 1970 UTC. */
export interface Clock {
  now(): number;
  /** Call `fn` once, never before `at`; an instant already past is called soon. Returns how to call it off. */
  wake(at: number, fn: () => void): () => void;
}

/** Wall time when the process began, carried on by a clock that nobody sets: an hour set back is no hour given. */
function now(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** The machine's own clock. What it calls keeps the process alive only as long as something else does. */
export const systemClock: Clock = { now, wake: createAlarms(now).set };
