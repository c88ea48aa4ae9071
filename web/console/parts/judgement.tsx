import type { EvaluationView, ReviewView } from '../../../src/protocol.ts';
import { explainFlag, nameFlag } from '../../../src/report/flags.ts';
import { describeJudge } from '../../../src/report/provenance.ts';
import { Icon } from '../../shared/icon.tsx';
import { formatShare } from '../moments.ts';
import type { Judgement } from '../threads.ts';
import { Badge } from './badge.tsx';
import { Points } from './points.tsx';
import { ScoreBar } from './score-bar.tsx';

/** Choose which judgement of a question is shown; the newest is, until somebody chooses. */
export function JudgementChoice({
  judgements,
  shownId,
  onShow,
  name,
}: {
  judgements: Judgement[];
  shownId: string;
  onShow: (promptId: string) => void;
  name: string;
}) {
  return (
    <fieldset className="choices">
      <legend className="visually-hidden">Judgement after</legend>
      {judgements.map(({ promptId, label, evaluation }) => (
        <label key={promptId} className="choice">
          <input
            type="radio"
            className="choice-input"
            name={name}
            checked={promptId === shownId}
            onChange={() => onShow(promptId)}
          />
          <span className="choice-face">
            {label}
            <span className="choice-score number">{evaluation ? formatShare(evaluation.score) : '–'}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** One evaluation in full: score against the threshold, confidence, remarks, points. */
export function JudgementPanel({
  evaluation,
  threshold,
  joined,
  activePointId,
  onActivate,
  reviews,
  onJudge,
}: {
  evaluation: EvaluationView;
  threshold: number | undefined;
  joined: string;
  activePointId: string | null;
  onActivate: (pointId: string | null) => void;
  reviews: readonly ReviewView[];
  onJudge: ((pointId: string) => void) | undefined;
}) {
  const { score, confidence, needsReview, isDegraded, evaluator, points } = evaluation;
  // The badge says it already.
  const flags = evaluation.flags.filter((flag) => flag !== 'degraded');
  return (
    <div className="judgement">
      <div className="score">
        <span className="score-number number">{formatShare(score)}</span>
        <div className="score-side">
          <ScoreBar label="Score" value={score} threshold={threshold} />
          <span className="score-caption">
            {threshold !== undefined && (
              <span>
                threshold <b className="number">{formatShare(threshold)}</b>{' '}
                {score >= threshold ? 'reached' : 'not reached'}
              </span>
            )}
            <span>
              confidence <b className="number">{formatShare(confidence)}</b>
            </span>
          </span>
        </div>
      </div>
      {(needsReview || isDegraded) && (
        <div className="badges">
          {needsReview && <Badge label={{ text: 'Needs review', tone: 'warn', icon: 'person' }} />}
          {isDegraded && <Badge label={{ text: 'Degraded: embedded evaluator', tone: 'warn', icon: 'alert' }} />}
        </div>
      )}
      {flags.length > 0 && (
        <ul className="flags" aria-label="Remarks of the evaluator">
          {flags.map((flag) => (
            <li key={flag} className="flag">
              <Icon name="flag" />
              <span>
                <b>{nameFlag(flag)}.</b> {explainFlag(flag)}
              </span>
            </li>
          ))}
        </ul>
      )}
      <h4 className="visually-hidden">Points</h4>
      <Points
        points={points}
        joined={joined}
        activePointId={activePointId}
        onActivate={onActivate}
        reviews={reviews}
        onJudge={onJudge}
      />
      <p className="evaluator soft">
        {[`Judged by ${evaluator.id}, version ${evaluator.version}.`, ...describeJudge(evaluation)].join(' ')}
      </p>
    </div>
  );
}
