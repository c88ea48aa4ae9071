import { randomUUID } from 'node:crypto';
import { readConfig } from '../config.ts';
import type { Evaluation, EvaluationRequest, Evaluator } from '../evaluators/evaluator.ts';
import { createRubricEvaluator, evaluateRubric } from '../evaluators/rubric.ts';

/** Which evaluators a command takes by name. */
export const judgeNames = ['rubric', 'llm'] as const;

/**
 * The evaluator that a command judges with: the one it names, or the one that a service with this environment has.
 *
 * Errors: an Error that names every variable that is wrong or missing, or what `named` may be.
 */
export async function openJudge(
  env: Readonly<Record<string, string | undefined>>,
  named: string | undefined,
): Promise<Evaluator> {
  if (named !== undefined && !judgeNames.some((name) => name === named))
    throw new Error(`--evaluator ${named}: accepted are ${judgeNames.join(' and ')}`);
  // What only a service needs must not keep anybody from judging offline.
  const isAsked = named === 'llm' || Object.keys(env).some((name) => /^VIVA_(LLM_|EVALUATOR)/.test(name));
  if (named === 'rubric' || !isAsked) return createRubricEvaluator();
  const read = readConfig({ ...env, ...(named === undefined ? {} : { VIVA_EVALUATOR: named }) });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  if (!read.config.llm) return createRubricEvaluator();
  const { openLlmEvaluator } = await import('../evaluators/llm/open.ts');
  return openLlmEvaluator(read.config.llm);
}

/** What came of one answer. `failure`: why the evaluator gave nothing; then the embedded one judged, as in a service. */
export interface Judged {
  evaluation: Evaluation;
  failure?: string;
  ms: number;
}

/** Judge one answer as a service would, without its further attempts. */
export async function judgeOne(evaluator: Evaluator, request: EvaluationRequest): Promise<Judged> {
  const startedAt = performance.now();
  const result = await evaluator(request, { key: `${randomUUID()}/1`, signal: new AbortController().signal });
  const ms = Math.round((performance.now() - startedAt) * 1_000) / 1_000;
  if (result.ok) return { evaluation: result.evaluation, ms };
  const embedded = evaluateRubric(request);
  return { evaluation: { ...embedded, flags: [...embedded.flags, 'degraded'] }, failure: result.code, ms };
}
