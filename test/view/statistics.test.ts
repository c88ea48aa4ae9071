import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InterviewFact, Outcome } from '../../machines/interview.ts';
import type { JournalRecord } from '../../src/journal/journal.ts';
import {
  binsOf,
  countInterviews,
  type InterviewTold,
  medianOf,
  p90Of,
  tellInterview,
} from '../../src/report/statistics.ts';
import { planOutline, questionOutline } from '../support/machine.ts';
import { takeSeed } from '../support/random.ts';

// Rules T41 to T43. The journals are written by hand, and so are the numbers that they have to give.

const outline = planOutline({ questions: [questionOutline('a'), questionOutline('b')] });
const asked = [
  { id: 'a', text: 'A?', threshold: 0.6 },
  { id: 'b', text: 'B?', threshold: 0.6 },
];

type Step = [at: number, state: string, facts: InterviewFact[], event?: object];

function journal(...steps: Step[]): JournalRecord[] {
  return steps.map(([at, state, facts, event = { type: 'any' }], index) => {
    return { seq: index + 1, at, state, facts, event } as unknown as JournalRecord;
  });
}

const created: Step = [0, 'IDLE', [], { type: 'interview.created', timeMultiplier: 1, isUntimed: false }];

function prompt(questionId: string, number = 0): InterviewFact {
  const kind = number === 0 ? 'question' : 'followUp';
  const id = number === 0 ? questionId : `${questionId}.${number}`;
  const own = { id, kind, questionId, pointId: null, askedAt: 0, deadlineAt: null, timeLeftMs: null } as const;
  return { type: 'prompt.asked', prompt: own };
}

const taken = (questionId: string, number = 0): InterviewFact => ({
  type: 'answer.taken',
  promptId: number === 0 ? questionId : `${questionId}.${number}`,
  questionId,
  from: 'submit',
});

/** A judgement, and what came of it. */
function judged(at: number, state: string, questionId: string, score: number | null, ...next: InterviewFact[]): Step {
  const decision = { isAsked: false, reason: 'threshold-reached', pointId: null } as const;
  const result: InterviewFact =
    score === null
      ? { type: 'evaluation.missing', answerId: questionId }
      : { type: 'evaluation.done', answerId: questionId, score, needsReview: score < 0.3 };
  const event = score === null ? { type: 'done' } : { type: 'done', output: { ok: true, at, evaluation: { score } } };
  return [at, state, [result, { type: 'followUp.decided', questionId, decision }, ...next], event];
}

const started: InterviewFact = { type: 'interview.started', consent: true };
const completed = (outcome: Outcome): InterviewFact => ({ type: 'interview.completed', outcome });
const ANSWERING = 'QUESTIONING.ANSWERING';
const SCORING = 'EVALUATING.SCORING';

/** A in 10 s + 5 s of its follow-up: 0.4, then 0.8; B in 20 s of which 3 s are a pause: 0.25. */
const full = journal(
  created,
  [1_000, ANSWERING, [started, prompt('a')]],
  [11_000, SCORING, [taken('a')]],
  judged(14_000, 'FOLLOW_UP.ANSWERING', 'a', 0.4, prompt('a', 1)),
  [19_000, SCORING, [taken('a', 1)]],
  judged(20_000, ANSWERING, 'a', 0.8, prompt('b')),
  [25_000, 'QUESTIONING.PAUSED', [{ type: 'interview.paused', until: 99_000 }]],
  [28_000, ANSWERING, [{ type: 'interview.resumed', because: 'candidate' }]],
  [40_000, SCORING, [taken('b')]],
  judged(41_000, 'COMPLETE', 'b', 0.25, completed('finished')),
);

test('[T42] an interview is told in numbers: judgements, follow-ups and the time that was the candidate’s own', () => {
  expect(tellInterview(outline, full)).toEqual({
    isStarted: true,
    outcome: 'finished',
    questions: [
      {
        id: 'a',
        fate: 'answered',
        isPassed: true,
        scores: [0.4, 0.8],
        followUpsAsked: 1,
        followUpsAnswered: 1,
        needsReview: false,
        ownMs: 15_000,
      },
      {
        id: 'b',
        fate: 'answered',
        isPassed: true,
        scores: [0.25],
        followUpsAsked: 0,
        followUpsAnswered: 0,
        needsReview: true,
        ownMs: 17_000,
      },
    ],
  } satisfies InterviewTold);
});

/** A skipped after 4 s; B's time ran out, and with it the interview. */
const expired = journal(
  created,
  [0, ANSWERING, [started, prompt('a')]],
  [4_000, ANSWERING, [{ type: 'prompt.passed', promptId: 'a', because: 'skip' }, prompt('b')]],
  [9_000, 'COMPLETE', [{ type: 'prompt.passed', promptId: 'b', because: 'deadline' }, completed('expired')]],
);
/** A answered but judged by nothing; left in B. */
const left = journal(
  created,
  [0, ANSWERING, [started, prompt('a')]],
  [6_000, SCORING, [taken('a')]],
  judged(7_000, ANSWERING, 'a', null, prompt('b')),
  [8_000, 'COMPLETE', [completed('ended')]],
);
/** At the follow-up to A, which an operator cancels. */
const cancelled = journal(
  created,
  [0, ANSWERING, [started, prompt('a')]],
  [2_000, SCORING, [taken('a')]],
  judged(3_000, 'FOLLOW_UP.ANSWERING', 'a', 0.5, prompt('a', 1)),
  [5_000, 'COMPLETE', [completed('cancelled')]],
);
const underWay = journal(created, [0, ANSWERING, [started, prompt('a')]]);
const declined = journal(created, [9, 'COMPLETE', [completed('declined')]]);
const unseen = journal(created, [9, 'COMPLETE', [completed('expired')]]);
const all = [full, expired, left, cancelled, underWay, declined, unseen, journal(created)];
const statistics = countInterviews(
  asked,
  all.map((records) => tellInterview(outline, records)),
);

