import { expect, test } from 'vitest';
import { createAllowance } from '../../src/routes/allowance.ts';

function world() {
  const clock = { at: 1_000, now: () => clock.at };
  return { clock, spend: createAllowance(clock, { framesMax: 3, bytesMax: 100 }) };
}

test('[S8] so many frames in the minute that the first one begins, for each sender by itself', () => {
  const { clock, spend } = world();
  expect([spend('a', 1), spend('a', 1), spend('a', 1), spend('a', 1)]).toEqual([true, true, true, false]);
  expect(spend('b', 1)).toBe(true);
  clock.at += 59_999;
  expect(spend('a', 1)).toBe(false);
  clock.at += 1;
  expect([spend('a', 1), spend('a', 1), spend('a', 1), spend('a', 1)]).toEqual([true, true, true, false]);
});

test('[S8] so many bytes in it, and one frame above them is too much', () => {
  const { clock, spend } = world();
  expect([spend('a', 60), spend('a', 40), spend('a', 1)]).toEqual([true, true, false]);
  clock.at += 60_000;
  expect([spend('a', 101), spend('b', 100)]).toEqual([false, true]);
});
