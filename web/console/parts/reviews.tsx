import type { ReviewView } from '../../../src/protocol.ts';
import { verdictsOf } from '../../../src/report/verdicts.ts';
import type { PointReview } from '../judging.ts';
import { formatCount, formatExact, formatInstant, formatShare } from '../moments.ts';
import { verdictLabels } from '../wording.ts';
import { Badge } from './badge.tsx';

const roles = { reviewer: 'A reviewer', operator: 'An operator' } as const;

/** Who said it and when, and whether they had seen what others said. */
function Source({ review }: { review: ReviewView }) {
  const { rater, by, at, isBlind } = review;
  return (
    <p className="soft review-source">
      <span dir="auto">{rater ?? roles[by]}</span>
      {rater !== undefined && by === 'operator' && ' (operator)'}
      {', '}
      <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
        {formatInstant(at, Date.now())}
      </time>
      {isBlind && ', blind'}
    </p>
  );
}

function Reason({ text }: { text: string }) {
  return (
    <p className="review-reason" dir="auto">
      {text}
    </p>
  );
}

/** What people said of one point, oldest first; the newest holds. */
export function PointReviews({ number, reviews }: { number: number; reviews: readonly PointReview[] }) {
  if (reviews.length === 0) return null;
  return (
    <ul className="reviews" aria-label={`What people say of point ${number}`}>
      {reviews.map(({ verdict, review }, index) => (
        <li key={review.seq} className={`review ${index === reviews.length - 1 ? '' : 'is-past'}`}>
          <Badge label={verdictLabels[verdict]} />
          <Source review={review} />
          <Reason text={review.reason} />
        </li>
      ))}
    </ul>
  );
}

function sayWhat(review: ReviewView): string {
  const verdictCount = verdictsOf(review).length;
  const said = [
    ...(review.score === undefined ? [] : [formatShare(review.score)]),
    ...(review.decision === undefined ? [] : [review.decision]),
    ...(verdictCount === 0 ? [] : [`verdicts on ${formatCount(verdictCount, 'point')}`]),
  ];
  return said.join(', ');
}

/** What people said of a question or of the whole, oldest first. */
export function Reviews({ label, reviews }: { label: string; reviews: readonly ReviewView[] }) {
  if (reviews.length === 0) return null;
  return (
    <ul className="reviews" aria-label={label}>
      {reviews.map((review) => (
        <li key={review.seq} className="review">
          <b className="number" dir="auto">
            {sayWhat(review)}
          </b>
          <Source review={review} />
          <Reason text={review.reason} />
        </li>
      ))}
    </ul>
  );
}
