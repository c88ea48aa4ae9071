import { expect } from 'vitest';
import type { Append, Appended, Claimed, InterviewHead, Journal } from '../../src/journal/journal.ts';
import { LEASE_MS } from './history.steps.ts';

/**
 * The outside view of one interview: only what callers were told and when. It knows nothing of how an engine guards
 * its writes, so an engine without one of the guards is found by what it let happen.
 */
export function createOracle() {
  /** The newest epoch that a finished claim gave out: what the interview's row holds, at least. */
  let newestEpoch = 0;
  /** The highest sequence that was acknowledged. */
  let ackedSeq = 1;
  const accepted: Append[] = [];
  const problems: string[] = [];

  return {
    /** Call when an append starts; the function it returns takes the outcome. */
    watchAppend(append: Append) {
      const epochAtStart = newestEpoch;
      return (outcome: Appended) => {
        if (!outcome.ok) return;
        accepted.push(append);
        ackedSeq = Math.max(ackedSeq, append.record.seq);
        if (append.epoch < epochAtStart)
          problems.push(
            `epoch ${append.epoch} wrote ${append.record.seq} after epoch ${epochAtStart} had been claimed`,
          );
      };
    },
    watchClaim() {
      const epochAtStart = newestEpoch;
      const ackedAtStart = ackedSeq;
      return ({ head: { epoch, headSeq } }: Claimed) => {
        if (epoch <= epochAtStart) problems.push(`a claim gave epoch ${epoch} after ${epochAtStart}`);
        if (headSeq < ackedAtStart) problems.push(`a claim saw ${headSeq}, but ${ackedAtStart} was acknowledged`);
        newestEpoch = Math.max(newestEpoch, epoch);
      };
    },
    async check(journal: Journal, id: string) {
      const { head, records = [] } = (await journal.load(id)) ?? {};
      const history = records.slice(1);
      expect(problems).toEqual([]);
      // No gap, no fork, and the head is the last record.
      expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: accepted.length + 1 }, (_, i) => i + 1));
      expect(head?.headSeq).toBe(accepted.length + 1);
      // What was acknowledged is there as it was sent, and nothing else is. An erasure leaves ids, epochs and hashes.
      const outline = ({ record: { seq, epoch, hash, command } }: Pick<Append, 'record'>) => ({
        ...{ seq, epoch, hash, commandId: command?.id },
      });
      const sent = [...accepted].sort((a, b) => a.record.seq - b.record.seq);
      expect(history.map((record) => outline({ record }))).toEqual(sent.map(outline));
      if (head?.erasedAt === null) expect(history).toEqual(sent.map(({ record }) => record));
      // Each goes on from the one before it.
      expect(sent.map(({ previousHash }) => previousHash)).toEqual(records.slice(0, -1).map(({ hash }) => hash));
      // The epoch never goes back along the history.
      const epochs = history.map(({ epoch }) => epoch);
      expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
      const commandIds = history.map(({ command }) => command?.id);
      expect(new Set(commandIds).size).toBe(commandIds.length);
    },
  };
}

/** What a single append must give, read off the journal just before: nothing else is under way. */
export async function predictAppend(
  journal: Journal,
  id: string,
  { epoch, record, previousHash }: Append,
): Promise<Appended> {
  const { head, records = [] } = (await journal.load(id)) ?? {};
  const isNext = head?.headSeq === record.seq - 1 && head.hash === previousHash;
  if (!isNext || head.epoch !== epoch || head.erasedAt !== null) return { ok: false, reason: 'fenced' };
  const known = records.find(({ command }) => command?.id === record.command?.id);
  return known ? { ok: false, reason: 'duplicate', seq: known.seq, digest: known.command?.digest ?? '' } : { ok: true };
}

/** Who holds the interview, as far as it is known. Its clock is the engine's, and stands still but for `pass`. */
export function createLeaseModel() {
  let time = 0;
  let owner: string | null = null;
  let until = 0;
  let isKnown = true;

  return {
    pass(ms: number) {
      time += ms;
    },
    /** Several did something at once: who came first is not known. */
    forget() {
      isKnown = false;
    },
    hold(by: string) {
      [owner, until, isKnown] = [by, time + LEASE_MS, true];
    },
    free() {
      [owner, isKnown] = [null, true];
    },
    /** An append, or the holder's renewal: whoever holds it does so for longer. */
    extend(by = owner) {
      if (by === owner) until = time + LEASE_MS;
    },
    /** Null = too close to say, for the engine's clock moved a little as well. */
    isFreeFor(asker: string | null): boolean | null {
      if (!isKnown) return null;
      if (owner === null || owner === asker || until <= time) return true;
      return until - time > LEASE_MS / 10 ? false : null;
    },
  };
}

/** What a claim must give when nothing else is under way; undefined = it cannot be told. */
export function predictClaim(
  head: InterviewHead | undefined,
  isFree: boolean | null,
  force: boolean,
): number | 'held' | null | undefined {
  if (!head || head.erasedAt !== null) return null;
  if (force || isFree) return head.epoch + 1;
  return isFree === null ? undefined : 'held';
}
