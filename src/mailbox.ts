/** A serial queue: jobs run one after the other, in the order they came. */
export interface Mailbox {
  /** Add a job; false when `max` jobs are waiting already and it was not taken. */
  offer(job: () => Promise<void>): boolean;
  /** Add a job that must not be refused: the service's own results. */
  push(job: () => Promise<void>): void;
  /** Resolves when no job is running or waiting. */
  idle(): Promise<void>;
  isIdle(): boolean;
}

/**
 * Create a mailbox.
 *
 * Errors: a job must not reject; one that does is reported to `onDefect` and the next one runs.
 */
export function createMailbox(max: number, onDefect: (error: unknown) => void): Mailbox {
  const waiting: (() => Promise<void>)[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      try {
        await job();
      } catch (error) {
        onDefect(error);
      }
    }
    running = null;
  }

  function push(job: () => Promise<void>): void {
    waiting.push(job);
    running ??= Promise.resolve().then(run);
  }

  return {
    push,
    offer(job) {
      if (waiting.length >= max) return false;
      push(job);
      return true;
    },
    async idle() {
      while (running) await running;
    },
    isIdle: () => running === null,
  };
}
