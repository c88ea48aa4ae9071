import { expect, test } from 'vitest';
import type { InterviewFact } from '../../machines/interview.ts';
import type { JournalRecord } from '../../src/journal/journal.ts';
import {
  AWAY_LONG_MS,
  concernLevels,
  EVALUATION_SLOW_MS,
  findConcerns,
  INVITATION_ENDING_MS,
  OVERDUE_MS,
  type Situation,
} from '../../src/report/concerns.ts';
import { addToDigest, type Digest, emptyDigest } from '../../src/report/digest.ts';
import { readText, section, tableRows } from '../support/pages.ts';

// Rule T33: what of an interview somebody should look at. The situations are values; each limit is tried on both sides.

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

function situation({
  head = {},
  digest = {},
  ...more
}: Partial<Omit<Situation, 'head' | 'digest'>> & { head?: Partial<Situation['head']>; digest?: Partial<Digest> } = {}) {
  const meta = { createdAt: NOW - 10 * DAY } as Situation['head']['meta'];
  return {
    head: { meta, state: 'QUESTIONING', wakeAt: NOW + 1_000, updatedAt: NOW - 5_000, erasedAt: null, ...head },
    digest: { ...emptyDigest, seq: 4, stateSince: NOW - 5_000, ...digest },
    isCandidateConnected: false,
    isPutOff: false,
    now: NOW,
    ...more,
  };
}

const codesIn = (found: Situation) => findConcerns(found).map(({ code }) => code);

test('[T33] the table of concerns is that of the code', () => {
  const written = tableRows(section(readText('PROTOCOL.md'), '### Concerns')).map(([code, level]) => [code, level]);
  expect(new Map(written as [string, string][])).toEqual(new Map(Object.entries(concernLevels)));
});

test('[T33] an interview that goes on as it should is of no concern', () => {
  expect(codesIn(situation())).toEqual([]);
  expect(codesIn(situation({ head: { state: 'EVALUATING', wakeAt: NOW - 1 } }))).toEqual([]);
  expect(codesIn(situation({ head: { wakeAt: null } }))).toEqual([]);
});

test('[T33] a deadline that nobody acted on for a minute is overdue', () => {
  const past = (ms: number) => situation({ head: { wakeAt: NOW - ms } });
  expect(codesIn(past(OVERDUE_MS))).toEqual([]);
  expect(findConcerns(past(OVERDUE_MS + 1))).toMatchObject([
    { code: 'overdue', level: 'stuck', at: NOW - OVERDUE_MS - 1 },
  ]);
});

test('[T33] what could not be opened says so as soon as it is due', () => {
  expect(codesIn(situation({ isPutOff: true, head: { wakeAt: NOW } }))).toEqual(['put-off']);
  expect(codesIn(situation({ isPutOff: true, head: { wakeAt: NOW + 1 } }))).toEqual([]);
});

test('[T33] what a newer build wrote is parked, and nothing else is said of it', () => {
  const head = { state: 'TOMORROW', wakeAt: NOW - DAY };
  expect(codesIn({ ...situation({ head, isPutOff: true }), digest: null })).toEqual(['parked']);
});

test('[T33] an evaluation that takes two minutes is slow', () => {
  const waiting = (ms: number) =>
    situation({ head: { state: 'EVALUATING', wakeAt: NOW - ms }, digest: { stateSince: NOW - ms } });
  expect(codesIn(waiting(EVALUATION_SLOW_MS))).toEqual([]);
  expect(findConcerns(waiting(EVALUATION_SLOW_MS + 1))).toMatchObject([{ code: 'evaluation-slow', level: 'stuck' }]);
});

/** The digest of records with these facts in this state, one a record. */
function fold(state: string, ...facts: InterviewFact[]): Digest {
  const records = facts.map((fact, index) => {
    const record = { seq: index + 1, at: NOW - 60_000 + index, state, facts: [fact], event: { type: 'any' } };
    return record as unknown as JournalRecord;
  });
  return records.reduce(addToDigest, emptyDigest);
}

