import type { Clock } from '../../src/clock.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';

/** The store below the processes of one run. */
export interface Store {
  readonly journal: Journal;
  /** As a new process opens it after the death of the old one: whoever held a lease is gone. */
  reopen(): Promise<void>;
  /** Two processes may write to it at a time. */
  readonly isShared: boolean;
}

/** A store in memory that outlives its processes. */
export function memoryStore(clock: Clock): Store {
  const journal = createMemoryJournal({ now: clock.now });
  return {
    journal,
    // In memory nothing is closed and opened, so the leases are freed by hand. Epochs fence it for two writers too.
    isShared: true,
    async reopen() {
      const { heads } = await journal.list({ limit: 100 });
      for (const { id, epoch } of heads) await journal.release(id, epoch);
    },
  };
}

/** A store in a SQLite file, closed and opened again at each restart. */
export function sqliteStore(clock: Clock, path: string): Store {
  let journal = createSqliteJournal({ path, now: clock.now });
  return {
    get journal() {
      return journal;
    },
    isShared: false,
    async reopen() {
      await journal.close();
      journal = createSqliteJournal({ path, now: clock.now });
    },
  };
}
