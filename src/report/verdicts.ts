import type { ReviewView } from '../protocol.ts';

/** The verdicts of a review, however they are written. */
export function verdictsOf({
  pointId,
  verdict,
  verdicts = [],
}: Pick<ReviewView, 'pointId' | 'verdict' | 'verdicts'>): NonNullable<ReviewView['verdicts']> {
  return pointId === undefined || verdict === undefined ? verdicts : [{ pointId, verdict }];
}
