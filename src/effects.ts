import type { EvaluateInput, EvaluateOutput } from '../machines/interview.ts';
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

/** Start an effect and have its one answer delivered as an event. Returns how to stop it. */
export type StartEffect = (effect: Effect, deliver: (event: ResultEvent, error?: unknown) => void) => () => void;

type Judging = Extract<Effect, { input: EvaluateInput }>;

/**
 * What the names in the machine stand for. They answer with a value and do nothing else.
 *
 * The answer comes as one event, never synchronously, and never after the effect was stopped. Stopping an evaluation
 * under way aborts its signal. They are no actors of XState, although they could be: making and ending those cost more
 * than the rest of a turn's effects.
 */
export function createEffects({ clock, evaluator, fallback, requestOf }: EffectDeps): StartEffect {
  async function evaluate({ src, input }: Judging, signal: AbortSignal): Promise<EvaluateOutput> {
    const isDegraded = src === 'evaluateFallback';
    const judge = isDegraded ? fallback : evaluator;
    const result = await judge(requestOf(input), { key: input.key, signal });
    const at = clock.now();
    if (!result.ok) return { ok: false, at, code: result.code, isRetryable: result.isRetryable };
    return { ok: true, at, evaluation: toStoredEvaluation(result.evaluation, isDegraded) };
  }

  return (effect, deliver) => {
    if (effect.src === 'deadline') {
      const { at } = effect.input;
      return at === null ? () => {} : clock.wake(at, () => deliver(toDoneEvent(effect.id, { at: clock.now() })));
    }
    const controller = new AbortController();
    let isOver = false;
    const finish = (event: ResultEvent, error?: unknown) => {
      if (isOver) return;
      isOver = true;
      deliver(event, error);
    };
    evaluate(effect, controller.signal).then(
      (output) => finish(toDoneEvent(effect.id, output)),
      (error: unknown) => finish(toErrorEvent(effect.id, clock.now()), error),
    );
    return () => {
      if (isOver) return;
      isOver = true;
      controller.abort();
    };
  };
}
