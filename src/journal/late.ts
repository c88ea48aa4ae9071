import { hash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { sealRecord } from './chain.ts';
import type { InterviewMeta } from './journal.ts';
import { type ReadRecordRow, toRecord } from './rows.ts';

/** Keep idempotency keys as hashes: a key may say whose it is. */
export function hashKeys(db: DatabaseSync): void {
  const change = db.prepare('UPDATE idempotency SET key = ? WHERE key = ?');
  for (const { key } of db.prepare('SELECT key FROM idempotency').all() as { key: string }[])
    change.run(hash('sha256', key), key);
}

/**
 * Chain the records of a file from before there was a chain. Each keeps record version 1, which says that its hash is
 * from the day on which the file was brought up and not from the day on which it was written.
 */
export function chainRecords(db: DatabaseSync): void {
  const interviews = db.prepare('SELECT number, id, meta FROM interview JOIN opening ON interview = number');
  const records = db.prepare('SELECT *, NULL AS commitments FROM record WHERE interview = ? ORDER BY seq');
  const seal = db.prepare('UPDATE record SET hash = ?, salt = ? WHERE interview = ? AND seq = ?');
  const setHead = db.prepare('UPDATE interview SET head_hash = ? WHERE number = ?');
  for (const { number, id, meta } of interviews.all() as { number: number; id: string; meta: string }[]) {
    let previousHash = '';
    for (const row of records.all(number) as unknown as ReadRecordRow[]) {
      const { hash: _none, ...record } = toRecord(row);
      const opening = record.seq === 1 ? { interviewId: id, meta: JSON.parse(meta) as InterviewMeta } : undefined;
      const salt = randomBytes(16).toString('base64url');
      const sealed = sealRecord(record, { previousHash, salt, ...(opening ? { opening } : {}) });
      seal.run(sealed.hash, sealed.salt ?? null, number, record.seq);
      previousHash = sealed.hash;
    }
    setHead.run(previousHash, number);
  }
}
