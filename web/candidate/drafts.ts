import type { LocalDraft } from './reconcile.ts';

/** The part of the browser's `Storage` that is needed. */
export interface KeyValueStore {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The drafts of one interview on this device. Every method is total: a full or forbidden store only says `false`. */
export interface Drafts {
  read(promptId: string): LocalDraft | null;
  write(promptId: string, draft: LocalDraft): boolean;
  /** Forget everything of this interview: the device may be shared. */
  clear(): void;
}

function isDraft(value: unknown): value is LocalDraft {
  const fields = ['promptText', 'text', 'sent', 'saved'] as const;
  return (
    typeof value === 'object' && value !== null && fields.every((name) => typeof Reflect.get(value, name) === 'string')
  );
}

/** Keep drafts under keys that carry the interview and the prompt. `store` is null where the browser forbids storage. */
export function openDrafts(store: KeyValueStore | null, interviewId: string): Drafts {
  const prefix = `viva.draft.${interviewId}.`;

  function read(promptId: string): LocalDraft | null {
    try {
      const found: unknown = JSON.parse(store?.getItem(prefix + promptId) ?? 'null');
      return isDraft(found) ? found : null;
    } catch {
      return null;
    }
  }

  function write(promptId: string, draft: LocalDraft): boolean {
    if (!store) return false;
    try {
      store.setItem(prefix + promptId, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  function clear(): void {
    if (!store) return;
    const keys = Array.from({ length: store.length }, (_, index) => store.key(index));
    for (const key of keys) if (key?.startsWith(prefix)) store.removeItem(key);
  }

  return { read, write, clear };
}
