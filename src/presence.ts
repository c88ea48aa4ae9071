import type { Clock } from './clock.ts';
import { OUTAGE_MIN_MS } from './downtime.ts';

/** Whether the candidate is there, as far as no record tells it yet. */
export interface Presence {
  /** When the last connection was seen to go; null = they are here, it was not seen, or a record tells it. */
  goneSince(): number | null;
  /** Since when the candidate has been gone, seen or not; null = they are here, or a record tells it. */
  absentSince(): number | null;
  /** The same, once that is longer than a reconnect takes; else null. */
  missedSince(): number | null;
  /** The last connection is gone. */
  leave(at: number): void;
  /** The candidate is here, a record tells that they are not, or it matters no more. */
  settle(): void;
}

/** Whose candidate it is. */
export interface Missing {
  /** The candidate has been gone for longer than a reconnect takes. */
  onMissed(): void;
}

const nothing = () => {};

class CandidatePresence implements Presence {
  readonly #clock: Clock;
  readonly #missing: Missing;
  /** Since when they have been gone; null = they are here, or a record tells it. */
  #since: number | null = null;
  #isSeen = false;
  #callOff = nothing;

  constructor(clock: Clock, missing: Missing, since: number) {
    this.#clock = clock;
    this.#missing = missing;
    if (Number.isFinite(since)) this.#begin(since, false);
  }

  #begin(since: number, isSeen: boolean): void {
    this.settle();
    this.#since = since;
    this.#isSeen = isSeen;
    this.#callOff = this.#clock.wake(since + OUTAGE_MIN_MS, () => this.#missing.onMissed());
  }

  goneSince(): number | null {
    return this.#isSeen ? this.#since : null;
  }

  absentSince(): number | null {
    return this.#since;
  }

  missedSince(): number | null {
    const since = this.#since;
    return since !== null && this.#clock.now() - since >= OUTAGE_MIN_MS ? since : null;
  }

  leave(at: number): void {
    this.#begin(at, true);
  }

  settle(): void {
    this.#since = null;
    this.#callOff();
    this.#callOff = nothing;
  }
}

/**
 * Miss a candidate who was last there at `since`. At first nobody has seen them go: a crash tells nobody that the
 * connections are gone. A flaky line leaves no record, so that an interview is what was said in it.
 */
export function createPresence(clock: Clock, missing: Missing, since: number): Presence {
  return new CandidatePresence(clock, missing, since);
}
