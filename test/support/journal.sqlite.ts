import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal, type ThreadOptions } from '../../src/journal/sqlite/thread.ts';
import { createSqliteJournal, type SqliteOptions } from '../../src/journal/sqlite.ts';

/** A path for a database in a folder of its own, removed after the test. */
export function makePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'viva-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'data', 'viva.db');
}

/** Open a SQLite journal that is closed after the test. */
export function openSqlite(path: string, options: Partial<SqliteOptions> = {}) {
  const journal = createSqliteJournal({ path, ...options });
  onTestFinished(() => journal.close());
  return journal;
}

/** Open a SQLite journal in a thread that is closed after the test. */
export async function openThread(path: string, options: Partial<ThreadOptions> = {}): Promise<Journal> {
  const journal = await openSqliteJournal({ path, ...options });
  onTestFinished(() => journal.close());
  return journal;
}

/** Both ways to have the engine. */
export const sqliteEngines: [
  name: string,
  open: (path: string, options?: Partial<Omit<SqliteOptions, 'isReadOnly'>>) => Promise<Journal>,
][] = [
  ['SQLite', async (path, options) => openSqlite(path, options)],
  ['SQLite in a thread', openThread],
];

/** How often a text stands in the files of a database, whatever page or log it is in. */
export function countInFiles(path: string, text: string): number {
  return ['', '-wal', '-shm', '-journal']
    .map((suffix) => path + suffix)
    .filter((file) => existsSync(file))
    .reduce((count, file) => count + readFileSync(file).toString('latin1').split(text).length - 1, 0);
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/**
 * Count the commits in the write-ahead log of a database, from its bytes: a frame that ends a transaction holds the
 * size of the database, every other one 0. Frames of an earlier round of the log have another salt.
 *
 * Source: https://sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function countCommits(path: string): number {
  const log = readFileSync(`${path}-wal`);
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let count = 0;
  for (let at = HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    if (!log.subarray(at + 8, at + 16).equals(salt)) break;
    if (log.readUInt32BE(at + 4) !== 0) count += 1;
  }
  return count;
}
