import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { world } from '../support/actors.ts';
import { published, smallPlan } from '../support/plans.ts';

// Rule R2: PROTOCOL.md.

test('[R2] a wake is never early, can be called off, and an instant already past comes soon', async () => {
  const at = systemClock.now() + 30;
  const woken = await new Promise<number>((resolve) => {
    systemClock.wake(at, () => resolve(systemClock.now()));
  });
  expect(woken).toBeGreaterThanOrEqual(at);
  const order: string[] = [];
  const callOff = systemClock.wake(systemClock.now() + 5, () => order.push('called off'));
  callOff();
  await new Promise<void>((resolve) => {
    systemClock.wake(systemClock.now() - 1_000, () => order.push('past'));
    systemClock.wake(systemClock.now() + 20, resolve);
  });
  expect(order).toEqual(['past']);
});

test('[R2] a wait longer than a timer can hold does not fire at once', async () => {
  const fired: string[] = [];
  const callOff = systemClock.wake(systemClock.now() + 40 * 86_400_000, () => fired.push('40 days'));
  await new Promise<void>((resolve) => {
    systemClock.wake(systemClock.now() + 20, resolve);
  });
  callOff();
  expect(fired).toEqual([]);
});

test('[R2] instants are whole milliseconds, whatever part of a day an invitation lasts', async () => {
  const plan = smallPlan(1, { limits: { invitationDays: 0.123456789, pauseMinutes: 0 } });
  const w = world({ published: published(plan) });
  const loaded = await w.journal.load(await w.create());
  expect(Number.isInteger(loaded?.head.wakeAt)).toBe(true);
  expect(Number.isInteger(systemClock.now())).toBe(true);
});
