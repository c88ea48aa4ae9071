import type { ReactNode } from 'react';
import type { ReviewView } from '../../../src/protocol.ts';
import { sayAgreement } from '../../../src/report/agreement.ts';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { ReportDigest } from '../api.ts';
import { decisionsOf } from '../judging.ts';
import { formatCount, formatShare } from '../moments.ts';
import { useJudging } from '../use-judging.ts';
import { Reviews } from './reviews.tsx';

/** Judging of the whole interview: blind or not, what was decided, signing off. */
export function JudgingPanel({
  reviews,
  hiddenCount,
  report,
  canJudge,
  onSignOff,
  onHelp,
  cases,
}: {
  reviews: readonly ReviewView[];
  /** Questions whose judgements are not shown yet. */
  hiddenCount: number;
  report: ReportDigest | null;
  canJudge: boolean;
  onSignOff: () => void;
  onHelp: () => void;
  /** The way to the other cases, where there are some. */
  cases?: ReactNode;
}) {
  const { judging, change } = useJudging();
  const decisions = decisionsOf(reviews);
  return (
    <section className="card judging-panel" aria-labelledby="judging-title">
      <div className="judging-head">
        <h2 className="judging-title" id="judging-title">
          Judging
        </h2>
        <label className="check">
          <input
            type="checkbox"
            checked={judging.isBlind}
            onChange={(event) => change({ isBlind: event.target.checked })}
          />
          Blind
        </label>
        <p className="soft judging-note" role="status">
          {sayBlind(judging, hiddenCount)}
        </p>
        <div className="judging-actions">
          {cases}
          <Button look="quiet" onClick={onHelp}>
            Keys
          </Button>
          <Button
            isBusy={!canJudge}
            title={canJudge ? undefined : 'Possible once the interview is over'}
            onClick={onSignOff}
          >
            <Icon name="check" />
            Sign off
          </Button>
        </div>
      </div>
      {hiddenCount === 0 && report?.reviewedScore != null && (
        <p className="judging-scores">
          As reviewed <b className="number">{formatShare(report.reviewedScore)}</b>
          {report.score !== null && (
            <span className="soft">
              , the evaluator’s <span className="number">{formatShare(report.score)}</span> stays beside it
            </span>
          )}
        </p>
      )}
      {hiddenCount === 0 && report && report.agreement.length > 0 && (
        <ul className="agreement" aria-label="Agreement">
          {report.agreement.map((pair) => (
            <li key={`${pair.first} ${pair.second}`} dir="auto">
              {sayAgreement(pair)}
            </li>
          ))}
        </ul>
      )}
      <Reviews label="Decisions" reviews={decisions} />
    </section>
  );
}

function sayBlind({ rater, isBlind }: { rater: string; isBlind: boolean }, hiddenCount: number): string {
  const who = rater === '' ? '' : `You judge as ${rater}. `;
  if (!isBlind) return `${who}Everything is shown.`;
  if (hiddenCount === 0) return `${who}Nothing is hidden any more: you have judged every answer.`;
  return `${who}Scores, verdicts and what others said are hidden for ${formatCount(hiddenCount, 'question')} that you have not judged.`;
}
