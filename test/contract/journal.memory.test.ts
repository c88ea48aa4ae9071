import { expect, test } from 'vitest';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { manualClock } from '../support/clock.ts';
import { journalContract } from './journal.ts';

journalContract('memory', async () => {
  const clock = manualClock();
  return { journal: createMemoryJournal({ now: clock.now }), passTime: async (ms) => clock.advance(ms) };
});

test('the memory journal says that it keeps nothing', () => {
  expect(createMemoryJournal().capabilities).toEqual({ isDurable: false, isShared: false });
});
