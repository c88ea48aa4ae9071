import type { Verdict } from '../../machines/interview.ts';
import type { ReviewView, TranscriptEntry } from '../protocol.ts';
import { verdictsOf } from './verdicts.ts';

/** What a verdict of a person is worth, as coverage. */
const worth: Record<Verdict, number> = { met: 1, partial: 0.5, not_met: 0, contradicted: 0 };

/** What people have left of a question: a score of theirs, or verdicts on points, whatever came last. */
function overridesOf(reviews: readonly ReviewView[]): { score: number | null; verdicts: Map<string, Verdict> } {
  let score: number | null = null;
  const verdicts = new Map<string, Verdict>();
  for (const review of reviews) {
    const given = verdictsOf(review);
    for (const { pointId, verdict } of given) verdicts.set(pointId, verdict);
    if (review.score !== undefined) score = review.score;
    else if (given.length > 0) score = null;
  }
  return { score, verdicts };
}

/**
 * The score of a question as people left it: the newest score that a person gave it; or, after a verdict on a point,
 * its points with those verdicts in their places, by weight. Null = nobody has judged it. The score of the evaluator
 * stays beside it.
 */
export function reviewedScoreOf(
  points: readonly { id: string; weight: number }[],
  entries: readonly TranscriptEntry[],
  reviews: readonly ReviewView[],
): number | null {
  const { score, verdicts } = overridesOf(reviews);
  if (score !== null || verdicts.size === 0) return score;
  const judged = entries.findLast(({ evaluation }) => evaluation)?.evaluation?.points ?? [];
  const coverageById = new Map(judged.map(({ id, coverage }) => [id, coverage]));
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const reached = points.reduce((sum, { id, weight }) => {
    const verdict = verdicts.get(id);
    return sum + weight * (verdict === undefined ? (coverageById.get(id) ?? 0) : worth[verdict]);
  }, 0);
  return reached / total;
}
