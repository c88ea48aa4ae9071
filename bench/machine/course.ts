import type { InterviewEvent, InterviewInput } from '../../machines/interview.ts';
import { outlinePlan } from '../../src/plans/outline.ts';
import { planSchema } from '../../src/plans/schema.ts';
import { begin, type ResultEvent, reduce, type Snapshot, toDoneEvent } from '../../src/reduce.ts';
import { makePlan } from '../plan.ts';
import { type Event as HandEvent, idle, type Plan, reduceByHand, type State } from './reducer.ts';

/** One event in the course of an interview, and where each of the contenders stands before it. */
export interface Moment {
  name: string;
  event: InterviewEvent | ResultEvent;
  snapshot: Snapshot;
  /** All machine events up to here, to bring a live actor to it. */
  before: (InterviewEvent | ResultEvent)[];
  handEvent: HandEvent;
  handState: State;
}

const AT = 1_000_000;
const parsed = planSchema.parse(makePlan('machine', { timeSeconds: 3_600 }));

/** The input of every interview that is measured. */
export const input: InterviewInput = {
  interviewId: 'i',
  at: AT,
  plan: outlinePlan(parsed, 'hash'),
  invitationExpiresAt: AT + 3_600_000,
  timeMultiplier: 1,
  isUntimed: false,
};

/** The same plan as the reducer by hand reads it. */
export const handPlan: Plan = {
  pauseMs: input.plan.pauseMs,
  questions: input.plan.questions.map(({ id, timeMs, followUpsMax, threshold, points }) => ({
    id,
    timeMs: timeMs ?? 0,
    followUpsMax,
    threshold,
    pointIds: points.map((point) => point.id),
  })),
};

function evaluated(at: number, score: number) {
  const points = handPlan.questions[0]?.pointIds.map((id) => ({ id, verdict: 'not_met' as const, coverage: 0 })) ?? [];
  const evaluation = { score, points, isNonAnswer: false, needsReview: false, proposedPointId: null };
  const output = { ok: true, at, evaluation };
  return {
    event: toDoneEvent('evaluate', output),
    handEvent: { type: 'evaluated' as const, at, score, missingIds: points.map(({ id }) => id) },
  };
}

type Pair = { event: InterviewEvent | ResultEvent; handEvent: HandEvent };

function same(event: Extract<HandEvent, { type: InterviewEvent['type'] }>): Pair {
  return { event: event as InterviewEvent, handEvent: event };
}

/** Every event of a candidate's interview once, in an order in which all of them are taken. */
export function makeCourse(): Moment[] {
  const [first, second] = handPlan.questions.map(({ id }) => id);
  const text = 'An answer of some words, as it is given.';
  const course: [name: string, pair: Pair][] = [
    ['interview.start', same({ type: 'interview.start', at: AT + 1 })],
    ['answer.draft', same({ type: 'answer.draft', at: AT + 2, promptId: `${first}`, text })],
    ['interview.pause', same({ type: 'interview.pause', at: AT + 3 })],
    ['interview.resume', same({ type: 'interview.resume', at: AT + 4 })],
    ['answer.submit', same({ type: 'answer.submit', at: AT + 5, promptId: `${first}`, text })],
    ['evaluated, then a follow-up', evaluated(AT + 6, 0)],
    ['answer.submit to a follow-up', same({ type: 'answer.submit', at: AT + 7, promptId: `${first}.1`, text })],
    ['evaluated, then the next question', evaluated(AT + 8, 1)],
    ['prompt.skip', same({ type: 'prompt.skip', at: AT + 9, promptId: `${second}` })],
    ['refused: an answer to another prompt', same({ type: 'answer.submit', at: AT + 10, promptId: `${first}`, text })],
  ];
  const moments: Moment[] = [];
  let { snapshot } = begin(input);
  let handState = idle(handPlan);
  const before: Moment['before'] = [];
  for (const [name, { event, handEvent }] of course) {
    moments.push({ name, event, snapshot, before: [...before], handEvent, handState });
    const step = reduce(snapshot, event);
    const next = reduceByHand(handPlan, handState, handEvent);
    if ((step === null) !== (next === null)) throw new Error(`${name}: the machine and the reducer differ`);
    before.push(event);
    snapshot = step?.snapshot ?? snapshot;
    handState = next ?? handState;
  }
  return moments;
}
