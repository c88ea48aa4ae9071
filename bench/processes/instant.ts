import type { Evaluation, EvaluationRequest, Evaluator } from '../../src/evaluators/evaluator.ts';

/** Judges nothing: every point is missing, so that every follow-up is asked. */
export function evaluateRubric({ rubric }: EvaluationRequest): Evaluation {
  return {
    score: 0,
    confidence: 1,
    needsReview: false,
    flags: [],
    points: rubric.points.map(({ id }) => ({ id, verdict: 'not_met', coverage: 0, evidence: [] })),
    followUp: { due: true, urgency: 1 },
    evaluator: { id: 'instant', version: '1' },
  };
}

/** In the place of the embedded evaluator. */
export function createRubricEvaluator(): Evaluator {
  return async (request) => ({ ok: true, evaluation: evaluateRubric(request) });
}
