import { VivaError } from '../errors.ts';

/** What came in on one connection: handled one after the other, in order, and bounded. */
export interface Inbox {
  /**
   * Take a frame; resolves when it, and what waited before it, has been handled.
   *
   * Errors: RATE_LIMITED, and whatever `handle` throws.
   */
  receive(text: string): Promise<void>;
  close(): void;
}

/** Create an inbox. `spend` rejects when too much has come; while `handle` is at work up to `waitingMax` frames wait. */
export function createInbox(deps: {
  spend(): Promise<unknown>;
  waitingMax: number;
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
      await deps.spend().catch(() => {
        throw new VivaError('RATE_LIMITED', 'too many frames in a short time; slow down');
      });
      if (isClosed) return;
      if (waiting.length >= deps.waitingMax) throw new VivaError('RATE_LIMITED', 'too many frames before the welcome');
      waiting.push(text);
      if (!isHandling) await handleAll();
    },
    close() {
      isClosed = true;
      waiting.length = 0;
    },
  };
}
