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

/** Whose mailbox it is. */
export interface MailboxOwner {
  /** A job has rejected. */
  onDefect(error: unknown): void;
}

class SerialMailbox implements Mailbox {
  readonly #max: number;
  readonly #owner: MailboxOwner;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running: Promise<void> | null = null;

  constructor(max: number, owner: MailboxOwner) {
    this.#max = max;
    this.#owner = owner;
  }

  async #run(): Promise<void> {
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) {
      try {
        await job();
      } catch (error) {
        this.#owner.onDefect(error);
      }
    }
    this.#running = null;
  }

  push(job: () => Promise<void>): void {
    this.#waiting.push(job);
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  offer(job: () => Promise<void>): boolean {
    if (this.#waiting.length >= this.#max) return false;
    this.push(job);
    return true;
  }

  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  isIdle(): boolean {
    return this.#running === null;
  }
}

/**
 * Create a mailbox.
 *
 * Errors: a job must not reject; one that does is reported to its owner and the next one runs.
 */
export function createMailbox(max: number, owner: MailboxOwner): Mailbox {
  return new SerialMailbox(max, owner);
}
