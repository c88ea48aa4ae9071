import type { Hints } from './hints.ts';
import type { Journal } from './journal/journal.ts';

/** A journal that tells other nodes where something was committed. Whoever writes does not wait for that. */
export function hintJournal(journal: Journal, hints: Pick<Hints, 'tell'>): Journal {
  const { shared } = journal;
  return {
    ...journal,
    async append(entry) {
      const appended = await journal.append(entry);
      if (appended.ok) hints.tell(entry.interviewId);
      return appended;
    },
    async claim(id, owner, options) {
      const claimed = await journal.claim(id, owner, options);
      if (claimed !== null && claimed !== 'held') hints.tell(id);
      return claimed;
    },
    async release(id, epoch, snapshot) {
      await journal.release(id, epoch, snapshot);
      hints.tell(id);
    },
    async erase(id, at) {
      try {
        return await journal.erase(id, at);
      } finally {
        // It may have got as far as the interview where it failed.
        hints.tell(id);
      }
    },
    ...(shared && {
      shared: {
        ...shared,
        async holdFor(id, owner, by) {
          await shared.holdFor(id, owner, by);
          hints.tell(id);
        },
      },
    }),
  };
}