test('[T41] interviews and fates are counted, and add up', () => {
  expect(statistics.interviews).toEqual({
    counted: 8,
    invited: 1,
    underWay: 1,
    started: 5,
    finished: 1,
    ended: 1,
    declined: 1,
    expired: 2,
    cancelled: 1,
  });
  const [a, b] = statistics.questions;
  expect(a).toMatchObject({ reached: 5, answered: 3, skipped: 1, expired: 0, left: 0, open: 1 });
  expect(b).toMatchObject({ reached: 3, answered: 1, skipped: 0, expired: 1, left: 1, open: 0 });
  // Where interviews ended that did not finish.
  expect(a?.dropped).toEqual({ ended: 0, expired: 0, cancelled: 1 });
  expect(b?.dropped).toEqual({ ended: 1, expired: 1, cancelled: 0 });
});

test('[T42] the best judgement counts, a gain is what came above the first, and only what is done is timed', () => {
  const [a, b] = statistics.questions;
  // 0.8 and 0.5; what nothing could judge has no score.
  expect(a?.scores).toEqual({ counted: 2, bins: [0, 0, 0, 0, 0, 1, 0, 0, 1, 0], median: 0.65, atThreshold: 1 });
  expect(b?.scores).toEqual({ counted: 1, bins: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0], median: 0.25, atThreshold: 0 });
  // Two were followed up; one was answered, and better.
  expect(a?.followUps).toEqual({
    followedUp: 2,
    asked: 2,
    answered: 1,
    compared: 1,
    gained: 1,
    gainMean: expect.closeTo(0.4, 9),
  });
  expect(b?.followUps).toEqual({ followedUp: 0, asked: 0, answered: 0, compared: 0, gained: 0, gainMean: null });
  // 15 s and 6 s; the cancelled one had not gone on.
  expect(a?.time).toEqual({ counted: 2, medianMs: 10_500, p90Ms: null });
  expect(b?.time).toEqual({ counted: 1, medianMs: 17_000, p90Ms: null });
  expect([a?.needsReview, b?.needsReview]).toEqual([1, 1]);
});

test('[T42] a follow-up that makes it no better takes nothing away, and counts as no gain', () => {
  const records = journal(
    created,
    [0, ANSWERING, [started, prompt('a')]],
    [1, SCORING, [taken('a')]],
    judged(2, 'FOLLOW_UP.ANSWERING', 'a', 0.5, prompt('a', 1)),
    [3, SCORING, [taken('a', 1)]],
    judged(4, ANSWERING, 'a', 0.2, prompt('b')),
  );
  const [a] = countInterviews(asked, [tellInterview(outline, records)]).questions;
  expect(a?.followUps).toMatchObject({ compared: 1, gained: 0, gainMean: 0 });
  expect(a?.scores.median).toBe(0.5);
});

test('[T43] medians and percentiles of few and of many', () => {
  expect([medianOf([]), medianOf([7]), medianOf([9, 1]), medianOf([3, 9, 1])]).toEqual([null, 7, 5, 3]);
  const nine = Array.from({ length: 9 }, (_, index) => index + 1);
  expect(p90Of(nine)).toBeNull();
  expect(p90Of([...nine, 10])).toBe(9);
  expect(p90Of(Array.from({ length: 20 }, (_, index) => 20 - index))).toBe(18);
});

test('[T42] scores fall into tenths, the highest with 1 in it', () => {
  expect(binsOf([0, 0.099, 0.1, 0.7, 0.1 + 0.2, 0.999, 1])).toEqual([2, 1, 0, 1, 0, 0, 0, 1, 0, 2]);
  // A little less than 0.8, as sums of weights come out.
  expect(binsOf([0.08 + 0.72])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
});

test('[T41] whatever the interviews, the fates of a question add up to those who were asked it', () => {
  const question = (id: string) =>
    fc.record({
      id: fc.constant(id),
      fate: fc.constantFrom('answered', 'skipped', 'expired', 'left', 'open' as const),
      isPassed: fc.boolean(),
      scores: fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 4 }),
      followUpsAsked: fc.nat(3),
      followUpsAnswered: fc.nat(3),
      needsReview: fc.boolean(),
      ownMs: fc.nat(1_000_000),
    });
  const interview = fc.record({
    isStarted: fc.boolean(),
    outcome: fc.option(fc.constantFrom('finished', 'ended', 'declined', 'expired', 'cancelled' as const)),
    questions: fc.oneof(fc.constant([]), fc.tuple(question('a')), fc.tuple(question('a'), question('b'))),
  });
  fc.assert(
    fc.property(fc.array(interview), (interviews) => {
      for (const each of countInterviews(asked, interviews as InterviewTold[]).questions) {
        const { reached, answered, skipped, expired: late, left: gone, open, scores, dropped } = each;
        expect(answered + skipped + late + gone + open).toBe(reached);
        expect(scores.bins.reduce((sum, bin) => sum + bin, 0)).toBe(scores.counted);
        expect(dropped.ended + dropped.expired + dropped.cancelled).toBeLessThanOrEqual(reached);
        expect(scores.atThreshold).toBeLessThanOrEqual(scores.counted);
      }
    }),
    { seed: takeSeed('statistics') },
  );
});
