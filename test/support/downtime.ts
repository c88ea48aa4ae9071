import type { Downtime } from '../../src/downtime.ts';

/** A service that was never down, and for which nobody waits. */
export const neverDown: Pick<Downtime, 'after' | 'servingSince'> = {
  servingSince: Number.POSITIVE_INFINITY,
  after: async () => [],
};
