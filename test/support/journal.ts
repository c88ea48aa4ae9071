import { randomUUID } from 'node:crypto';
import type { Append, Appended, Claimed, Journal, JournalRecord } from '../../src/journal/journal.ts';

/** An engine under test. `open` cleans up after the test that called it. */
export interface JournalHarness {
  journal: Journal;
  /** Let time pass for leases that run; or for all that was ever held, and for signs of life, too. */
  passTime(ms: number, of?: 'leases' | 'everything'): Promise<void>;
}

export type Creation = Parameters<Journal['create']>[0];

/** A record with every field, the command included. */
export function makeRecord(seq: number, epoch: number, extra: Partial<JournalRecord> = {}): JournalRecord {
  return {
    seq,
    epoch,
    at: 1_000 + seq,
    by: 'candidate',
    event: { type: 'answer.submit', at: 1_000 + seq, promptId: 'p1', text: `answer ${seq}` },
    facts: [{ type: 'answer.taken', promptId: 'p1', questionId: 'q1', from: 'submit' }],
    state: 'EVALUATING.SCORING',
    command: { id: randomUUID(), digest: `digest ${seq}` },
    versions: { record: 2, machine: '1' },
    hash: `hash ${seq}`,
    salt: `salt ${seq}`,
    ...extra,
  };
}

/** What `create` takes, under a new id. */
export function makeCreation(extra: Partial<Creation> = {}): Creation {
  const { command: _none, ...record } = makeRecord(1, 0, { by: 'operator', state: 'IDLE' });
  const candidate = { name: 'Ada', email: 'ada@example.org' };
  return {
    id: randomUUID(),
    meta: {
      planId: 'plan',
      planVersion: 1,
      planHash: 'hash',
      machineVersion: '1',
      createdAt: 1_000,
      candidate,
      accommodations: { timeMultiplier: 1.5 },
    },
    record,
    state: 'IDLE',
    wakeAt: null,
    ...extra,
  };
}

/** What `append` takes, after a record of `makeRecord`. */
export function makeAppend(interviewId: string, epoch: number, seq: number, extra: Partial<Append> = {}): Append {
  const place = { interviewId, epoch, previousHash: `hash ${seq - 1}`, state: 'EVALUATING', wakeAt: 2_000 + seq };
  return { ...place, record: makeRecord(seq, epoch), ...extra };
}

/** Create an interview; returns its id. */
export async function create(journal: Journal, extra: Partial<Creation> = {}): Promise<string> {
  const { id } = await journal.create(makeCreation(extra));
  return id;
}

/** Claim an interview that can be claimed. */
export async function claim(
  journal: Journal,
  id: string,
  owner = 'a',
  force = true,
  leaseMs = 10_000,
): Promise<Claimed> {
  const claimed = await journal.claim(id, owner, { leaseMs, force });
  if (claimed === null || claimed === 'held') throw new Error(`the claim of ${id} gave ${claimed}`);
  return claimed;
}

/** Claim, then append `count` records one after the other; returns the epoch. */
export async function fill(journal: Journal, id: string, count: number, owner = 'a'): Promise<number> {
  const { head } = await claim(journal, id, owner);
  for (let seq = head.headSeq + 1; seq <= head.headSeq + count; seq += 1)
    await journal.append(makeAppend(id, head.epoch, seq));
  return head.epoch;
}

/** Everything that can be read of an interview without changing it. */
export async function read(journal: Journal, id: string): Promise<unknown> {
  return { ...(await journal.load(id)), list: (await journal.list({ limit: 100 })).heads };
}

export const fenced: Appended = { ok: false, reason: 'fenced' };
