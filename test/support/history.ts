import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, vi } from 'vitest';
import { createLeaseModel, createOracle, predictAppend, predictClaim } from './history.oracle.ts';
import { LEASE_MS, type Step, type StepOf, steps, WRITERS } from './history.steps.ts';
import { create, type JournalHarness, makeAppend, makeCreation, makeRecord } from './journal.ts';

/** What a writer believes; it may be wrong, that is the point. */
interface Belief {
  name: string;
  epoch: number;
  seq: number;
  hash: string;
  commandId: string;
  /** How far its clock is from the right time, which must not matter. Units: ms. */
  clockMs: number;
}

async function play({ journal, passTime }: JournalHarness, history: readonly Step[]): Promise<void> {
  const creation = makeCreation();
  const id = await create(journal, creation);
  const oracle = createOracle();
  const lease = createLeaseModel();
  const beliefs: Belief[] = Array.from({ length: WRITERS }, (_, index) => ({
    ...{ name: `writer ${index}`, epoch: 0, seq: 1, hash: creation.record.hash, commandId: randomUUID() },
    clockMs: (2 * index - 1) * 10 * LEASE_MS,
  }));
  let underWay: Promise<unknown>[] = [];
  const headNow = async () => (await journal.load(id))?.head;

  async function append(belief: Belief, { skew, isRepeat, isFork }: StepOf<'append'>, isAlone: boolean) {
    if (!isRepeat) belief.commandId = randomUUID();
    const seq = Math.max(2, belief.seq + 1 + skew);
    const command = { id: belief.commandId, digest: randomUUID() };
    const record = makeRecord(seq, belief.epoch, { command, hash: randomUUID() });
    const previousHash = isFork ? randomUUID() : belief.hash;
    const entry = makeAppend(id, belief.epoch, seq, { record, previousHash });
    const expected = isAlone ? await predictAppend(journal, id, entry) : undefined;
    const settle = oracle.watchAppend(entry);
    const outcome = await journal.append(entry);
    settle(outcome);
    if (outcome.ok && seq > belief.seq) Object.assign(belief, { seq, hash: record.hash });
    if (!expected) return;
    expect(outcome).toEqual(expected);
    if (outcome.ok) lease.extend();
  }

  async function claim(belief: Belief, force: boolean, isAlone: boolean) {
    const { name } = belief;
    const before = isAlone ? await headNow() : undefined;
    const expected = isAlone ? predictClaim(before, lease.isFreeFor(name), force) : undefined;
    const settle = oracle.watchClaim();
    vi.setSystemTime(Date.UTC(2026, 0) + belief.clockMs);
    const claimed = await journal.claim(id, name, { leaseMs: LEASE_MS, force });
    const outcome = claimed === null || claimed === 'held' ? claimed : claimed.head.epoch;
    if (expected !== undefined) expect(outcome).toBe(expected);
    if (claimed === null || claimed === 'held') {
      if (isAlone) expect(await headNow()).toEqual(before);
      return;
    }
    settle(claimed);
    const { epoch, headSeq: seq, hash } = claimed.head;
    Object.assign(belief, { epoch, seq, hash });
    if (isAlone) lease.hold(name);
  }

  async function release(belief: Belief, isAlone: boolean) {
    const isHolder = isAlone && (await headNow())?.epoch === belief.epoch;
    await journal.release(id, belief.epoch);
    if (isHolder) lease.free();
  }

  async function renew({ name, clockMs }: Belief, isAlone: boolean) {
    vi.setSystemTime(Date.UTC(2026, 0) + clockMs);
    await journal.shared?.renew(name, [id]);
    if (isAlone && journal.shared) lease.extend(name);
  }

  async function erase(isAlone: boolean) {
    expect(await journal.erase(id, 9_000)).toBe(true);
    if (isAlone) lease.free();
  }

  /** Somebody looks for what is overdue. */
  async function look() {
    const isFree = lease.isFreeFor(null);
    const head = await headNow();
    const isDue = (await journal.due(Number.MAX_SAFE_INTEGER, 10_000)).includes(id);
    if (head?.wakeAt === null) expect(isDue).toBe(false);
    else if (isFree !== null) expect(isDue).toBe(isFree);
  }

  async function start(step: Step, isAlone: boolean): Promise<unknown> {
    if (step.type === 'pass') {
      lease.pass(step.ms);
      return passTime(step.ms);
    }
    if (step.type === 'erase') return erase(isAlone);
    if (step.type === 'look') return isAlone && look();
    const belief = beliefs[step.writer] as Belief;
    if (step.type === 'claim') return claim(belief, step.force, isAlone);
    if (step.type === 'release') return release(belief, isAlone);
    if (step.type === 'renew') return renew(belief, isAlone);
    return append(belief, step, isAlone);
  }

  for (const step of history) {
    const isAlone = step.isAwaited && underWay.length === 0;
    if (!isAlone) lease.forget();
    underWay.push(start(step, isAlone));
    if (!step.isAwaited) continue;
    await Promise.all(underWay);
    underWay = [];
  }
  await Promise.all(underWay);
  await oracle.check(journal, id);
}

/**
 * Let two writers, whose clocks are hours apart, do things to one interview after another, in random interleavings.
 * Returns what went wrong in the first history that an engine let go wrong, or null.
 */
export async function findViolation(
  harness: JournalHarness,
  { seed, runs }: { seed: number; runs: number },
): Promise<string | null> {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const property = fc.asyncProperty(steps, (history) => play(harness, history));
    const result = await fc.check(property, { seed, numRuns: runs, endOnFailure: true });
    return result.failed ? `${result.errorInstance}\n${JSON.stringify(result.counterexample)}` : null;
  } finally {
    vi.useRealTimers();
  }
}
