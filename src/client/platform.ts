/** Time as the client needs it. Instants in ms since 1970 UTC; `wake` returns how to call it off. */
export interface ClientClock {
  now(): number;
  wake(at: number, fn: () => void): () => void;
}

/** Call `onSignal` whenever the network or the person may be back; returns how to stop. */
export type Signals = (onSignal: () => void) => () => void;

/** What the client takes from its surroundings. */
export interface Platform {
  fetch: typeof fetch;
  WebSocket: typeof WebSocket;
  clock: ClientClock;
  random: () => number;
  signals: Signals;
}

/** The clock of the runtime, Node or browser. */
export const runtimeClock: ClientClock = {
  now: () => Date.now(),
  wake(at, fn) {
    const timer = setTimeout(fn, Math.max(0, at - Date.now()));
    return () => clearTimeout(timer);
  },
};

interface Emitter {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** The network is back, the page is shown again: where the runtime tells. Node does not, and nothing is listened to. */
export const runtimeSignals: Signals = (onSignal) => {
  const { document } = globalThis as { document?: Emitter & { visibilityState: string } };
  if (!document) return () => {};
  const page = globalThis as unknown as Emitter;
  const onVisibility = () => {
    if (document.visibilityState === 'visible') onSignal();
  };
  page.addEventListener('online', onSignal);
  page.addEventListener('pageshow', onSignal);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    page.removeEventListener('online', onSignal);
    page.removeEventListener('pageshow', onSignal);
    document.removeEventListener('visibilitychange', onVisibility);
  };
};

/** Make a version 4 UUID. `crypto.randomUUID` is missing in pages on plain http, `getRandomValues` is not. */
export function createId(): string {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte, index) => {
    const marked = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, '0');
  }).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
