import type { Journal } from '../../src/journal/journal.ts';

/** A journal whose whole readings are counted, and held as long as the test wants. */
export function holdReadings(journal: Journal) {
  const readings = { count: 0, held: Promise.resolve() };
  const load: Journal['load'] = async (id, afterSeq) => {
    const loaded = await journal.load(id, afterSeq);
    if (afterSeq === undefined) {
      readings.count += 1;
      await readings.held;
    }
    return loaded;
  };
  /** Hold what is read from now on; returns how to let it go. */
  function hold(): () => void {
    let letGo = () => {};
    readings.held = new Promise((resolve) => {
      letGo = resolve;
    });
    return () => letGo();
  }
  return { readings, hold, journal: { ...journal, load } };
}
