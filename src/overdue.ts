import type { Clock } from './clock.ts';

/** How many overdue interviews are looked up at first. */
const PAGE = 100;
/** The longest time for which an interview that cannot be opened is left alone. Units: ms. */
const PUT_OFF_MS_MAX = 3_600_000;

/** Which overdue interviews to bring next. */
export interface Overdue {
  /** Ids that are overdue, not live and not put off, most overdue first; empty = none is left. */
  next(): Promise<string[]>;
  /** It could not be opened: leave it alone for a while, each time for longer. */
  putOff(id: string): void;
  /** It was opened. */
  settle(id: string): void;
  /** It is left alone for now. */
  isPutOff(id: string): boolean;
}

/**
 * Create the look-out for overdue interviews. `putOffMs` is how long the first failure counts.
 *
 * Errors: what `due` rejects with.
 */
export function createOverdue(deps: {
  due(now: number, limit: number): Promise<string[]>;
  isLive(id: string): boolean;
  clock: Clock;
  putOffMs: number;
}): Overdue {
  const { clock } = deps;
  const failuresById = new Map<string, { count: number; untilAt: number }>();

  /** What has not failed again for so long is not overdue any more. */
  function forgetOld(now: number): void {
    for (const [id, { untilAt }] of failuresById) if (untilAt + PUT_OFF_MS_MAX < now) failuresById.delete(id);
  }

  function isPutOff(id: string, now: number): boolean {
    return (failuresById.get(id)?.untilAt ?? 0) > now;
  }

  return {
    isPutOff: (id) => isPutOff(id, clock.now()),
    async next() {
      const now = clock.now();
      forgetOld(now);
      // Look further until one can be brought: those that cannot be must not stand in front of the others.
      for (let limit = PAGE; ; limit *= 2) {
        const ids = await deps.due(now, limit);
        const free = ids.filter((id) => !deps.isLive(id) && !isPutOff(id, now));
        if (free.length > 0 || ids.length < limit) return free;
      }
    },
    putOff(id) {
      const count = (failuresById.get(id)?.count ?? 0) + 1;
      const waitMs = Math.min(PUT_OFF_MS_MAX, deps.putOffMs * 2 ** (count - 1));
      failuresById.set(id, { count, untilAt: clock.now() + waitMs });
    },
    settle(id) {
      failuresById.delete(id);
    },
  };
}