const taken = { type: 'answer.taken', promptId: 'q', questionId: 'q', from: 'submit' } as const;
const failed = { type: 'evaluation.failed', answerId: 'q', attempt: 1, code: 'TIMEOUT' } as const;
const degraded = { type: 'evaluation.degraded', answerId: 'q' } as const;
const done = { type: 'evaluation.done', answerId: 'q', score: 1, needsReview: false } as const;

test('[T33] an evaluator that fails is told with its number and code until the answer is judged', () => {
  const judging = (...facts: InterviewFact[]) =>
    situation({ head: { state: 'EVALUATING' }, digest: fold('EVALUATING.SCORING', taken, ...facts) });
  expect(codesIn(judging())).toEqual([]);
  const [twice] = findConcerns(judging(failed, failed));
  expect(twice).toMatchObject({ code: 'evaluation-failing', level: 'notice', at: NOW - 60_000 });
  expect(twice?.text).toContain('2 times');
  expect(twice?.text).toContain('TIMEOUT');
  expect(codesIn(judging(failed, failed, degraded))).toEqual(['evaluation-fallback']);
  expect(codesIn(judging(failed, done))).toEqual([]);
  // The next answer begins anew.
  expect(codesIn(judging(failed, degraded, taken))).toEqual([]);
});

test('[T33] a candidate who left in the middle and stays away for ten minutes is missed', () => {
  const away = (ms: number, more: object = {}) => situation({ digest: { awaySince: NOW - ms }, ...more });
  expect(codesIn(away(AWAY_LONG_MS))).toEqual([]);
  expect(codesIn(away(AWAY_LONG_MS + 1))).toEqual(['candidate-away']);
  expect(codesIn(away(AWAY_LONG_MS + 1, { isCandidateConnected: true }))).toEqual([]);
  expect(codesIn(away(AWAY_LONG_MS + 1, { head: { state: 'FOLLOW_UP' } }))).toEqual(['candidate-away']);
  expect(codesIn(away(AWAY_LONG_MS + 1, { head: { state: 'COMPLETE', wakeAt: null } }))).toEqual([]);
});

test('[T33] an invitation is about to run out in its last day, or in its last quarter if that is less', () => {
  const invited = (leftMs: number, totalMs: number) => {
    const meta = { createdAt: NOW + leftMs - totalMs } as Situation['head']['meta'];
    return situation({ head: { state: 'IDLE', wakeAt: NOW + leftMs, meta } });
  };
  expect(codesIn(invited(INVITATION_ENDING_MS + 1, 7 * DAY))).toEqual([]);
  expect(codesIn(invited(INVITATION_ENDING_MS, 7 * DAY))).toEqual(['invitation-ending']);
  expect(codesIn(invited(DAY / 4 + 1, DAY))).toEqual([]);
  expect(findConcerns(invited(DAY / 4, DAY))).toMatchObject([{ at: NOW + DAY / 4, level: 'notice' }]);
});

test('[T33] nothing is of concern once it is erased', () => {
  const head = { state: 'QUESTIONING', wakeAt: NOW - DAY, erasedAt: NOW };
  expect(codesIn(situation({ head }))).toEqual([]);
});

test('[T33] the gravest comes first, and what is said holds as long as the concern does', () => {
  const found = (now: number) =>
    findConcerns({
      ...situation({ head: { state: 'EVALUATING' }, digest: fold('EVALUATING.SCORING', taken, failed) }),
      now,
    });
  const [first, second] = found(NOW + EVALUATION_SLOW_MS);
  expect([first?.code, second?.code]).toEqual(['evaluation-slow', 'evaluation-failing']);
  expect(found(NOW + EVALUATION_SLOW_MS + DAY)).toEqual([first, second]);
});
