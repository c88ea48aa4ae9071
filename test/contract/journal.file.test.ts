import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { migrate, migrations } from '../../src/journal/migrations.ts';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { makePath, openSqlite, openThread, sqliteEngines } from '../support/journal.sqlite.ts';
import { claim, create, makeAppend, makeCreation } from '../support/journal.ts';
import { rule } from '../support/rules.ts';

const version1 = readFileSync(new URL('../support/journal.v1.sql', import.meta.url), 'utf8');

/** A database beside the engine, for looking and for preparing. */
function openRaw(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  return db;
}

function readSchema(db: DatabaseSync): unknown[] {
  return db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();
}

function readPragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

function openHere(path: string): unknown {
  return createSqliteJournal({ path });
}

test(rule('J44'), async () => {
  const path = makePath();
  const raw = openRaw(path);
  raw.exec(version1);
  raw.close();

  const journal = openSqlite(path);
  expect((await journal.list({ limit: 9 })).heads).toMatchObject([
    { id: 'i-1', epoch: 3, headSeq: 3, state: 'QUESTIONING', wakeAt: 5_000, meta: { candidate: { name: 'Zoë' } } },
  ]);
  expect((await journal.list({ state: 'QUESTIONING', limit: 9 })).heads).toMatchObject([{ id: 'i-1' }]);
  expect([await journal.due(4_999, 9), await journal.due(5_000, 9)]).toEqual([[], ['i-1']]);
  expect(await claim(journal, 'i-1', 'b', false)).toMatchObject({
    head: { epoch: 4 },
    // A cache, which held words then.
    snapshot: null,
    tail: [{ seq: 1 }, { seq: 2 }, { seq: 3, by: 'candidate', event: { type: 'answer.draft', text: 'naïve 🧪' } }],
    commands: [
      { id: 'c-1', digest: 'd-1', seq: 2 },
      { id: 'c-2', digest: 'd-2', seq: 3 },
    ],
  });
  expect(await journal.getPlan('basics')).toMatchObject({ version: 1, hash: 'h1' });
});

test('[J44] the first schema step is still the one that was released', () => {
  const released = openRaw(makePath());
  released.exec(version1);
  const path = makePath();
  const now = openRaw(path);
  migrate(now, path, migrations.slice(0, 1));
  expect(readSchema(now)).toEqual(readSchema(released));
});

test(rule('J45'), () => {
  const path = makePath();
  const db = openRaw(path);
  const good = 'CREATE TABLE one (a INTEGER); INSERT INTO one VALUES (1)';
  const bad = 'CREATE TABLE two (a INTEGER); INSERT INTO nowhere VALUES (1)';
  expect(() => migrate(db, path, [good, bad])).toThrow('nowhere');
  expect(readPragma(db, 'user_version')).toBe(1);
  expect(readSchema(db)).toMatchObject([{ name: 'one' }]);

  migrate(db, path, [good, 'CREATE TABLE two (a INTEGER)', 'DROP TABLE one']);
  expect(readPragma(db, 'user_version')).toBe(3);
  expect(readSchema(db)).toMatchObject([{ name: 'two' }]);
});

test(rule('J46'), () => {
  const path = makePath();
  const db = openRaw(path);
  db.exec(version1);
  db.exec('PRAGMA user_version = 99');
  const message = `${path} has schema version 99, this viva knows versions up to ${migrations.length}`;
  expect(() => openHere(path)).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
  expect(() => openHere(path)).toThrow(message);
  expect(readPragma(db, 'user_version')).toBe(99);
});

test(rule('J47'), async () => {
  const path = makePath();
  const folder = dirname(path);
  mkdirSync(folder);
  const text = join(folder, 'notes.txt');
  writeFileSync(text, 'no database. '.repeat(100));
  const foreign = join(folder, 'foreign.db');
  openRaw(foreign).exec('CREATE TABLE theirs (a INTEGER)');
  const old = join(folder, 'empty.db');
  writeFileSync(old, '');

  const cases: [unusable: string, reason: string][] = [
    [join(text, 'sub', 'viva.db'), 'ENOTDIR'],
    // Not even root may make a folder here.
    ['/proc/viva/viva.db', 'a folder that this user may write to'],
    [folder, 'EISDIR'],
    [text, 'file is not a database'],
    [foreign, 'another program'],
  ];
  for (const [unusable, reason] of cases) {
    const error = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining(unusable) };
    expect(() => openHere(unusable), unusable).toThrow(expect.objectContaining(error));
    expect(() => openHere(unusable), unusable).toThrow(reason);
    const opening = openThread(unusable);
    await expect(opening, unusable).rejects.toMatchObject(error);
    await expect(opening, unusable).rejects.toThrow(reason);
  }
  expect(readFileSync(text, 'utf8')).toMatch(/^no database/);
  expect(readPragma(openRaw(foreign), 'journal_mode')).toBe('delete');
  expect(() => createSqliteJournal({ path: old, isReadOnly: true })).toThrow('older schema');
  const missing = join(folder, 'missing.db');
  expect(() => createSqliteJournal({ path: missing, isReadOnly: true })).toThrow('unable to open');
  expect(existsSync(missing)).toBe(false);
});

test('[J47] a missing folder is made, and only this user may read it and the file', async () => {
  const path = join(dirname(makePath()), 'deep', 'er', 'viva.db');
  const journal = openSqlite(path);
  await create(journal);
  for (const folder of [dirname(path), dirname(dirname(path))]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o077).toBe(0);
  expect(readPragma(openRaw(path), 'journal_mode')).toBe('wal');
});

/** How many commits the write-ahead log holds. Source: SQLite, "WAL File Format": a commit frame has the size after it. */
function countCommits(path: string): number {
  const log = readFileSync(`${path}-wal`);
  const pageBytes = log.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at < log.length; at += 24 + pageBytes) if (log.readUInt32BE(at + 4) > 0) count += 1;
  return count;
}

test.each(sqliteEngines)(
  '[J68] creations, claims and releases of one turn share the commit of the appends: %s',
  async (_name, open) => {
    const path = makePath();
    const journal = await open(path);
    const ids = await Promise.all(Array.from({ length: 20 }, () => create(journal)));
    const [first = ''] = ids;
    const { head } = await claim(journal, first);
    const before = countCommits(path);
    const [appended, created, ...claimed] = await Promise.all([
      journal.append(makeAppend(first, head.epoch, 2)),
      journal.create(makeCreation()),
      ...ids.slice(1).map((id) => claim(journal, id)),
      journal.release(first, head.epoch),
    ]);
    expect([appended, created.isNew, claimed.length]).toEqual([{ ok: true }, true, 20]);
    expect(countCommits(path) - before).toBe(1);
    // In the order in which they were asked for: the release came after the append.
    expect(await claim(journal, first, 'b', false)).toMatchObject({ head: { epoch: 2, headSeq: 2 } });
  },
);

test.each(sqliteEngines)('[J68] no release is refused, however many there are at once: %s', async (_name, open) => {
  const journal = await open(makePath());
  const id = await create(journal);
  const { head } = await claim(journal, id);
  const snapshot = { seq: 1, json: JSON.stringify({ words: 'x'.repeat(2_000) }) };
  await Promise.all(Array.from({ length: 10_000 }, () => journal.release(id, head.epoch, snapshot)));
  expect((await claim(journal, id, 'b', false)).snapshot).toEqual(snapshot);
});
