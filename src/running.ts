import type { Clock } from './clock.ts';
import { type Logics, startEffect } from './effects.ts';
import type { Effect, ResultEvent } from './reduce.ts';

/** The invoked actors of one interview that run now. */
export interface Running {
  start(effect: Effect): void;
  stop(ids: Iterable<string>): void;
  stopAll(): void;
}

/**
 * Create the set of running effects.
 *
 * `deliver` is called with each result and with a test whether the effect has been stopped since: a result that
 * waited in the mailbox while its state was left is stale.
 */
export function createRunning(
  logicsOf: () => Logics,
  clock: Clock,
  deliver: (event: ResultEvent, isStale: () => boolean, error: unknown) => void,
): Running {
  const stopsById = new Map<string, () => void>();

  function stop(ids: Iterable<string>): void {
    for (const id of [...ids]) {
      stopsById.get(id)?.();
      stopsById.delete(id);
    }
  }

  return {
    stop,
    stopAll: () => stop(stopsById.keys()),
    start(effect) {
      let isStopped = false;
      const end = startEffect(logicsOf, effect, clock, (event, error) => deliver(event, () => isStopped, error));
      stopsById.set(effect.id, () => {
        isStopped = true;
        end();
      });
    },
  };
}
