import { VivaError } from '../errors.ts';

/** Entries on their way into one transaction. */
export interface Group<Entry, Result> {
  /** Resolves when the entry's transaction is committed. `chars` is how much text the entry holds. */
  add(entry: Entry, chars: number): Promise<Result>;
  /** The same for an entry that must not be refused: all interviews may leave memory at once. */
  push(entry: Entry): Promise<Result>;
  /** Commit what waits, and resolve when nothing is under way. */
  drain(): Promise<void>;
}

interface Waiting<Entry, Result> {
  entry: Entry;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/**
 * Gather what arrives in one turn of the event loop, so that it shares one commit; while a commit is under way the
 * next group fills.
 *
 * Shape:  `commit` answers every entry in order; if it throws, no entry is known to be written and all reject.
 * Errors: STORE_UNAVAILABLE when more waits than `countMax` entries or `charsMax` characters.
 * Why: a commit waits for the disk to sync, which costs far more than the rows in it; sharing it shares the wait.
 */
export function createGroup<Entry, Result>({
  commit,
  countMax,
  charsMax,
}: {
  commit(entries: Entry[]): PromiseSettledResult<Result>[] | Promise<PromiseSettledResult<Result>[]>;
  countMax: number;
  charsMax: number;
}): Group<Entry, Result> {
  let waiting: Waiting<Entry, Result>[] = [];
  let waitingChars = 0;
  let isScheduled = false;
  let underWay: Promise<void> | null = null;

  async function commitAll(group: Waiting<Entry, Result>[]): Promise<void> {
    try {
      const results = await commit(group.map(({ entry }) => entry));
      for (const [index, { resolve, reject }] of group.entries()) {
        const result = results[index];
        if (result?.status === 'fulfilled') resolve(result.value);
        else reject(result?.reason);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  function schedule(): void {
    if (isScheduled || underWay || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    isScheduled = false;
    if (underWay || waiting.length === 0) return;
    const group = waiting;
    waiting = [];
    waitingChars = 0;
    underWay = commitAll(group).finally(() => {
      underWay = null;
      schedule();
    });
  }

  function push(entry: Entry): Promise<Result> {
    return new Promise((resolve, reject) => {
      waiting.push({ entry, resolve, reject });
      schedule();
    });
  }

  return {
    push,
    add(entry, chars) {
      if (waiting.length >= countMax || waitingChars + chars > charsMax)
        return Promise.reject(
          new VivaError('STORE_UNAVAILABLE', `${waiting.length} appends wait for the store; no more are taken now`),
        );
      waitingChars += chars;
      return push(entry);
    },
    async drain() {
      while (underWay || waiting.length > 0) {
        flush();
        await underWay;
      }
    },
  };
}
