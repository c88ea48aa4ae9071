import fc from 'fast-check';

/** How many writers there are, each with a clock of its own. */
export const WRITERS = 2;
/** Long enough that what a run takes does not count. Units: ms. */
export const LEASE_MS = 600_000;

/** What somebody does. It is awaited, or what comes next is done meanwhile. */
export type Step = { isAwaited: boolean } & (
  | { type: 'claim'; writer: number; force: boolean }
  | { type: 'append'; writer: number; skew: number; isRepeat: boolean; isFork: boolean }
  | { type: 'release'; writer: number }
  | { type: 'renew'; writer: number }
  | { type: 'look' }
  | { type: 'erase' }
  | { type: 'pass'; ms: number }
);

export type StepOf<Type extends Step['type']> = Extract<Step, { type: Type }>;

// Mostly the first one: whoever has just claimed should often be the one to write.
const writer = fc.nat(2 * WRITERS - 1).map((roll) => Math.max(0, roll - WRITERS));
const oneIn = (count: number) => fc.nat(count - 1).map((roll) => roll === 0);
const isAwaited = oneIn(5).map((isMeanwhile) => !isMeanwhile);
const typed = <Type extends Step['type']>(type: Type) => fc.constant(type);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: typed('claim'), writer, force: fc.boolean(), isAwaited }) },
  {
    weight: 24,
    arbitrary: fc.record({
      type: typed('append'),
      writer,
      // Mostly the next sequence as the writer knows it; now and then one behind or ahead of it.
      skew: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1, 2) }),
      isRepeat: oneIn(4),
      // It goes on from a record that is not there, as after a failover that lost it.
      isFork: oneIn(8),
      isAwaited,
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: typed('release'), writer, isAwaited }) },
  { weight: 10, arbitrary: fc.record({ type: typed('renew'), writer, isAwaited }) },
  { weight: 10, arbitrary: fc.record({ type: typed('look'), isAwaited: fc.constant(true) }) },
  // Part of a lease, or more than all of it.
  {
    weight: 10,
    arbitrary: fc.record({
      type: typed('pass'),
      ms: fc.constantFrom(0.6, 0.6, 1.1).map((part) => part * LEASE_MS),
      isAwaited,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: typed('erase'), isAwaited: fc.boolean() }) },
);

/** What two writers of one interview may do. */
export const steps = fc.array(step, { minLength: 20, maxLength: 60 });
