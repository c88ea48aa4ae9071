import type { Clock } from '../clock.ts';
import type { InspectionEvent } from './events.ts';

/** From this many unsent bytes on, a receiver is too slow for more. */
const UNSENT_BYTES_MAX = 4 * 1024 * 1024;

/** A receiver that is not there is looked for again after the first, doubled up to the second. Units: ms. */
const [RETRY_MS_MIN, RETRY_MS_MAX] = [1_000, 30_000];

/** How long a service that ends waits for a receiver to answer the close. Units: ms. */
const CLOSE_MS = 1_000;

/** Where events are sent. */
export interface Receiver {
  /** It is there, and not too slow. */
  readonly isReady: boolean;
  send(events: readonly InspectionEvent[]): void;
  /** Let go of it once what was sent is with it, or the time is up: false. Never rejects. */
  close(withinMs?: number): Promise<boolean>;
}

function receiverOf(socket: WebSocket): Receiver {
  return {
    get isReady() {
      return socket.readyState === WebSocket.OPEN && socket.bufferedAmount < UNSENT_BYTES_MAX;
    },
    send(events) {
      for (const event of events) socket.send(JSON.stringify(event));
    },
    close(withinMs = CLOSE_MS) {
      if (socket.readyState === WebSocket.CLOSED) return Promise.resolve(true);
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), withinMs);
        socket.addEventListener('close', ({ wasClean }) => {
          clearTimeout(timer);
          resolve(wasClean);
        });
        socket.close();
      });
    },
  };
}

/**
 * Connect to a receiver that is there now.
 *
 * Errors: an Error that says that it is not.
 */
export async function connectReceiver(url: string): Promise<Receiver> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error(`nobody receives at ${url}`)));
  });
  return receiverOf(socket);
}

/**
 * Keep up the connection to a receiver that may come and go. What is sent while it is away is gone; `onOpen` says that
 * it is there, or there again, and knows nothing.
 */
export function keepReceiver({ url, clock, onOpen }: { url: string; clock: Clock; onOpen(): void }): Receiver {
  let receiver: Receiver;
  let retryMs = RETRY_MS_MIN;
  let isClosing = false;
  let cancel = () => {};

  function connect(): void {
    const socket = new WebSocket(url);
    receiver = receiverOf(socket);
    socket.addEventListener('open', () => {
      retryMs = RETRY_MS_MIN;
      onOpen();
    });
    // A failed connection is closed, too.
    socket.addEventListener('close', () => {
      if (isClosing) return;
      cancel = clock.wake(clock.now() + retryMs, connect);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    });
  }

  connect();
  return {
    get isReady() {
      return receiver.isReady;
    },
    send: (events) => receiver.send(events),
    close(withinMs) {
      isClosing = true;
      cancel();
      return receiver.close(withinMs);
    },
  };
}
