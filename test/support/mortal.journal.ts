import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal as openWhole, type ThreadOptions } from '../../src/journal/sqlite/thread.ts';
import type { CrashPoint } from './model.victim.ts';

/** The record at which to die and the point of it, `17 before-commit`; the creation of an interview is no append. */
const [seq, point] = (process.env.VIVA_TEST_DEATH ?? '').split(' ') as [string?, CrashPoint?];

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** The SQLite journal of a process that kills itself, as by `kill -9`. */
export async function openSqliteJournal(options: ThreadOptions): Promise<Journal> {
  const journal = await openWhole(options);
  return {
    ...journal,
    async append(entry) {
      const isLast = String(entry.record.seq) === seq;
      if (isLast && point === 'before-commit') die();
      const appended = await journal.append(entry);
      if (isLast && point === 'after-commit-before-ack') die();
      // The ack goes out in this turn of the event loop; no other record is committed before the next.
      if (isLast && point === 'after-ack-before-effect') setImmediate(die);
      return appended;
    },
  };
}
