import type { EvaluationView, ReviewView } from '../../../src/protocol.ts';
import { isLocated } from '../evidence.ts';
import { pointReviewsOf } from '../judging.ts';
import { formatCount, formatShare } from '../moments.ts';
import { verdictLabels } from '../wording.ts';
import { Badge } from './badge.tsx';
import { PointReviews } from './reviews.tsx';
import { ScoreBar } from './score-bar.tsx';

type Point = EvaluationView['points'][number];

interface Focus {
  activePointId: string | null;
  /** `null` = none. */
  onActivate: (pointId: string | null) => void;
  /** What people said of the question and its points. */
  reviews: readonly ReviewView[];
  /** Absent = nothing can be judged now. */
  onJudge: ((pointId: string) => void) | undefined;
}

/** The points of a rubric as one evaluation judged them. */
export function Points({ points, joined, ...focus }: { points: Point[]; joined: string } & Focus) {
  return (
    <ol className="points">
      {points.map((point, index) => (
        <PointRow key={point.id} point={point} number={index + 1} joined={joined} {...focus} />
      ))}
    </ol>
  );
}

function PointRow({
  point,
  number,
  joined,
  activePointId,
  onActivate,
  reviews,
  onJudge,
}: { point: Point; number: number; joined: string } & Focus) {
  const lost = point.evidence.filter((quote) => !isLocated(joined, quote));
  const found = point.evidence.length - lost.length;
  const isActive = activePointId === point.id;
  return (
    <li className="point">
      <div className="point-head">
        <span className="point-number" aria-hidden="true">
          {number}
        </span>
        <p className="point-text" dir="auto">
          {point.text}
        </p>
        <Badge label={verdictLabels[point.verdict]} className="point-verdict" />
      </div>
      <div className="point-facts">
        <ScoreBar label={`Coverage of point ${number}`} value={point.coverage} />
        <span className="number">{formatShare(point.coverage)} covered</span>
        <span className="soft">weight {point.weight}</span>
        {found > 0 ? (
          <button
            type="button"
            className="link-button"
            aria-pressed={isActive}
            title="Mark the evidence for this point only"
            onClick={() => onActivate(isActive ? null : point.id)}
          >
            {formatCount(found, 'quote')}
          </button>
        ) : (
          <span className="soft">no evidence</span>
        )}
        {onJudge && (
          <button type="button" className="link-button" onClick={() => onJudge(point.id)}>
            Override<span className="visually-hidden"> the verdict on point {number}</span>
          </button>
        )}
      </div>
      {point.reason && (
        <p className="soft point-reason" dir="auto">
          {point.reason}
        </p>
      )}
      {lost.map(({ quote, start }) => (
        <p key={start + quote} className="tone-warn lost-quote">
          Quoted, but it does not stand there in the answer: <q dir="auto">{quote}</q>
        </p>
      ))}
      <PointReviews number={number} reviews={pointReviewsOf(reviews, point.id)} />
    </li>
  );
}
