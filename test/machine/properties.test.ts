import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FOLLOW_UP_TIME_MIN_MS, type InterviewFact } from '../../machines/interview.ts';
import { anyInput, anyMoves, anyStop, letTimePass, MARK, makeMove } from '../support/arbitrary.ts';
import { type Walk, walk } from '../support/machine.ts';

const seed = Number(process.env.VIVA_SEED ?? Date.now() % 2 ** 31);
const runs = { seed, numRuns: 300 };

/** More events than any interview of these plans can need once only time passes: attempts × prompts, with room. */
const EVENTS_MAX = 4 * 4 * 20;
/** Context beside the plan: fixed fields, the judged points of a rubric of four and the ids asked about. */
const CONTEXT_BESIDE_PLAN_CHARS_MAX = 1_600;

type Asked = Extract<InterviewFact, { type: 'prompt.asked' }>['prompt'];

const factsOf = <Type extends InterviewFact['type']>(facts: InterviewFact[], type: Type) =>
  facts.filter((fact): fact is Extract<InterviewFact, { type: Type }> => fact.type === type);

/** What holds after any event in any interview. */
function expectSound(walked: Walk, pathBefore: string): void {
  const { context, facts, last, path } = walked;
  const json = JSON.stringify(context);
  expect(JSON.parse(json), '[M29] plain JSON').toEqual(context);
  expect(json.includes(MARK), '[M29] no text of the candidate').toBe(false);
  expect(json.length - JSON.stringify(context.plan).length).toBeLessThan(CONTEXT_BESIDE_PLAN_CHARS_MAX);
  expect(JSON.stringify(facts).includes(MARK), 'no text of the candidate in a fact').toBe(false);

  const questionIds = new Set(
    factsOf(facts, 'answer.taken').flatMap((fact) => (fact.promptId.includes('.') ? [] : fact.promptId)),
  );
  expect(context.answeredCount).toBe(questionIds.size);

  const prompts: Asked[] = factsOf(facts, 'prompt.asked').map((fact) => fact.prompt);
  expect(new Set(prompts.map(({ id }) => id)).size, 'every prompt is asked once').toBe(prompts.length);
  for (const { id, followUpsMax } of context.plan.questions) {
    const pointIds = prompts.flatMap((prompt) =>
      prompt.questionId === id && prompt.pointId !== null ? prompt.pointId : [],
    );
    expect(pointIds.length, '[M17] at most followUpsMax').toBeLessThanOrEqual(followUpsMax);
    expect(new Set(pointIds).size, '[M17] no point twice').toBe(pointIds.length);
  }

  const isDecided =
    pathBefore.startsWith('EVALUATING') && !path.startsWith('EVALUATING') && context.outcome !== 'cancelled';
  expect(factsOf(last.facts, 'followUp.decided').length, '[M14] one decision per evaluation').toBe(isDecided ? 1 : 0);

  const question = context.plan.questions[context.questionIndex];
  const rubricIds = question?.points.map(({ id }) => id) ?? [];
  const judgedIds = context.evaluation?.points.map(({ id }) => id) ?? [];
  expect(rubricIds, '[M29] points of the rubric').toEqual(expect.arrayContaining(judgedIds));
  expect(new Set(judgedIds).size, '[M29] each once').toBe(judgedIds.length);

  for (const { prompt } of factsOf(last.facts, 'prompt.asked')) {
    const leftMs = context.endsAt === null ? Number.POSITIVE_INFINITY : context.endsAt - context.at;
    if (prompt.kind === 'followUp') expect(leftMs, '[M15] time is left').toBeGreaterThanOrEqual(FOLLOW_UP_TIME_MIN_MS);
    // A skip that arrives between the end and its notice asks once more; the deadline, past already, ends it at once.
    else if (walked.events.at(-1)?.type !== 'prompt.skip') expect(leftMs, '[M8] time is left').toBeGreaterThan(0);
  }
  if (isDecided && path === 'COMPLETE') {
    const isLast = context.questionIndex + 1 === context.plan.questions.length;
    expect(context.outcome, '[M8] cut short only where a question waits').toBe(isLast ? 'finished' : 'expired');
  }

  const isComplete = path === 'COMPLETE';
  expect(factsOf(facts, 'interview.completed').length).toBe(isComplete ? 1 : 0);
  expect(context.outcome !== null).toBe(isComplete);
  expect(context.endsAt !== null && context.totalLeftMs !== null, 'the clock runs or is stopped').toBe(false);
}

/** Walk through any course, looking after every event. */
function run(walked: Walk, step: () => unknown): void {
  const { path, snapshot } = walked;
  const before = walked.events.length;
  step();
  if (walked.events.length === before) return;
  // XState hands the same snapshot back for what it refuses.
  if (!walked.last.isTaken) expect(walked.snapshot).toBe(snapshot);
  expectSound(walked, path);
}

test(`[M8] [M14] [M15] [M17] [M29] hold in any course of any interview (seed ${seed})`, () => {
  const property = fc.property(anyInput, anyMoves, anyStop, (input, moves, stop) => {
    const walked = walk(input);
    for (const move of moves) run(walked, () => makeMove(walked, move));
    if (stop) run(walked, () => makeMove(walked, stop));
  });
  fc.assert(property, runs);
});

test(`[M11] an interview left to itself completes: there is no dead end (seed ${seed})`, () => {
  const reached = new Map<string, number>();
  const property = fc.property(anyInput, anyMoves, (input, moves) => {
    const walked = walk(input);
    for (const move of moves) makeMove(walked, move);
    for (let count = 0; walked.path !== 'COMPLETE'; count++) {
      expect(count, `still in ${walked.path}`).toBeLessThan(EVENTS_MAX);
      run(walked, () => expect(letTimePass(walked), `nothing moves ${walked.path}`).toBe(true));
    }
    reached.set(String(walked.context.outcome), (reached.get(String(walked.context.outcome)) ?? 0) + 1);
  });
  fc.assert(property, runs);
  // Otherwise the moves would be too tame to prove anything.
  expect([...reached.keys()]).toEqual(expect.arrayContaining(['finished', 'expired']));
});

test(`[M30] the same events give the same interview (seed ${seed})`, () => {
  const property = fc.property(anyInput, anyMoves, (input, moves) => {
    const walked = walk(input);
    for (const move of moves) makeMove(walked, move);
    const again = walk(input);
    for (const event of walked.events) again.take(event);
    expect([again.path, again.context, again.facts]).toEqual([walked.path, walked.context, walked.facts]);
  });
  fc.assert(property, { ...runs, numRuns: 100 });
});
