import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EvaluationDigest, type InterviewEvent, interview } from '../../machines/interview.ts';
import { checkPlan } from '../../src/plans/check.ts';
import { outlinePlan } from '../../src/plans/outline.ts';
import { type Plan, planSchema } from '../../src/plans/schema.ts';
import { findWorstCase } from '../../src/plans/timing.ts';
import { begin, type ResultEvent, reduce, type Snapshot, stateOf, toDoneEvent } from '../../src/reduce.ts';
import { takeSeed } from '../support/random.ts';

type PlanInput = Parameters<typeof planSchema.parse>[0] & object;
type Input = Omit<PlanInput, 'questions'> & Record<string, unknown>;

const goodPoint = { id: 'p', text: 'the lock prevents lost updates', followUp: 'What could go wrong?' };
const goodQuestion = {
  id: 'q',
  text: 'How do two writers get along?',
  timeSeconds: 60,
  maxFollowUps: 1,
  rubric: { points: [goodPoint] },
};

function planOf(question: Record<string, unknown> = {}, plan: Input = {}): Plan {
  const questions = [{ ...goodQuestion, ...question }];
  return planSchema.parse({ id: 'plan', title: 'Plan', limits: { totalMinutes: 10 }, questions, ...plan });
}

function withPoint(point: Record<string, unknown>, ...others: Record<string, unknown>[]): Plan {
  return planOf({ rubric: { points: [{ ...goodPoint, ...point }, ...others] } });
}

