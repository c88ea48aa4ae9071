import type { Outage } from '../../src/journal/journal.ts';
import { ADMIN_KEY } from './app.ts';
import type { Store } from './chaos.store.ts';
import type { ManualClock } from './clock.ts';
import { type PlanSpec, planOf } from './model.plans.ts';
import { type Broken, startVictim, type Victim } from './model.victim.ts';

/** One store with one process after the other, on a clock that goes on while there is none. */
export interface World {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly planId: string;
  readonly victim: Victim;
  /** Deadlines that cannot be armed, each until its record is there. */
  readonly broken: Broken[];
  /** When the service was down, oldest first. */
  readonly outages: Outage[];
  /** Kill the process and start the next. */
  restart(): Promise<void>;
}

/** Start the service with one plan. */
export async function openWorld(
  spec: PlanSpec,
  { clock, store, snapshotEvery }: { clock: ManualClock; store: Store; snapshotEvery: number },
): Promise<World> {
  const broken: Broken[] = [];
  const outages: Outage[] = [];
  const start = () => startVictim({ journal: store.journal, clock, broken, outages, snapshotEvery });
  const planId = 'model';
  let victim = await start();
  const { status, text } = await victim.app.request('/api/plans', { token: ADMIN_KEY, json: planOf(spec, planId) });
  if (status !== 201) throw new Error(text);

  return {
    clock,
    store,
    planId,
    broken,
    outages,
    get victim() {
      return victim;
    },
    async restart() {
      await victim.die();
      // What two processes may write to at a time stays as it is, its leases included.
      if (!store.isShared) await store.reopen();
      victim = await start();
    },
  };
}
