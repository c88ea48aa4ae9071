import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAlarms } from '../../src/alarms.ts';

// Rule R2: PROTOCOL.md. Node's timers are played, so that no test waits.

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

type Act = { set: number } | { callOff: number } | { pass: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ set: fc.integer({ min: -50, max: 500 }) }),
  fc.record({ callOff: fc.nat(100) }),
  fc.record({ pass: fc.integer({ min: 0, max: 120 }) }),
);

test('[R2] whatever is set and called off, each comes once, in the order of the instants, never early', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
      vi.setSystemTime(0);
      const alarms = createAlarms(Date.now);
      const set: { at: number; callOff: () => void; isOff: boolean; rungAt: number | null }[] = [];
      const rung: number[] = [];
      for (const one of acts) {
        if ('set' in one) {
          const index = set.length;
          const at = Date.now() + one.set;
          const callOff = alarms.set(at, () => {
            rung.push(index);
            const mine = set[index];
            if (mine) mine.rungAt = Date.now();
          });
          set.push({ at, callOff, isOff: false, rungAt: null });
        } else if ('callOff' in one) {
          const target = set[one.callOff % Math.max(1, set.length)];
          target?.callOff();
          if (target && target.rungAt === null) target.isOff = true;
        } else vi.advanceTimersByTime(one.pass);
      }
      vi.advanceTimersByTime(2_000);
      expect(alarms.count()).toBe(0);
      expect(new Set(rung).size).toBe(rung.length);
      for (const { at, isOff, rungAt } of set) {
        expect(rungAt === null).toBe(isOff);
        if (rungAt !== null) expect(rungAt).toBeGreaterThanOrEqual(at);
      }
      // Those that were all set before the first of them came are in order.
      const instants = rung.map((index) => ({ at: set[index]?.at ?? 0, rungAt: set[index]?.rungAt ?? 0 }));
      for (const [index, { rungAt }] of instants.entries())
        expect(rungAt).toBeGreaterThanOrEqual(instants[index - 1]?.rungAt ?? 0);
    }),
  );
});

test('[R2] one of many for one instant that throws takes none of the others with it', () => {
  const alarms = createAlarms(Date.now);
  const rung: string[] = [];
  alarms.set(10, () => rung.push('first'));
  alarms.set(10, () => {
    throw new Error('defect');
  });
  alarms.set(10, () => rung.push('last'));
  expect(() => vi.advanceTimersByTime(10)).toThrow('defect');
  vi.advanceTimersByTime(10);
  expect(rung).toEqual(['first', 'last']);
});

test('[R2] one that sets itself again and again keeps none of the others waiting', () => {
  const alarms = createAlarms(Date.now);
  let count = 0;
  const again = (): void => {
    count += 1;
    if (count < 1_000) alarms.set(0, again);
  };
  const rung: number[] = [];
  alarms.set(0, again);
  alarms.set(5, () => rung.push(count));
  vi.advanceTimersByTime(20);
  expect(rung[0]).toBeLessThan(1_000);
});

test('[R2] a wait of years goes in hops', () => {
  const alarms = createAlarms(Date.now);
  const year = 365 * 86_400_000;
  let rungAt = 0;
  alarms.set(2 * year, () => {
    rungAt = Date.now();
  });
  vi.advanceTimersByTime(2 * year - 1);
  expect(rungAt).toBe(0);
  vi.advanceTimersByTime(1);
  expect(rungAt).toBe(2 * year);
});

test('an alarm that was called off is kept nowhere', () => {
  const alarms = createAlarms(Date.now);
  const offs = Array.from({ length: 1_000 }, (_, index) => alarms.set(1_000 + ((index * 7_919) % 1_000), () => {}));
  for (const callOff of offs) callOff();
  expect(alarms.count()).toBe(0);
});
