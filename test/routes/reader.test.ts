import { expect, test } from 'vitest';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { build, command, ADMIN_KEY as token } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { holdReadings } from '../support/readings.ts';

/** An application whose whole readings of journals are counted, and held as long as the test wants. */
async function counted() {
  const clock = manualClock();
  const { readings, hold, journal } = holdReadings(createMemoryJournal({ now: clock.now }));
  const app = await build({ clock, journal });
  const { id } = await app.create();
  const read = (path = '') => app.request(`/api/interviews/${id}${path}`, { token });
  const cancel = () => app.request(`/api/interviews/${id}/commands`, { token, json: command('interview.cancel') });
  readings.count = 0;
  return { readings, hold, read, cancel, clock };
}

test('[T18] those who ask at once share one reading, whichever address they ask', async () => {
  const { readings, read } = await counted();
  const answers = await Promise.all([...Array(10).fill(''), ...Array(10).fill('/transcript'), '/report'].map(read));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(readings.count).toBe(1);
});

test('[T18] who asks after a commit is given it, though an older reading is under way', async () => {
  const { readings, hold, read, cancel } = await counted();
  const letGo = hold();
  const before = read();
  while (readings.count === 0) await new Promise((resolve) => setImmediate(resolve));
  await cancel();
  const after = [read(), read('/transcript')];
  letGo();
  expect((await before).body.state).toBe('IDLE');
  expect((await after[0])?.body.state).toBe('COMPLETE');
  expect((await after[1])?.status).toBe(200);
  expect(readings.count).toBe(2);
});

test('[T18] a reading is kept for a second, and only while nothing is committed', async () => {
  const { readings, read, cancel, clock } = await counted();
  await read();
  clock.advance(999);
  await read();
  expect(readings.count).toBe(1);
  clock.advance(1);
  await read();
  expect(readings.count).toBe(2);
  await cancel();
  expect((await read()).body.state).toBe('COMPLETE');
  expect(readings.count).toBe(3);
});
