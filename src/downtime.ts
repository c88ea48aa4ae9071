import type { Clock } from './clock.ts';
import type { Journal, Outage } from './journal/journal.ts';

/** How often the service says that it serves. Units: ms. */
export const BEAT_MS = 3_000;
/** What is shorter is a reconnect and no outage: nothing is given back, and deadlines stay as they are. Units: ms. */
export const OUTAGE_MIN_MS = 10_000;

/** When the service was down. */
export interface Downtime {
  /** This process serves since then. */
  readonly servingSince: number;
  /**
   * Outages that ended after an instant, oldest first. Looks first whether this process itself has slept until now.
   *
   * Errors: none; while the store cannot be reached, what is known.
   */
  after(at: number): Promise<readonly Outage[]>;
  /** Begin to serve. Errors: STORE_UNAVAILABLE. */
  start(): Promise<void>;
  /** Serve no more: what comes after this instant is an outage, unless another process serves. */
  stop(): Promise<void>;
}

/** Create the look-out for outages: the service leaves signs of life in the journal, and gaps between them are outages. */
export function createDowntime(deps: {
  journal: Pick<Journal, 'beat'>;
  clock: Clock;
  /** An outage has become known. */
  onOutage(): void;
  onError(error: unknown): void;
}): Downtime {
  const { journal, clock } = deps;
  const outages: Outage[] = [];
  let servingSince = clock.now();
  let beatAt = Number.POSITIVE_INFINITY;
  let beating: Promise<void> | null = null;
  let isStopped = false;
  let cancel = () => {};

  async function beatNow(): Promise<void> {
    const at = clock.now();
    const found = await journal.beat({ at, gapMs: OUTAGE_MIN_MS, knownUntil: outages.at(-1)?.until ?? 0 });
    outages.push(...found);
    beatAt = at;
    if (found.length > 0) deps.onOutage();
  }

  function beat(): Promise<void> {
    beating ??= beatNow().finally(() => {
      beating = null;
    });
    return beating;
  }

  function beatAgain(): void {
    if (isStopped) return;
    cancel = clock.wake(clock.now() + BEAT_MS, () => {
      beat().then(beatAgain, (error: unknown) => {
        deps.onError(error);
        beatAgain();
      });
    });
  }

  return {
    get servingSince() {
      return servingSince;
    },
    async after(at) {
      if (clock.now() - beatAt >= OUTAGE_MIN_MS) await beat().catch(deps.onError);
      // The newest are asked for all the time, the others almost never.
      const index = outages.findLastIndex(({ until }) => until <= at);
      return index === outages.length - 1 ? [] : outages.slice(index + 1);
    },
    async start() {
      await beat();
      servingSince = beatAt;
      beatAgain();
    },
    async stop() {
      isStopped = true;
      cancel();
      if (beatAt !== Number.POSITIVE_INFINITY) await beat();
    },
  };
}
