import fc from 'fast-check';
import type {
  EvaluateOutput,
  EvaluationDigest,
  InterviewInput,
  PlanOutline,
  QuestionOutline,
} from '../../machines/interview.ts';
import { doneEvent, T0, type Walk } from './machine.ts';

// Random plans, evaluations and moves for properties of the machine.

/** Stands in every text of the candidate, so that a test can find any of them. */
export const MARK = 'CANDIDATE-TEXT';

const timeMs = fc.option(fc.integer({ min: 5_000, max: 120_000 }), { nil: null });
const pointIds = ['p0', 'p1', 'p2', 'p3'];

const question: fc.Arbitrary<Omit<QuestionOutline, 'id'>> = fc.record({
  timeMs,
  followUpTimeMs: timeMs,
  followUpsMax: fc.integer({ min: 0, max: 3 }),
  skippable: fc.boolean(),
  threshold: fc.double({ min: 0, max: 1, noNaN: true }),
  points: fc
    .subarray(pointIds, { minLength: 1 })
    .chain((ids) =>
      fc
        .array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: ids.length, maxLength: ids.length })
        .map((weights) => ids.map((id, index) => ({ id, weight: weights[index] ?? 1 }))),
    ),
});

const plan: fc.Arbitrary<PlanOutline> = fc.record({
  hash: fc.constant('f00d'),
  isConsentRequired: fc.boolean(),
  totalMs: fc.option(fc.integer({ min: 10_000, max: 600_000 }), { nil: null }),
  pauseMs: fc.integer({ min: 0, max: 60_000 }),
  disconnectedMs: fc.constantFrom(0, 0, 1, 30_000),
  evaluation: fc.record({
    timeoutMs: fc.integer({ min: 1_000, max: 30_000 }),
    attemptsMax: fc.integer({ min: 1, max: 4 }),
    backoffMs: fc.integer({ min: 1, max: 5_000 }),
  }),
  questions: fc
    .array(question, { minLength: 1, maxLength: 4 })
    .map((questions) => questions.map((found, index) => ({ id: `q${index}`, ...found }))),
});

/** Any interview of any plan. */
export const anyInput: fc.Arbitrary<InterviewInput> = fc.record({
  interviewId: fc.constant('i1'),
  at: fc.constant(T0),
  plan,
  invitationExpiresAt: fc.option(fc.integer({ min: T0, max: T0 + 3_600_000 }), { nil: null }),
  timeMultiplier: fc.double({ min: 1, max: 3, noNaN: true }),
  isUntimed: fc.boolean(),
});

/** Any judgement, points that no rubric has and quotes that no digest may keep included. */
export const anyEvaluation: fc.Arbitrary<EvaluationDigest> = fc.record({
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  points: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom(...pointIds, 'unknown'),
      verdict: fc.constantFrom('met' as const, 'partial' as const, 'not_met' as const, 'contradicted' as const),
      coverage: fc.double({ min: 0, max: 1, noNaN: true }),
      evidence: fc.constant([{ quote: MARK, start: 0, end: MARK.length }]),
    }),
    { selector: ({ id }) => id },
  ),
  isNonAnswer: fc.boolean(),
  needsReview: fc.boolean(),
  proposedPointId: fc.option(fc.constantFrom(...pointIds, 'unknown'), { nil: null }),
  summary: fc.constant(MARK),
});

type Act =
  | { do: 'say'; as: 'answer.submit' | 'answer.draft'; isCurrent: boolean; isBlank: boolean }
  | { do: 'skip'; isCurrent: boolean }
  | { do: 'send'; type: 'interview.start' | 'interview.pause' | 'interview.resume' }
  | { do: 'extend'; byMs: number }
  | { do: 'stop'; type: 'interview.end' | 'interview.cancel' }
  | { do: 'pass' | 'crash'; nth: number }
  | { do: 'judge'; evaluation: EvaluationDigest }
  | { do: 'fail'; isRetryable: boolean };

/** One thing that happens after a while. */
export interface Move {
  waitMs: number;
  act: Act;
}

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      as: fc.constantFrom('answer.submit' as const, 'answer.draft' as const),
      isCurrent: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
      isBlank: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('skip' as const), isCurrent: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      type: fc.constantFrom('interview.start' as const, 'interview.pause' as const, 'interview.resume' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('extend' as const), byMs: fc.integer({ min: -5, max: 60_000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('pass' as const, 'pass' as const, 'crash' as const), nth: fc.nat(1) }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('judge' as const), evaluation: anyEvaluation }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), isRetryable: fc.boolean() }) },
);

/** A course of moves, mostly sensible. */
export const anyMoves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({ waitMs: fc.integer({ min: 0, max: 40_000 }), act }),
  { maxLength: 60, size: 'max' },
);

/** How an interview may be stopped in between. */
export const anyStop: fc.Arbitrary<Move | null> = fc.option(
  fc.record({
    waitMs: fc.integer({ min: 0, max: 40_000 }),
    act: fc.record({
      do: fc.constant('stop' as const),
      type: fc.constantFrom('interview.end' as const, 'interview.cancel' as const),
    }),
  }),
  { nil: null },
);

const evaluatorIds = ['evaluate', 'evaluateFallback'];

/** Make one move where it is possible; `onStep` sees the walk after every event. */
export function makeMove(walk: Walk, { waitMs, act: found }: Move): void {
  walk.wait(waitMs);
  const promptId = walk.context.prompt?.id ?? '';
  const at = walk.now;
  const evaluatorId = evaluatorIds.find((id) => walk.running.has(id));
  const answer = (output: EvaluateOutput) => evaluatorId && walk.take(doneEvent(evaluatorId, output));
  switch (found.do) {
    case 'say':
      walk.take({
        type: found.as,
        at,
        promptId: found.isCurrent ? promptId : 'other',
        text: found.isBlank ? ' ' : MARK,
      });
      return;
    case 'skip':
      walk.take({ type: 'prompt.skip', at, promptId: found.isCurrent ? promptId : 'other' });
      return;
    case 'extend':
      walk.take({ type: 'deadline.extend', at, byMs: found.byMs, reason: MARK });
      return;
    case 'send':
    case 'stop':
      walk.take({ type: found.type, at, ...(found.type === 'interview.start' ? { consent: true } : {}) });
      return;
    case 'judge':
      answer({ ok: true, at, evaluation: found.evaluation });
      return;
    case 'fail':
      answer({ ok: false, at, code: 'UPSTREAM', isRetryable: found.isRetryable });
      return;
    case 'crash':
    case 'pass': {
      const ids = [...walk.running.values()].filter(({ input }) => typeof input.at === 'number').map(({ id }) => id);
      const id = ids[found.nth % Math.max(1, ids.length)];
      if (id !== undefined) found.do === 'pass' ? walk.pass(id) : walk.crash(id);
    }
  }
}

/** Let only time pass, the earliest deadline first; with no deadline left the candidate speaks. False = a dead end. */
export function letTimePass(walk: Walk): boolean {
  const deadlines = [...walk.running.values()].filter(({ input }) => typeof input.at === 'number');
  const [earliest] = deadlines.sort((a, b) => Number(a.input.at) - Number(b.input.at));
  if (earliest) walk.pass(earliest.id);
  else if (walk.path === 'IDLE') walk.take({ type: 'interview.start', at: walk.now, consent: true });
  else if (walk.path.endsWith('PAUSED')) walk.send({ type: 'interview.resume' });
  else walk.answer(MARK);
  return walk.last.isTaken;
}
