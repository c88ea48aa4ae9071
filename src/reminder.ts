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

/** Who is reminded. */
export interface Reminded {
  onDeadlineSoon(at: number): void;
}

const nothing = () => {};

class DeadlineReminder implements Reminder {
  readonly #clock: Clock;
  readonly #reminded: Reminded;
  #armedFor: number | null = null;
  #callOff = nothing;

  constructor(clock: Clock, reminded: Reminded) {
    this.#clock = clock;
    this.#reminded = reminded;
  }

  stop(): void {
    this.#callOff();
    this.#callOff = nothing;
    this.#armedFor = null;
  }

  watch(effects: readonly Effect[]): void {
    let next: number | null = null;
    for (const effect of effects) {
      if (effect.src !== 'deadline' || !watchedIds.has(effect.id) || effect.input.at === null) continue;
      next = next === null ? effect.input.at : Math.min(next, effect.input.at);
    }
    if (next === this.#armedFor) return;
    this.stop();
    this.#armedFor = next;
    if (next === null || next - REMIND_BEFORE_MS <= this.#clock.now()) return;
    this.#callOff = this.#clock.wake(next - REMIND_BEFORE_MS, () => this.#reminded.onDeadlineSoon(this.#clock.now()));
  }
}

/** Create a reminder. A deadline that is nearer than the notice when it is set gets none. */
export function createReminder(clock: Clock, reminded: Reminded): Reminder {
  return new DeadlineReminder(clock, reminded);
}
