import { describe, expect, test } from 'vitest';
import { BACK_OFF_MAX_MS } from '../../machines/interview.ts';
import {
  apply,
  brief,
  doneEvent,
  enough,
  errorEvent,
  evaluationDigest,
  SECOND,
  T0,
  type Walk,
} from '../support/machine.ts';
import { invokedIdsByPath, type RestingPath, reach, reachLast, restingPaths } from '../support/positions.ts';

const plan = (attemptsMax: number, backoffMs = SECOND) => ({
  evaluation: { timeoutMs: 20 * SECOND, attemptsMax, backoffMs },
});

/** Every evaluation request that was started, in order. */
function requestsOf(walk: Walk, steps: ((walk: Walk) => Walk)[]): unknown[] {
  const requests = [...walk.running.values()].filter(({ src }) => src !== 'deadline');
  for (const step of steps) requests.push(...step(walk).last.started.filter(({ src }) => src !== 'deadline'));
  return requests.map(({ src, input }) => ({ src, ...input }));
}

const fail = (w: Walk) => w.fail();
const retry = (w: Walk) => w.pass('backOff');

describe('attempts', () => {
  test('[M23] each has its number and a key of its own; the fallback too', () => {
    const requests = requestsOf(reach('EVALUATING.SCORING', plan(3)), [fail, retry, fail, retry, fail]);
    const about = { questionId: 'a', answerId: 'a' };
    expect(requests).toEqual([
      { src: 'evaluate', key: 'i1/a/1', attempt: 1, ...about },
      { src: 'evaluate', key: 'i1/a/2', attempt: 2, ...about },
      { src: 'evaluate', key: 'i1/a/3', attempt: 3, ...about },
      { src: 'evaluateFallback', key: 'i1/a/fallback', attempt: 3, ...about },
    ]);
  });

  test('[M23] start anew for the answer to a follow-up, under its own key', () => {
    const walk = reach('EVALUATING.BACKING_OFF').pass('backOff').judge(evaluationDigest()).answer();
    expect(walk.running.get('evaluate')?.input).toEqual({
      key: 'i1/a.1/1',
      questionId: 'a',
      answerId: 'a.1',
      attempt: 1,
    });
  });

  test('[M23] each has the whole time limit, from its own beginning', () => {
    const walk = reach('EVALUATING.SCORING')
      .wait(15 * SECOND)
      .fail()
      .pass('backOff');
    expect(walk.now).toBe(T0 + 16 * SECOND);
    expect(walk.running.get('evaluation')?.input).toEqual({ at: walk.now + 20 * SECOND });
    expect(walk.fail(false).running.get('evaluation')?.input).toEqual({ at: walk.now + 20 * SECOND });
  });

  test('[M24] failures and time-outs count together', () => {
    const walk = reach('EVALUATING.SCORING', plan(3)).fail().pass('backOff').pass('evaluation').pass('backOff');
    expect(walk.context.attempt).toBe(3);
    expect(walk.pass('evaluation').path).toBe('EVALUATING.FALLBACK');
    expect(walk.facts.map(brief).filter((fact) => fact.startsWith('evaluation.'))).toEqual([
      'evaluation.started a 1',
      'evaluation.failed a 1 UPSTREAM',
      'evaluation.started a 2',
      'evaluation.failed a 2 TIMEOUT',
      'evaluation.started a 3',
      'evaluation.failed a 3 TIMEOUT',
      'evaluation.degraded a',
    ]);
  });

  test('[M24] one attempt means no back-off', () => {
    expect(reach('EVALUATING.SCORING', plan(1)).fail().path).toBe('EVALUATING.FALLBACK');
    expect(reach('EVALUATING.SCORING', plan(1)).pass('evaluation').path).toBe('EVALUATING.FALLBACK');
  });

  test('[M24] the back-off doubles each time', () => {
    const walk = reach('EVALUATING.SCORING', plan(6, 250));
    const waits = [1, 2, 3, 4, 5].map(() => {
      const { now } = walk.fail();
      return walk.pass('backOff').now - now;
    });
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000]);
  });

  test.each([
    { backoffMs: 10 * SECOND, waits: [10, 20, 30, 30, 30] },
    { backoffMs: BACK_OFF_MAX_MS, waits: [30, 30, 30] },
    { backoffMs: 45 * SECOND, waits: [45, 45, 45] },
  ])('[M24] a back-off that begins at $backoffMs ms waits $waits s', ({ backoffMs, waits }) => {
    const walk = reach('EVALUATING.SCORING', plan(waits.length + 1, backoffMs));
    for (const seconds of waits) {
      const failedAt = walk.fail().now;
      expect(walk.pass('backOff').now - failedAt).toBe(seconds * SECOND);
    }
  });

  test('[M25] a failure for good is not tried again, whatever is left', () => {
    const walk = reach('EVALUATING.SCORING', plan(10)).fail(false);
    expect([walk.path, walk.context.attempt]).toEqual(['EVALUATING.FALLBACK', 1]);
  });
});

