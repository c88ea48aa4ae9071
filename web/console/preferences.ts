import type { Judging } from './judging.ts';

/** A place that keeps strings. */
export interface PreferenceStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** How somebody judges, on every page of theirs. */
export interface Preferences {
  get(): Judging;
  set(part: Partial<Judging>): void;
  subscribe(listener: () => void): () => void;
}

const KEY = 'viva.console.judging';
const first: Judging = { rater: '', isBlind: false, hasShortcuts: true };

function read(text: string | null): Judging {
  try {
    const kept = JSON.parse(text ?? '{}') as Partial<Judging>;
    return {
      rater: typeof kept.rater === 'string' ? kept.rater : first.rater,
      isBlind: kept.isBlind === true,
      hasShortcuts: kept.hasShortcuts !== false,
    };
  } catch {
    return first;
  }
}

/** Keep preferences in a store; in memory where there is none or it is full. */
export function createPreferences(store: PreferenceStore | null): Preferences {
  let current = read(store?.getItem(KEY) ?? null);
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(part) {
      current = { ...current, ...part };
      try {
        store?.setItem(KEY, JSON.stringify(current));
      } catch {
        // Then they hold for as long as the page.
      }
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The browser's own store, or null where it is forbidden: reading the property alone may throw. */
export function browserStore(): PreferenceStore | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
