import { createActor, fromPromise } from 'xstate';
import type { DeadlineInput, EvaluateInput, EvaluateOutput } from '../machines/interview.ts';
import type { Clock } from './clock.ts';
import type { Evaluation, EvaluationRequest, Evaluator } from './evaluators/evaluator.ts';
import { type Effect, type ResultEvent, toDoneEvent, toErrorEvent } from './reduce.ts';
import type { StoredEvaluation } from './working.ts';

export interface EffectDeps {
  clock: Clock;
  evaluator: Evaluator;
  /** The embedded evaluator: judges when `evaluator` has been given up. */
  fallback: Evaluator;
  /** The words which the machine's ids stand for. */
  requestOf: (input: EvaluateInput) => EvaluationRequest;
  /** What models have cost in this interview so far. Units: tokens. */
  tokensSpent: () => number;
  /** Until the machine gives an evaluation up. Units: ms. */
  timeLeftMs: () => number;
}

/** An evaluation as it is stored with its event. */
export function toStoredEvaluation(evaluation: Evaluation, isDegraded: boolean): StoredEvaluation {
  const { flags } = evaluation;
  return {
    ...evaluation,
    flags: isDegraded && !flags.includes('degraded') ? [...flags, 'degraded'] : flags,
    isNonAnswer: flags.includes('non-answer') || flags.includes('empty'),
    isDegraded,
    proposedPointId: evaluation.followUp.pointId ?? null,
  };
}

function evaluateLogic(deps: EffectDeps, evaluator: Evaluator, isDegraded: boolean) {
  return fromPromise<EvaluateOutput, EvaluateInput>(async ({ input, signal }) => {
    const options = { key: input.key, signal, tokensSpent: deps.tokensSpent(), timeLeftMs: deps.timeLeftMs() };
    const result = await evaluator(deps.requestOf(input), options);
    const at = deps.clock.now();
    // With what it cost: the journal is where a budget survives.
    if (!result.ok) return { ...result, at };
    return { ok: true, at, evaluation: toStoredEvaluation(result.evaluation, isDegraded) };
  });
}

/**
 * The real actors for the names in the machine; also what `interview.provide({ actors })` takes.
 *
 * They answer with a value and do nothing else. Stopping one aborts its signal.
 */
export function createLogics(deps: EffectDeps) {
  return {
    deadline: fromPromise<{ at: number }, DeadlineInput>(
      ({ input, signal }) =>
        new Promise((resolve) => {
          if (input.at === null) return;
          const cancel = deps.clock.wake(input.at, () => resolve({ at: deps.clock.now() }));
          signal.addEventListener('abort', cancel, { once: true });
        }),
    ),
    evaluate: evaluateLogic(deps, deps.evaluator, false),
    evaluateFallback: evaluateLogic(deps, deps.fallback, true),
  };
}

export type Logics = ReturnType<typeof createLogics>;

/**
 * Start an effect; its answer comes as one event, never synchronously, and never after it was stopped.
 *
 * Returns how to stop it.
 */
export function startEffect(
  logicsOf: () => Logics,
  effect: Effect,
  clock: Clock,
  deliver: (event: ResultEvent, error?: unknown) => void,
): () => void {
  // A deadline is a timer and nothing else: an actor around it costs more than all else in a turn but the commit.
  if (effect.src === 'deadline') {
    const { at } = effect.input;
    if (at === null) return () => {};
    try {
      return clock.wake(at, () => deliver(toDoneEvent(effect.id, { at: clock.now() })));
    } catch (error) {
      queueMicrotask(() => deliver(toErrorEvent(effect.id, clock.now()), error));
      return () => {};
    }
  }
  const actor = createActor(logicsOf()[effect.src], { input: effect.input });
  const subscription = actor.subscribe({
    next: (snapshot: { status: string; output?: { at: number } | undefined }) => {
      if (snapshot.status === 'done' && snapshot.output) deliver(toDoneEvent(effect.id, snapshot.output));
    },
    error: (error: unknown) => deliver(toErrorEvent(effect.id, clock.now()), error),
  });
  actor.start();
  return () => {
    subscription.unsubscribe();
    actor.stop();
  };
}
