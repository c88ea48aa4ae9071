import type { Log } from './actor.ts';
import type { Clock } from './clock.ts';
import { BEAT_MS } from './downtime.ts';
import type { Glance, Sharing } from './journal/journal.ts';

/** How often a node looks what others have done to the interviews that somebody here is connected to. Units: ms. */
const LOOK_MS = 1_000;
/** The same while hints tell where to look: only one that was lost has to wait for it. Units: ms. */
const HINTED_LOOK_MS = 3_000;

/** Looks after what this node shares with others. */
export interface Lookout {
  start(): void;
  stop(): void;
  /** Somebody says that something has become of these. */
  hear(ids: readonly string[]): void;
  /** Anything may have become of any. */
  lookAgain(): void;
}

/**
 * Create the look-out of a node: for interviews here that another node has taken over or written, and for its own that
 * it is about to work on, whose leases it renews so that no other node takes them for abandoned.
 */
export function createLookout(deps: {
  shared: Pick<Sharing, 'glance' | 'renew' | 'sign'>;
  clock: Clock;
  log: Log;
  owner: string;
  renewMs: number;
  /** Those with somebody connected. */
  watched(): readonly { id: string; see(glance: Glance): void | Promise<void> }[];
  /** Those that are in memory, for whatever reason. */
  known(id: string): readonly { id: string; see(glance: Glance): void | Promise<void> }[];
  areHintsLive(): boolean;
  /** Ids of those that this node will act on before the next renewal but one. */
  busy(): readonly string[];
}): Lookout {
  const { shared, clock, log } = deps;
  let isStopped = false;
  let cancels: (() => void)[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;
  const heard = new Set<string>();
  let isLooking = false;

  async function lookAt(watched: ReturnType<typeof deps.watched>): Promise<void> {
    if (watched.length === 0) return;
    const glances = await shared.glance([...new Set(watched.map(({ id }) => id))]);
    const glancesById = new Map(glances.map((glance) => [glance.id, glance]));
    await Promise.all(
      watched.map((one) => {
        const glance = glancesById.get(one.id);
        return glance && one.see(glance);
      }),
    );
  }

  /** One look at a time: whatever is heard meanwhile shares the next one, however much it is. */
  async function lookAtHeard(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    while (heard.size > 0 && !isStopped) {
      const ids = [...heard];
      heard.clear();
      await lookAt(ids.flatMap(deps.known)).catch(warn);
    }
    isLooking = false;
  }

  async function lookAround(): Promise<void> {
    const now = clock.now();
    if (deps.areHintsLive() && now - lookedAt < HINTED_LOOK_MS) return;
    lookedAt = now;
    for (const { id } of deps.watched()) heard.add(id);
    await lookAtHeard();
  }

  /** Whoever takes something over from this node can tell since when it was gone. */
  async function sign(): Promise<void> {
    await shared.sign(deps.owner);
  }

  function warn(error: unknown): void {
    log.warn({ err: error }, 'the store did not tell what other nodes do');
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
        .catch(warn)
        .finally(() => every(ms, work));
    });
    cancels.push(cancel);
  }

  return {
    start() {
      every(LOOK_MS, lookAround);
      every(deps.renewMs, renew);
      sign().catch(warn);
      every(BEAT_MS, sign);
    },
    hear(ids) {
      for (const id of ids) if (deps.known(id).length > 0) heard.add(id);
      lookAtHeard();
    },
    lookAgain() {
      lookedAt = Number.NEGATIVE_INFINITY;
    },
    stop() {
      isStopped = true;
      for (const cancel of cancels) cancel();
    },
  };
}
