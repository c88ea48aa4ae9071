import type { Journal } from '../../src/journal/journal.ts';

/** A journal whose appends the test lets through: what the store can do is what the test says. */
export interface Valve {
  journal: Journal;
  /** From now on appends wait. */
  shut(): void;
  /** Let those pass that have waited longest; resolves when they are stored. */
  pass(count: number): Promise<void>;
  open(): void;
  /** Appends that wait. */
  readonly waitingCount: number;
}

/** Put a valve before a journal. It is open. */
export function createValve(store: Journal): Valve {
  const waiting: (() => Promise<unknown>)[] = [];
  let isOpen = true;

  async function pass(count: number): Promise<void> {
    await Promise.all(waiting.splice(0, count).map((go) => go()));
  }

  return {
    pass,
    shut() {
      isOpen = false;
    },
    open() {
      isOpen = true;
      void pass(waiting.length);
    },
    get waitingCount() {
      return waiting.length;
    },
    journal: {
      ...store,
      append(entry) {
        if (isOpen) return store.append(entry);
        return new Promise((resolve, reject) => {
          waiting.push(() => store.append(entry).then(resolve, reject));
        });
      },
    },
  };
}
