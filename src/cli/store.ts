import { readConfig } from '../config.ts';
import type { Journal } from '../journal/journal.ts';
import { openPostgresJournal } from '../journal/postgres/journal.ts';
import { openRedisJournal } from '../journal/redis/journal.ts';
import { createSqliteJournal } from '../journal/sqlite.ts';

/**
 * Open a store to read beside a running service. `text` as in VIVA_STORE; empty = the default one.
 *
 * Errors: an Error that says what is wrong with `text`; STORE_UNAVAILABLE.
 */
export async function openStore(text: string): Promise<Journal> {
  const read = readConfig({ VIVA_STORE: text });
  if (!read.ok) throw new Error(read.problems.join('; '));
  const { store } = read.config;
  if (store.kind === 'postgres') return openPostgresJournal({ url: store.url, connectionsMax: 2, isReadOnly: true });
  if (store.kind === 'redis') return openRedisJournal({ url: store.url, isReadOnly: true });
  if (store.kind !== 'sqlite') throw new Error('a store in memory is gone with its service; name one as sqlite:PATH');
  return createSqliteJournal({ path: store.path, isReadOnly: true });
}
