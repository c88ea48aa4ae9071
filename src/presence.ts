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

/**
 * Miss a candidate. At first nobody has seen them go: a crash tells nobody that the connections are gone. A flaky line
 * leaves no record, so that an interview is what was said in it; `onMissed` is called once the candidate is missed.
 */
export function createPresence(deps: { clock: Clock; since: number; onMissed(): void }): Presence {
  const { clock } = deps;
  let absence: { since: number; isSeen: boolean } | null = null;
  let cancel = () => {};
  function settle(): void {
    absence = null;
    cancel();
  }
  function begin(since: number, isSeen: boolean): void {
    settle();
    absence = { since, isSeen };
    cancel = clock.wake(since + OUTAGE_MIN_MS, deps.onMissed);
  }
  if (Number.isFinite(deps.since)) begin(deps.since, false);
  return {
    goneSince() {
      return absence?.isSeen ? absence.since : null;
    },
    absentSince() {
      return absence?.since ?? null;
    },
    missedSince() {
      return absence && clock.now() - absence.since >= OUTAGE_MIN_MS ? absence.since : null;
    },
    leave: (at) => begin(at, true),
    settle,
  };
}
