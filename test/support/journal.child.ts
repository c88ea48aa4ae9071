import { writeSync } from 'node:fs';
import { openPostgresJournal } from '../../src/journal/postgres/journal.ts';
import { openRedisJournal } from '../../src/journal/redis/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/thread.ts';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { claim, create, makeAppend } from './journal.ts';

// A process that appends to many interviews at once, in a file, PostgreSQL or Redis, and says each append on stdout
// after it resolved, until it is killed. The bound is for the case that nobody kills it. With a file size limit
// (ulimit -f) it meets a full disk.

const APPENDS_MAX = 2_000;
const [path = '', interviewCount = '20', engine = 'SQLite'] = process.argv.slice(2);
// Without a listener the signal of the file size limit ends the process before SQLite can report the error.
process.on('SIGXFSZ', () => {});

async function open() {
  if (path.startsWith('postgres:')) return openPostgresJournal({ url: path });
  if (path.startsWith('redis:')) return openRedisJournal({ url: path });
  return engine === 'SQLite in a thread' ? openSqliteJournal({ path }) : createSqliteJournal({ path });
}

const journal = await open();

async function write(id: string, epoch: number): Promise<void> {
  for (let seq = 2; seq < APPENDS_MAX; seq += 1) {
    const appended = await journal.append(makeAppend(id, epoch, seq));
    writeSync(1, `${id} ${appended.ok ? seq : appended.reason}\n`);
  }
}

const ids = await Promise.all(Array.from({ length: Number(interviewCount) }, () => create(journal)));
const results = await Promise.allSettled(ids.map(async (id) => write(id, (await claim(journal, id)).head.epoch)));
for (const result of results)
  if (result.status === 'rejected') writeSync(1, `rejected ${(result.reason as { code?: string }).code}\n`);
