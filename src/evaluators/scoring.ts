import type { Verdict } from '../../machines/interview.ts';
import type { Evaluation, EvaluationRequest, Flag, PointEvaluation, RubricPoint } from './evaluator.ts';
import { reviewFlags } from './guards.ts';

/** Coverage (0..1) from which a point is met, and from which it is partly met. */
export const COVERAGE_MET_MIN = 0.6;
export const COVERAGE_PARTIAL_MIN = 0.3;
/** Confidence (0..1) below which a person should look. */
export const CONFIDENCE_SURE_MIN = 0.25;

/** The verdict that a coverage (0..1) stands for. Words alone never tell a contradiction. */
export function verdictOf(coverage: number): Verdict {
  if (coverage >= COVERAGE_MET_MIN) return 'met';
  return coverage >= COVERAGE_PARTIAL_MIN ? 'partial' : 'not_met';
}

/** What follows from the verdicts on the points: by arithmetic alone, whoever gave them. */
export function summarize(
  { rubric }: EvaluationRequest,
  points: readonly PointEvaluation[],
  found: readonly Flag[],
): Pick<Evaluation, 'score' | 'confidence' | 'needsReview' | 'followUp'> {
  const score = weightedMean(rubric.points, points);
  const isSilent = found.includes('empty') || found.includes('non-answer');
  // Nothing said is nothing to be unsure of; silence on a follow-up leaves the earlier answer as sure as it was.
  const confidence = isSilent && score === 0 ? 1 : distance(score, rubric.threshold);
  const pointId = missingPointId(rubric.points, points);
  const isDue = !isSilent && score < rubric.threshold && pointId !== undefined;
  return {
    score,
    confidence,
    needsReview: confidence < CONFIDENCE_SURE_MIN || found.some((flag) => reviewFlags.has(flag)),
    followUp: { due: isDue, urgency: 1 - score, ...(isDue ? { pointId } : {}) },
  };
}

/** Summed in the order of the ids, so that the order of the points cannot change even the last digit. */
function weightedMean(rubricPoints: readonly RubricPoint[], points: readonly PointEvaluation[]): number {
  const rows = rubricPoints
    .map(({ id, weight }, index) => ({ id, weight, coverage: points[index]?.coverage ?? 0 }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const total = rows.reduce((sum, row) => sum + row.weight, 0);
  const earned = rows.reduce((sum, row) => sum + row.weight * row.coverage, 0);
  return total > 0 ? Math.min(1, earned / total) : 0;
}

/** How far a score is from the threshold, as a share of the way to the end of the scale on its side. */
function distance(score: number, threshold: number): number {
  const room = score >= threshold ? 1 - threshold : threshold;
  return room > 0 ? Math.abs(score - threshold) / room : 1;
}

/** The point not met that is worth most: weight × what is missing; the smaller id where two are worth the same. */
function missingPointId(rubricPoints: readonly RubricPoint[], points: readonly PointEvaluation[]): string | undefined {
  let best: { id: string; worth: number } | undefined;
  for (const [index, point] of points.entries()) {
    if (point.verdict === 'met') continue;
    const worth = (rubricPoints[index]?.weight ?? 0) * (1 - point.coverage);
    if (!best || worth > best.worth || (worth === best.worth && point.id < best.id)) best = { id: point.id, worth };
  }
  return best?.id;
}
