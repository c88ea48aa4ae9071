import { type ManualClock, manualClock } from './clock.ts';
import { turnUntil } from './crowd.ts';

/** No other wait is as long, so that the clock knows a sweep by it. */
export const SWEEP_MS = 4_321;

/** A clock by hand that knows when a sweep is through: the next one is set. */
export function sweptClock(): {
  clock: ManualClock;
  finishSweep(begin: () => void, meanwhile?: () => void): Promise<void>;
} {
  const inner = manualClock();
  let sweptCount = 0;
  const wake: ManualClock['wake'] = (at, fn) => {
    if (at === inner.now() + SWEEP_MS) sweptCount += 1;
    return inner.wake(at, fn);
  };
  return {
    // Not spread: its count is a getter.
    clock: Object.assign(Object.create(inner) as ManualClock, { wake }),
    finishSweep(begin, meanwhile = () => {}) {
      const before = sweptCount;
      begin();
      return turnUntil(() => {
        meanwhile();
        return sweptCount > before;
      });
    },
  };
}
