/** A stored snapshot as JSON. Which machine wrote it is all that is known of every version. */
export type SnapshotJson = { machineVersion: string } & Record<string, unknown>;

/** How a snapshot of one machine version becomes what the next version would have written. Pure. */
export interface SnapshotStep {
  from: string;
  to: string;
  migrate(snapshot: SnapshotJson): Record<string, unknown>;
}

/** Every step there is, one a released machine version but the first. */
export const snapshotSteps: readonly SnapshotStep[] = [
  {
    from: '1',
    to: '2',
    // Version 1 did not know who is connected, and no plan of its time stopped the clock for that.
    migrate: ({ state, ...snapshot }) => {
      const { context, ...rest } = state as { context: object };
      return {
        ...snapshot,
        state: { ...rest, context: { ...context, isAway: false, awayLeftMs: 0, awayEndsAt: null } },
      };
    },
  },
];

/**
 * Bring a snapshot up to a machine version, step by step. Null = no steps lead there: the journal has to be replayed.
 *
 * Source: PROTOCOL.md R23.
 */
export function bringUp(snapshot: SnapshotJson, to: string, steps: readonly SnapshotStep[]): SnapshotJson | null {
  if (snapshot.machineVersion === to) return snapshot;
  const step = steps.find(({ from }) => from === snapshot.machineVersion);
  if (!step) return null;
  // Each step is taken once, or two that point at each other would go on for ever.
  const left = steps.filter((other) => other !== step);
  return bringUp({ ...step.migrate(snapshot), machineVersion: step.to }, to, left);
}
