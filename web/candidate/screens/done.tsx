import type { CandidateView } from '../../../src/protocol.ts';
import { Icon } from '../../shared/icon.tsx';
import { ScreenHeading } from '../parts/heading.tsx';
import { Receipt } from '../parts/receipt.tsx';
import { describeOutcome } from '../wording.ts';

type Results = NonNullable<CandidateView['results']>;

/** The end: what happened, what is stored, the results where the plan shows them, and the receipt. */
export function Done({ view, hadStarted }: { view: CandidateView; hadStarted: boolean }) {
  const { answered, total } = view.progress;
  const message = describeOutcome(view, hadStarted);
  const isFinished = view.outcome === 'finished';
  return (
    <div className="narrow">
      <section className="card sheet done">
        <span className={isFinished ? 'big-icon tone-ok' : 'big-icon tone-accent'}>
          <Icon name={isFinished ? 'check' : view.outcome === 'expired' ? 'clock' : 'lock'} />
        </span>
        <ScreenHeading>{message.title}</ScreenHeading>
        <p className="soft">{message.text}</p>
        {view.outcome !== 'declined' && answered > 0 && (
          <p className="pill">{`${answered} of ${total} questions answered`}</p>
        )}
        <p className="soft small">You can close this page. Nothing you wrote stays in this browser.</p>
      </section>
      {view.results && view.results.length > 0 && <ResultList results={view.results} />}
      <Receipt view={view} />
    </div>
  );
}

function ResultList({ results }: { results: Results }) {
  return (
    <section className="card sheet" aria-labelledby="results">
      <h2 id="results" className="sheet-title">
        Your results
      </h2>
      <p className="soft small">
        How much of what the team looks for was found in each answer. A person may still change it.
      </p>
      <ol className="results">
        {results.map((result) => (
          <li key={result.questionId} className="result">
            <p className="text" dir="auto">
              {result.text}
            </p>
            <Score score={result.score} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Score({ score }: { score: number | null }) {
  if (score === null) return <p className="soft small">Not scored: a person will read it.</p>;
  const percent = Math.round(score * 100);
  return (
    <div className="score">
      <progress className="score-bar" value={percent} max={100} aria-label="Found in your answer" />
      <span className="score-number">{percent} %</span>
    </div>
  );
}
