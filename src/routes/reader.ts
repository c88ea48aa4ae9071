import type { Clock } from '../clock.ts';
import { readHead } from '../journal/head.ts';
import type { Journal } from '../journal/journal.ts';
import { type Reading, readInterview } from '../report/read.ts';

/** How long a reading is kept for who asks next. Units: ms. */
const KEPT_MS = 1_000;

/**
 * Create what reads interviews for the routes: one reading is shared by all who ask for the same head at once, or
 * within a second. Replaying a long journal takes memory, and time in which nobody else is served.
 *
 * Who asks is never given less than what was committed when they asked.
 */
export function createReader(deps: {
  journal: Journal;
  findPlan: Parameters<typeof readInterview>[1];
  clock: Clock;
}): (id: string) => Promise<Reading> {
  const { journal, findPlan, clock } = deps;
  const readingsById = new Map<string, Promise<Reading>>();

  function forget(id: string, reading: Promise<Reading>): void {
    if (readingsById.get(id) === reading) readingsById.delete(id);
  }

  function begin(id: string): Promise<Reading> {
    const reading = readInterview(journal, findPlan, id);
    readingsById.set(id, reading);
    reading.then(
      () => clock.wake(clock.now() + KEPT_MS, () => forget(id, reading)),
      () => forget(id, reading),
    );
    return reading;
  }

  return async (id) => {
    const wanted = await readHead(journal, id);
    for (;;) {
      const known = readingsById.get(id) ?? begin(id);
      const reading = await known;
      const isErasedSince = reading.head.erasedAt === null && wanted.erasedAt !== null;
      if (reading.head.headSeq >= wanted.headSeq && !isErasedSince) return reading;
      forget(id, known);
    }
  };
}
