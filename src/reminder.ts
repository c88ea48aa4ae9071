import type { Clock } from './clock.ts';
import type { Effect } from './reduce.ts';

/** How long before a deadline the candidate is told that it is near. Units: ms. */
export const REMIND_BEFORE_MS = 60_000;

/** The deadlines that end what the candidate is doing; the others are nobody's haste. */
const watchedIds = new Set(['prompt', 'whole', 'pause']);

/** Tells once when the earliest deadline of the candidate is near. */
export interface Reminder {
  /** Look at the effects that are active now; what is armed already stays. */
  watch(effects: readonly Effect[]): void;
  stop(): void;
}

/** Create a reminder. A deadline that is nearer than the notice when it is set gets none. */
export function createReminder(clock: Clock, remind: (at: number) => void): Reminder {
  let armedFor: number | null = null;
  let callOff = () => {};

  function stop(): void {
    callOff();
    callOff = () => {};
    armedFor = null;
  }

  return {
    stop,
    watch(effects) {
      const instants = effects
        .filter((effect) => effect.src === 'deadline')
        .filter(({ id }) => watchedIds.has(id))
        .flatMap(({ input }) => (input.at === null ? [] : [input.at]));
      const next = instants.length === 0 ? null : Math.min(...instants);
      if (next === armedFor) return;
      stop();
      armedFor = next;
      if (next === null || next - REMIND_BEFORE_MS <= clock.now()) return;
      callOff = clock.wake(next - REMIND_BEFORE_MS, () => remind(clock.now()));
    },
  };
}