describe('results', () => {
  test('[M25] a late success within an attempt ends the failures', () => {
    const walk = reach('EVALUATING.SCORING').fail().pass('backOff').judge(enough);
    expect(walk.context.prompt?.id).toBe('b');
    expect(walk.facts.map(brief)).not.toContain('evaluation.degraded a');
  });

  test('[M29] only what the decision reads is kept of an evaluation', () => {
    const whole = {
      ...evaluationDigest({ needsReview: true, proposedPointId: 'effect' }),
      confidence: 0.5,
      points: [{ id: 'effect', verdict: 'not_met' as const, coverage: 0, evidence: [{ quote: 'what they said' }] }],
      summary: 'what they said',
    };
    const walk = reach('EVALUATING.SCORING').judge(whole);
    expect(walk.context.evaluation).toEqual({
      score: 0.25,
      points: [{ id: 'effect', verdict: 'not_met', coverage: 0 }],
      isNonAnswer: false,
      needsReview: true,
      proposedPointId: 'effect',
    });
    expect(walk.last.facts[0]).toEqual({ type: 'evaluation.done', answerId: 'a', score: 0.25, needsReview: true });
  });

  test('[M29] only points of the rubric are kept, each once, and no foreign proposal', () => {
    const cause = { id: 'cause', verdict: 'met', coverage: 1 } as const;
    const points = [{ ...cause, id: 'foreign' }, cause, { ...cause, verdict: 'not_met' as const, coverage: 0 }];
    // The last question, because asking the next one forgets the evaluation.
    const walk = reachLast('EVALUATING.SCORING').judge(evaluationDigest({ points, proposedPointId: 'foreign' }));
    expect(walk.context.evaluation).toMatchObject({ points: [cause], proposedPointId: null });
  });

  test('[M26] nothing of an earlier evaluation is left when the next one fails', () => {
    const walk = reach('FOLLOW_UP.ANSWERING').answer().fail(false).fail(false, 'evaluateFallback');
    expect(walk.last.facts.map(brief)).toEqual([
      'evaluation.failed a.1 1 UPSTREAM',
      'evaluation.missing a.1',
      'followUp.decided a not-evaluated',
      'prompt.asked b',
    ]);
  });

  test('[M26] the fallback is not tried twice', () => {
    const walk = reach('EVALUATING.FALLBACK', plan(10)).fail(true, 'evaluateFallback');
    expect(walk.facts.map(brief).filter((fact) => fact === 'evaluation.degraded a')).toHaveLength(1);
    expect(walk.context.prompt?.id).toBe('b');
  });
});

