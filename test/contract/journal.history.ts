import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Append, Appended, Claimed, Journal } from '../../src/journal/journal.ts';
import { create, type JournalHarness, makeAppend, makeRecord } from '../support/journal.ts';
import { takeSeed } from '../support/random.ts';
import { rule } from '../support/rules.ts';

const WRITERS = 3;
const LEASE_MS = 50;

type Step = { isAwaited: boolean } & (
  | { type: 'claim'; writer: number; force: boolean }
  | { type: 'append'; writer: number; skew: number; isRepeat: boolean }
  | { type: 'release'; writer: number }
  | { type: 'pass'; ms: number }
);

const writer = fc.nat(WRITERS - 1);
const isAwaited = fc.boolean();
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('claim' as const), writer, force: fc.boolean(), isAwaited }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('append' as const),
      writer,
      // Mostly the next sequence as the writer knows it; now and then one behind or ahead of it.
      skew: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1, 2) }),
      isRepeat: fc.integer({ min: 0, max: 7 }).map((roll) => roll === 0),
      isAwaited,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('release' as const), writer, isAwaited }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.nat(2 * LEASE_MS), isAwaited }) },
);

/** What a writer believes; it may be wrong, that is the point. */
interface Belief {
  epoch: number;
  seq: number;
  commandId: string;
}

/**
 * The outside view of one interview: only what callers were told and when. It knows nothing of how an engine guards
 * its writes, so an engine without one of the guards is found by what it let happen.
 */
function createOracle() {
  /** The newest epoch that a finished claim gave out. */
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
      return (claimed: Claimed) => {
        const { epoch, headSeq } = claimed.head;
        if (epoch <= epochAtStart) problems.push(`a claim gave epoch ${epoch} after ${epochAtStart}`);
        if (headSeq < ackedAtStart) problems.push(`a claim saw ${headSeq}, but ${ackedAtStart} was acknowledged`);
        newestEpoch = Math.max(newestEpoch, epoch);
      };
    },
    async check(journal: Journal, id: string) {
      const { head, records } = (await journal.load(id)) ?? {};
      const history = records?.slice(1) ?? [];
      expect(problems).toEqual([]);
      // No gap, no fork, and the head is the last record.
      expect(records?.map(({ seq }) => seq)).toEqual(Array.from({ length: accepted.length + 1 }, (_, i) => i + 1));
      expect(head?.headSeq).toBe(accepted.length + 1);
      // What was acknowledged is there as it was sent, and nothing else is.
      expect(history).toEqual(accepted.map(({ record }) => record).sort((a, b) => a.seq - b.seq));
      // The epoch never goes back along the history.
      const epochs = history.map(({ epoch }) => epoch);
      expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
      const commandIds = history.map(({ command }) => command?.id);
      expect(new Set(commandIds).size).toBe(commandIds.length);
    },
  };
}

/** What a single append must give, read off the journal just before: nothing else is under way. */
async function predict(journal: Journal, id: string, { epoch, record }: Append): Promise<Appended> {
  const { head, records = [] } = (await journal.load(id)) ?? {};
  if (head?.epoch !== epoch || head.headSeq + 1 !== record.seq) return { ok: false, reason: 'fenced' };
  const known = records.find(({ command }) => command?.id === record.command?.id);
  return known ? { ok: false, reason: 'duplicate', seq: known.seq, digest: known.command?.digest ?? '' } : { ok: true };
}

async function play({ journal, passTime }: JournalHarness, steps: Step[]): Promise<void> {
  const id = await create(journal);
  const oracle = createOracle();
  const beliefs: Belief[] = Array.from({ length: WRITERS }, () => ({ epoch: 0, seq: 1, commandId: randomUUID() }));
  let underWay: Promise<unknown>[] = [];

  async function append(belief: Belief, { skew, isRepeat }: Extract<Step, { type: 'append' }>, isAlone: boolean) {
    if (!isRepeat) belief.commandId = randomUUID();
    const seq = Math.max(2, belief.seq + 1 + skew);
    const command = { id: belief.commandId, digest: randomUUID() };
    const entry = makeAppend(id, belief.epoch, seq, { record: makeRecord(seq, belief.epoch, { command }) });
    const expected = isAlone ? await predict(journal, id, entry) : undefined;
    const settle = oracle.watchAppend(entry);
    const outcome = await journal.append(entry);
    settle(outcome);
    if (outcome.ok) belief.seq = Math.max(belief.seq, seq);
    if (expected) expect(outcome).toEqual(expected);
  }

  async function claim(belief: Belief, owner: string, force: boolean) {
    const settle = oracle.watchClaim();
    const claimed = await journal.claim(id, owner, { leaseMs: LEASE_MS, force });
    if (claimed === null || claimed === 'held') return;
    settle(claimed);
    belief.epoch = claimed.head.epoch;
    belief.seq = claimed.head.headSeq;
  }

  function start(step: Step): Promise<unknown> {
    if (step.type === 'pass') return passTime(step.ms);
    const belief = beliefs[step.writer] as Belief;
    if (step.type === 'claim') return claim(belief, `writer ${step.writer}`, step.force);
    if (step.type === 'release') return journal.release(id, belief.epoch);
    return append(belief, step, step.isAwaited && underWay.length === 0);
  }

  for (const step of steps) {
    underWay.push(start(step));
    if (!step.isAwaited) continue;
    await Promise.all(underWay);
    underWay = [];
  }
  await Promise.all(underWay);
  await oracle.check(journal, id);
}

/** Rule J36, by random interleavings of three writers. */
export function historyContract(name: string, open: () => Promise<JournalHarness>): void {
  test(rule('J36'), async () => {
    const harness = await open();
    const property = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) =>
      play(harness, steps),
    );
    await fc.assert(property, { seed: takeSeed(`J36 on ${name}`), numRuns: 150 });
  });
}
