import { VivaError } from '../errors.ts';

/** What came in on one connection: handled one after the other, in order, and bounded. */
export interface Inbox {
  /**
   * Take a frame; resolves when it, and what waited before it, has been handled.
   *
   * Errors: RATE_LIMITED when too many wait, and whatever `handle` throws.
   */
  receive(text: string): Promise<void>;
  close(): void;
}

/** Who handles what came in. */
export interface Receiver {
  /** From then on `handle` waits for nothing outside. */
  isOpen(): boolean;
  handle(text: string): Promise<void>;
}

class OrderedInbox implements Inbox {
  readonly #waitingMax: number;
  readonly #receiver: Receiver;
  readonly #waiting: string[] = [];
  #isHandling = false;
  #isClosed = false;

  constructor(waitingMax: number, receiver: Receiver) {
    this.#waitingMax = waitingMax;
    this.#receiver = receiver;
  }

  async #handleAll(): Promise<void> {
    this.#isHandling = true;
    try {
      for (let text = this.#waiting.shift(); text !== undefined && !this.#isClosed; text = this.#waiting.shift())
        await this.#receiver.handle(text);
    } finally {
      this.#isHandling = false;
    }
  }

  async receive(text: string): Promise<void> {
    if (this.#isClosed) return;
    if (this.#waiting.length >= this.#waitingMax && !this.#receiver.isOpen())
      throw new VivaError('RATE_LIMITED', 'too many frames before the welcome');
    this.#waiting.push(text);
    if (!this.#isHandling) await this.#handleAll();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
  }
}

/**
 * Create an inbox. Until its receiver is open at most `waitingMax` frames wait; from then on no more than one read of
 * the transport can be waiting.
 */
export function createInbox(waitingMax: number, receiver: Receiver): Inbox {
  return new OrderedInbox(waitingMax, receiver);
}