describe('defects', () => {
  const paths = restingPaths.flatMap((path) => invokedIdsByPath[path].map((id) => ({ path, id })));

  test.each(paths)('[M28] of $id in $path is told and the interview goes on', ({ path, id }) => {
    const walk = reach(path).crash(id);
    expect(walk.last.facts).toContainEqual({ type: 'defect', actorId: id });
    expect(walk.snapshot.status).toBe('active');
    expect(walk.send({ type: 'interview.cancel' }).context.outcome).toBe('cancelled');
  });

  // Where the candidate can act, a lost timer costs nothing but its limit; where they cannot, the chart itself moves on.
  test.each(paths)('[M28] of $id in $path leaves a way on for the candidate or the chart', ({ path, id }) => {
    const walk = reach(path).crash(id);
    const isCandidateWaiting = walk.path.startsWith('EVALUATING');
    const hasDeadline = [...walk.running.values()].some(({ src }) => src === 'deadline');
    expect(isCandidateWaiting ? hasDeadline : apply(walk.snapshot, { type: 'interview.end', at: T0 }).isTaken).toBe(
      true,
    );
  });

  test('[M28] the text of an error goes nowhere', () => {
    const event = errorEvent('evaluate', T0, { message: 'what they said' });
    const step = apply(reach('EVALUATING.SCORING').snapshot, event);
    expect(step.facts.map(brief)).toContain('defect evaluate');
    expect(JSON.stringify([step.facts, step.snapshot.context, step.started])).not.toContain('what they said');
  });

  test('[M28] the fallback has its whole time when the host dates the defect, as XState does not', () => {
    const at = T0 + 19 * SECOND;
    const { snapshot } = reach('EVALUATING.SCORING');
    expect(apply(snapshot, errorEvent('evaluate', at)).snapshot.context.evaluationDueAt).toBe(at + 20 * SECOND);
    expect(apply(snapshot, errorEvent('evaluate')).snapshot.context.evaluationDueAt).toBe(T0 + 20 * SECOND);
  });
});

describe('what comes too late', () => {
  const late = { ok: true, at: T0 + 1, evaluation: enough };

  test.each<[string, () => Walk, string]>([
    ['the evaluator, during the back-off', () => reach('EVALUATING.BACKING_OFF'), 'evaluate'],
    ['the evaluator, during the fallback', () => reach('EVALUATING.FALLBACK'), 'evaluate'],
    ['the evaluator, after its answer', () => reach('EVALUATING.SCORING').judge(), 'evaluate'],
    [
      'the fallback, after its answer',
      () => reach('EVALUATING.FALLBACK').judge(enough, 'evaluateFallback'),
      'evaluateFallback',
    ],
    [
      'the evaluator, after a cancellation',
      () => reach('EVALUATING.SCORING').send({ type: 'interview.cancel' }),
      'evaluate',
    ],
    ["the attempt's deadline, after the answer", () => reach('EVALUATING.SCORING').judge(), 'evaluation'],
    ["the prompt's deadline, after the answer", () => reach('EVALUATING.SCORING'), 'prompt'],
    ["the prompt's deadline, during a pause", () => reach('QUESTIONING.PAUSED'), 'prompt'],
    ["the interview's deadline, at its end", () => reach('COMPLETE'), 'whole'],
    [
      'the end of a pause, after resuming',
      () => reach('QUESTIONING.PAUSED').send({ type: 'interview.resume' }),
      'pause',
    ],
  ])('[M27] %s changes nothing', (_what, from, id) => {
    const { snapshot } = from();
    const step = apply(snapshot, doneEvent(id, late));
    expect([step.isTaken, step.snapshot]).toEqual([false, snapshot]);
  });

  // XState knows an invoked actor by its id alone and takes an unhandled error for the end of the machine. Both are why
  // the host must drop what an actor says after it was stopped. If these fail after an update of xstate, the host may do less.
  test('[M27] a result of an earlier attempt cannot be told from the present one: the host must drop it', () => {
    const { snapshot } = reach('EVALUATING.BACKING_OFF').pass('backOff');
    expect(apply(snapshot, doneEvent('evaluate', late)).isTaken).toBe(true);
  });

  test.each<RestingPath>(['QUESTIONING.ANSWERING', 'COMPLETE'])(
    '[M27] an error of an actor that does not run in %s ends the machine: the host must drop it',
    (path) => {
      const { snapshot } = reach(path);
      expect(apply(snapshot, errorEvent('evaluate', T0)).snapshot.status).toBe('error');
      expect(snapshot.status).not.toBe('error');
    },
  );
});
