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

/** Results that are told at once; whoever hears of one goes on with its work in the same turn of the event loop. */
const TOLD_AT_ONCE = 8;
/** When what follows from results has taken so long, others get their turn of the event loop. */
const TELLING_MS = 2;

/** Resolves when everything that follows from promises resolved so far has been done, as far as it waits for nothing. */
function followed(): Promise<void> {
  return new Promise((resolve) => {
    queueMicrotask(() => process.nextTick(resolve));
  });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Calls that are made in order, a few milliseconds' worth in a turn of the event loop. */
function createTeller() {
  const waiting: (() => void)[] = [];
  let telling: Promise<void> | null = null;

  async function tellAll(): Promise<void> {
    let since = performance.now();
    while (waiting.length > 0) {
      for (const tell of waiting.splice(0, TOLD_AT_ONCE)) tell();
      await followed();
      if (waiting.length === 0 || performance.now() - since < TELLING_MS) continue;
      await turn();
      since = performance.now();
    }
    telling = null;
  }

  return {
    tell(calls: (() => void)[]): void {
      waiting.push(...calls);
      telling ??= tellAll();
    },
    /** What is being told; null = nothing. */
    get telling() {
      return telling;
    },
  };
}

/**
 * Gather what arrives in one turn of the event loop, so that it shares one commit; while a commit is under way the
 * next group fills. What came of a large group is told over several turns, so that nobody waits for all that follows.
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
  const teller = createTeller();
  let waiting: Waiting<Entry, Result>[] = [];
  let waitingChars = 0;
  let isScheduled = false;
  let underWay: Promise<void> | null = null;

  /** Commit; returns how each is told what became of it. */
  async function commitAll(group: Waiting<Entry, Result>[]): Promise<(() => void)[]> {
    try {
      const results = await commit(group.map(({ entry }) => entry));
      return group.map(({ resolve, reject }, index) => {
        const result = results[index];
        return result?.status === 'fulfilled' ? () => resolve(result.value) : () => reject(result?.reason);
      });
    } catch (error) {
      return group.map(
        ({ reject }) =>
          () =>
            reject(error),
      );
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
    underWay = commitAll(group).then((tellings) => {
      underWay = null;
      // First: while results are told, and all that follows from them is done, the engine has something to do.
      flush();
      teller.tell(tellings);
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
      while (underWay || waiting.length > 0 || teller.telling) {
        flush();
        await underWay;
        await teller.telling;
      }
    },
  };
}
