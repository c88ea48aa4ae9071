import { randomBytes } from 'node:crypto';
import type { LlmSettings } from '../../config.ts';
import type { Evaluator } from '../evaluator.ts';
import { createBudget } from './budget.ts';
import { createCall } from './calls.ts';
import { openEndpoint } from './endpoint.ts';
import { createLlmEvaluator } from './evaluator.ts';

/** A call waits so long for an endpoint that wants to be left alone. Units: ms. */
const PATIENCE_MS = 3_000;
/** After so many failures in a row the endpoint is left alone for so long. */
const FAILURES_MAX = 5;
const BREAK_MS = 30_000;

/** An evaluator that asks a real endpoint. Nothing is asked before the first answer is to be judged. */
export function openLlmEvaluator(settings: LlmSettings): Evaluator {
  const { timeoutMs, callsMax, interviewTokensMax, prices } = settings;
  const endpoint = openEndpoint(settings, Date.now);
  const limits = {
    timeoutMs,
    concurrency: callsMax,
    patienceMs: PATIENCE_MS,
    failuresMax: FAILURES_MAX,
    breakMs: BREAK_MS,
  };
  return createLlmEvaluator({
    endpoint,
    call: createCall(endpoint, limits, Date.now),
    budget: createBudget(interviewTokensMax),
    ...(prices ? { prices } : {}),
    now: Date.now,
    newWord: () => randomBytes(12).toString('hex'),
  });
}