describe('warnings', () => {
  test('a plan without mistakes has none', () => {
    expect(checkPlan(planOf()).warnings).toEqual([]);
  });

  test.each([
    [
      'nothing ends it',
      planOf({ timeSeconds: undefined }, { limits: {} }),
      'questions[0]',
      'nothing ends this question',
    ],
    [
      'a question that others leave no time for',
      planOf(
        {},
        { limits: { totalMinutes: 2 }, questions: [goodQuestion, { ...goodQuestion, id: 'r', text: 'And else?' }] },
      ),
      'questions[1]',
      'may never be asked',
    ],
    [
      'a question longer than the interview',
      planOf({ timeSeconds: 601 }),
      'questions[0].timeSeconds',
      'more than the whole',
    ],
    [
      'no time for any follow-up',
      planOf({ timeSeconds: 10 }, { limits: { totalMinutes: 0.2 } }),
      'limits.totalMinutes',
      'no follow-up can be asked',
    ],
    [
      'more follow-ups than points',
      planOf({ maxFollowUps: 2 }),
      'questions[0].maxFollowUps',
      'only 1 can ever be asked',
    ],
    [
      'time for follow-ups that are not asked',
      planOf({ maxFollowUps: 0, followUpSeconds: 30 }),
      'questions[0].followUpSeconds',
      'never used',
    ],
    [
      'a threshold that every answer reaches',
      planOf({ rubric: { threshold: 0, points: [goodPoint] } }),
      'questions[0].rubric.threshold',
      'no follow-up is ever asked',
    ],
    [
      'a threshold that hardly any answer reaches',
      planOf({ rubric: { threshold: 1, points: [goodPoint] } }),
      'questions[0].rubric.threshold',
      'only a perfect answer',
    ],
    [
      'a point without a question of its own',
      withPoint({ followUp: undefined }),
      'questions[0].rubric.points',
      'no `followUp` at p',
    ],
    [
      'a point that repeats the question',
      withPoint({ text: 'Two writers get along' }),
      'questions[0].rubric.points[0].text',
      'says nothing',
    ],
    [
      'an alternative that repeats the question',
      withPoint({ alternatives: ['two writers'] }),
      'questions[0].rubric.points[0].alternatives[0]',
      'says nothing',
    ],
    [
      'an alternative with the words of the point',
      withPoint({ alternatives: ['a version is checked', 'Locks prevent the lost update'] }),
      'questions[0].rubric.points[0].alternatives[1]',
      'has the same words as "the lock prevents lost updates"',
    ],
    [
      'two points with the same words',
      withPoint(
        {},
        { ...goodPoint, id: 'p2', text: 'a lost update is prevented by a lock', followUp: 'Which means exist?' },
      ),
      'questions[0].rubric.points[1].text',
      'has the same words',
    ],
    [
      'a follow-up that gives the point away',
      withPoint({ followUp: 'How does a lock help against lost updates?' }),
      'questions[0].rubric.points[0].followUp',
      'gives the point away',
    ],
    [
      'a follow-up that gives an alternative away',
      withPoint({ alternatives: ['compare the version number'], followUp: 'What about a version number?' }),
      'questions[0].rubric.points[0].followUp',
      'it has most words of "compare the version number"',
    ],
    [
      'a follow-up that asks the question again',
      withPoint({ followUp: 'So how do two writers get along?' }),
      'questions[0].rubric.points[0].followUp',
      'asks the same as',
    ],
    [
      'a question asked twice',
      planOf({}, { questions: [goodQuestion, { ...goodQuestion, id: 'r' }] }),
      'questions[1].text',
      'asks the same as',
    ],
  ])('%s', (_, plan, path, message) => {
    expect(checkPlan(plan).warnings).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  test('the default of three follow-ups is no mistake where there are fewer points', () => {
    expect(checkPlan(planOf({ maxFollowUps: undefined })).warnings).toEqual([]);
  });
});

describe('worst case', () => {
  test('it adds up questions, follow-ups, pauses and evaluations that fail every time', () => {
    const plan = planOf({ timeSeconds: 60, followUpSeconds: 30 }, { limits: { totalMinutes: 10, pauseMinutes: 4 } });
    // Each of the 2 answers: 3 attempts and the fallback of 20 s, waits of 1 s and 2 s = 83 s.
    expect(checkPlan(plan).worstCase).toEqual({
      questions: 1,
      followUps: 1,
      prompts: 2,
      candidateMinutes: 1.5,
      minutes: (90 + 240 + 2 * 83) / 60,
    });
  });

  test('without any limit of time there is no end to it', () => {
    const { worstCase } = checkPlan(planOf({ timeSeconds: undefined }, { limits: {} }));
    expect(worstCase).toMatchObject({ prompts: 2, candidateMinutes: null, minutes: null });
  });

  test('[L7] it is what a search through all plays of the machine finds', () => {
    const seconds = fc.option(fc.constantFrom(5, 10, 20), { nil: undefined });
    const question = fc.record({
      timeSeconds: seconds,
      followUpSeconds: seconds,
      maxFollowUps: fc.integer({ min: 0, max: 3 }),
      threshold: fc.constantFrom(0, 0.6, 1),
      pointCount: fc.integer({ min: 1, max: 2 }),
    });
    const plans = fc.record({
      totalSeconds: fc.option(
        fc.integer({ min: 1, max: 12 }).map((steps) => steps * 5),
        { nil: undefined },
      ),
      questions: fc.array(question, { minLength: 1, maxLength: 3 }),
    });
    const seed = takeSeed('worst case against the machine');
    fc.assert(
      fc.property(plans, ({ totalSeconds, questions }) => {
        const plan = planSchema.parse({
          id: 'plan',
          title: 'Plan',
          limits: { totalMinutes: totalSeconds === undefined ? undefined : totalSeconds / 60 },
          questions: questions.map(({ threshold, pointCount, ...rest }, index) => ({
            ...rest,
            id: `q${index}`,
            text: 'Why?',
            rubric: { threshold, points: Array.from({ length: pointCount }, (_, n) => ({ id: `p${n}`, text: 'so' })) },
          })),
        });
        const outline = outlinePlan(plan, '');
        const worst = findWorstCase(outline);
        const found = searchPlays(outline);
        expect(worst.questionCount + worst.followUpCount).toBe(found.prompts);
        expect(worst.candidateMs ?? Number.POSITIVE_INFINITY).toBe(found.ms);
        expect(worst.unreachedIndexes).toEqual(outline.questions.map((_, index) => index).slice(found.reachedAtLeast));
      }),
      { seed, numRuns: 60 },
    );
  });
});

/** What can follow from a point of the interview on: the most prompts and time, the fewest questions asked in all. */
interface Prospect {
  prompts: number;
  ms: number;
  reachedAtLeast: number;
}

/** All limits in the plans are multiples of this, so nothing happens between two steps. */
const STEP_MS = 5_000;

/** Play an interview in every way that matters, on the machine itself. */
function searchPlays(plan: ReturnType<typeof outlinePlan>): Prospect {
  const prospectByPlace = new Map<string, Prospect>();
  const input = { interviewId: 'i', at: 0, plan, invitationExpiresAt: null, timeMultiplier: 1, isUntimed: false };
  return search(step(begin(input).snapshot, { type: 'interview.start', at: 0 }));

  function search(snapshot: Snapshot): Prospect {
    const { context } = snapshot;
    const { prompt, endsAt, at } = context;
    if (stateOf(snapshot) === 'COMPLETE' || !prompt) {
      return { prompts: 0, ms: 0, reachedAtLeast: context.questionIndex + 1 };
    }
    const left = endsAt === null ? Number.POSITIVE_INFINITY : endsAt - at;
    const timeMs = prompt.deadlineAt === null ? Number.POSITIVE_INFINITY : prompt.deadlineAt - at;
    const place = `${context.questionIndex} ${context.askedPointIds.length} ${left}`;
    const known = prospectByPlace.get(place);
    if (known) return known;
    const isEndless = Math.min(left, timeMs) === Number.POSITIVE_INFINITY;
    const longest = isEndless ? STEP_MS : Math.min(left, timeMs);
    const prospect: Prospect = { prompts: 0, ms: 0, reachedAtLeast: Number.POSITIVE_INFINITY };
    for (let ms = 0; ms <= longest; ms += STEP_MS) {
      for (const next of movesAt(snapshot, at + ms, { isOver: ms === left, isDue: ms === timeMs })) {
        const rest = search(next);
        prospect.prompts = Math.max(prospect.prompts, 1 + rest.prompts);
        prospect.ms = Math.max(prospect.ms, isEndless ? Number.POSITIVE_INFINITY : ms + rest.ms);
        prospect.reachedAtLeast = Math.min(prospect.reachedAtLeast, rest.reachedAtLeast);
      }
    }
    prospectByPlace.set(place, prospect);
    return prospect;
  }
}

function movesAt(snapshot: Snapshot, at: number, { isOver, isDue }: { isOver: boolean; isDue: boolean }): Snapshot[] {
  const promptId = snapshot.context.prompt?.id ?? '';
  if (isOver) return [step(snapshot, toDoneEvent('whole', { at }))];
  const answered = step(snapshot, { type: 'answer.submit', at, promptId, text: 'x' });
  return [
    ...[0, 1].map((score) => step(answered, judge(answered, score, at))),
    step(snapshot, { type: 'prompt.skip', at, promptId }),
    ...(isDue ? [step(snapshot, toDoneEvent('prompt', { at }))] : []),
  ];
}

function judge(snapshot: Snapshot, score: number, at: number): ResultEvent {
  const { plan, questionIndex } = snapshot.context;
  const points = plan.questions[questionIndex]?.points ?? [];
  const evaluation: EvaluationDigest = {
    score,
    points: points.map(({ id }) => ({ id, verdict: score === 1 ? 'met' : 'not_met', coverage: score })),
    isNonAnswer: false,
    needsReview: false,
    proposedPointId: null,
  };
  return toDoneEvent('evaluate', { at, ok: true, evaluation } as { at: number });
}

function step(snapshot: Snapshot, event: InterviewEvent | ResultEvent): Snapshot {
  const next = reduce(snapshot, event);
  if (!next) throw new Error(`${interview.id} does not take ${event.type} in ${stateOf(snapshot)}`);
  return next.snapshot;
}
