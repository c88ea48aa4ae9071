import type { Log } from './actor.ts';
import type { Clock } from './clock.ts';
import type { Glance, Sharing } from './journal/journal.ts';

/** How often a node looks what others have done to the interviews that somebody here is connected to. Units: ms. */
export const LOOK_MS = 1_000;

/** Looks after what this node shares with others. */
export interface Lookout {
  start(): void;
  stop(): void;
}

/**
 * Create the look-out of a node: for interviews here that another node has taken over or written, and for its own that
 * it is about to work on, whose leases it renews so that no other node takes them for abandoned.
 */
export function createLookout(deps: {
  shared: Pick<Sharing, 'glance' | 'renew'>;
  clock: Clock;
  log: Log;
  owner: string;
  renewMs: number;
  /** Those with somebody connected. */
  watched(): readonly { id: string; see(glance: Glance): void | Promise<void> }[];
  /** Ids of those that this node will act on before the next renewal but one. */
  busy(): readonly string[];
}): Lookout {
  const { shared, clock, log } = deps;
  let isStopped = false;
  let cancels: (() => void)[] = [];

  async function look(): Promise<void> {
    const watched = deps.watched();
    if (watched.length === 0) return;
    const glances = await shared.glance([...new Set(watched.map(({ id }) => id))]);
    const glancesById = new Map(glances.map((glance) => [glance.id, glance]));
    await Promise.all(
      watched.map(({ id, see }) => {
        const glance = glancesById.get(id);
        return glance && see(glance);
      }),
    );
  }

  async function renew(): Promise<void> {
    const ids = deps.busy();
    if (ids.length > 0) await shared.renew(deps.owner, ids);
  }

  function every(ms: number, work: () => Promise<void>): void {
    if (isStopped) return;
    const cancel = clock.wake(clock.now() + ms, () => {
      cancels = cancels.filter((other) => other !== cancel);
      work()
        .catch((error: unknown) => log.warn({ err: error }, 'the store did not tell what other nodes do'))
        .finally(() => every(ms, work));
    });
    cancels.push(cancel);
  }

  return {
    start() {
      every(LOOK_MS, look);
      every(deps.renewMs, renew);
    },
    stop() {
      isStopped = true;
      for (const cancel of cancels) cancel();
    },
  };
}
