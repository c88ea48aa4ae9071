import type { Clock } from '../clock.ts';
import { VivaError } from '../errors.ts';
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
    // Past the last record: only the head is wanted.
    const wanted = await journal.load(id, Number.MAX_SAFE_INTEGER);
    if (!wanted) throw new VivaError('INTERVIEW_NOT_FOUND', 'no interview has this id');
    for (;;) {
      const known = readingsById.get(id) ?? begin(id);
      const reading = await known;
      const isErasedSince = reading.head.erasedAt === null && wanted.head.erasedAt !== null;
      if (reading.head.headSeq >= wanted.head.headSeq && !isErasedSince) return reading;
      forget(id, known);
    }
  };
}
