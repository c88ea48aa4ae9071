import type { Bus } from './bus.ts';
import { createPostgresBus } from './postgres.ts';
import { createRedisBus } from './redis.ts';

/** The bus of nodes that share a store: the one that is named, or else the store's own engine. Null = they share none. */
export function openBus(store: { kind: string; url?: string }, hintsUrl?: string): Bus | null {
  const isShared = store.kind === 'postgres' || store.kind === 'redis';
  const url = isShared ? (hintsUrl ?? store.url) : undefined;
  if (url === undefined) return null;
  return /^rediss?:/.test(url) ? createRedisBus(url) : createPostgresBus(url);
}
