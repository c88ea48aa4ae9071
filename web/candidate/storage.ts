/** The browser's lasting store, or null where it is forbidden: reading the property alone may throw. */
export function browserStore(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
