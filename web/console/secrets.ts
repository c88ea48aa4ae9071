// The admin key or a reviewer's token: read from the fragment once, kept for this tab only.

/** What a link to the console carries in its fragment. */
export type LinkSecret = { adminKey: string } | { interviewId: string; token: string };

/** A place that keeps strings for as long as the tab lives. */
export interface TabStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Secrets {
  adminKey(): string | null;
  /** What opens an interview: the admin key where there is one, for it may do more; else the link's token. */
  secretFor(interviewId: string): string | null;
  keep(secret: LinkSecret): void;
  /** Forget what does not open this any more: the interview's secret, or the admin key. */
  forget(interviewId?: string): void;
}

const ADMIN_KEY = 'viva.console.key';
const tokenKey = (interviewId: string) => `viva.console.token.${interviewId}`;

/** The interview that an address of the console names, or null. */
export function interviewIdOf(pathname: string): string | null {
  const part = /^\/console\/interviews\/([^/]+)\/?$/.exec(pathname)?.[1];
  return part === undefined ? null : decoded(part);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Read the secret of a link: `/console#key=<admin key>`, `/console/interviews/:id#<token>`. Null = it has none. */
export function readSecret({ pathname, hash }: { pathname: string; hash: string }): LinkSecret | null {
  const fragment = hash.replace(/^#/, '');
  if (fragment.startsWith('key=')) {
    const adminKey = decoded(fragment.slice('key='.length));
    return adminKey ? { adminKey } : null;
  }
  const interviewId = interviewIdOf(pathname);
  return interviewId && fragment ? { interviewId, token: decoded(fragment) } : null;
}

/** Keep secrets in a store, or in memory where stores are forbidden. */
export function createSecrets(store: TabStore | null): Secrets {
  const memory = new Map<string, string>();
  const get = (key: string) => store?.getItem(key) ?? memory.get(key) ?? null;
  const set = (key: string, value: string) => (store ? store.setItem(key, value) : memory.set(key, value));
  const remove = (key: string) => (store ? store.removeItem(key) : memory.delete(key));
  return {
    adminKey: () => get(ADMIN_KEY),
    secretFor: (interviewId) => get(ADMIN_KEY) ?? get(tokenKey(interviewId)),
    keep: (secret) =>
      'adminKey' in secret ? set(ADMIN_KEY, secret.adminKey) : set(tokenKey(secret.interviewId), secret.token),
    forget(interviewId) {
      // The same order as secretFor: forget the one that was used.
      if (interviewId === undefined || get(ADMIN_KEY) !== null) remove(ADMIN_KEY);
      else remove(tokenKey(interviewId));
    },
  };
}

/** The tab's own store, or null where it is forbidden: reading the property alone may throw. */
export function tabStore(): TabStore | null {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}
