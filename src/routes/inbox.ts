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

/**
 * Create an inbox. Until `isOpen` at most `waitingMax` frames wait. From then on `handle` waits for nothing outside, so
 * that no more than one read of the transport can be waiting.
 */
export function createInbox(deps: {
  waitingMax: number;
  isOpen(): boolean;
  handle(text: string): Promise<void>;
}): Inbox {
  const waiting: string[] = [];
  let isHandling = false;
  let isClosed = false;

  async function handleAll(): Promise<void> {
    isHandling = true;
    try {
      for (let text = waiting.shift(); text !== undefined && !isClosed; text = waiting.shift()) await deps.handle(text);
    } finally {
      isHandling = false;
    }
  }

  return {
    async receive(text) {
      if (isClosed) return;
      if (waiting.length >= deps.waitingMax && !deps.isOpen())
        throw new VivaError('RATE_LIMITED', 'too many frames before the welcome');
      waiting.push(text);
      if (!isHandling) await handleAll();
    },
    close() {
      isClosed = true;
      waiting.length = 0;
    },
  };
}
