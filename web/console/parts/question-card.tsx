import { useState } from 'react';
import type { ReviewerView, ReviewView } from '../../../src/protocol.ts';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { ReportDigest } from '../api.ts';
import { ANSWER_JOINT, segmentAnswers } from '../evidence.ts';
import { formatShare } from '../moments.ts';
import { answersOf, judgementsOf, labelOf, laterJudgementsOf, quotesOf, statusOf, type Thread } from '../threads.ts';
import { Exchange } from './exchange.tsx';
import { JudgementChoice, JudgementPanel } from './judgement.tsx';
import { Reviews } from './reviews.tsx';

/** One question: on one side what was said, on the other how it was judged. */
export function QuestionCard({
  thread,
  view,
  isNewest,
  total,
  reported,
  reviews,
  isHidden,
  onJudge,
}: {
  thread: Thread;
  view: ReviewerView;
  /** The thread holds the newest prompt of the interview. */
  isNewest: boolean;
  total: number;
  reported: ReportDigest['questions'][number] | undefined;
  /** What people said of this question. */
  reviews: readonly ReviewView[];
  /** Whoever looks has not judged it yet and does not want to see before what others made of it. */
  isHidden: boolean;
  /** Judge the question or one point of it. Absent = there is nothing to judge now. */
  onJudge: ((pointId?: string) => void) | undefined;
}) {
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [activePointId, setActivePointId] = useState<string | null>(null);
  const judgements = judgementsOf(thread);
  // The newest of the first judgements, until somebody chooses another.
  const choices = [...judgements, ...laterJudgementsOf(thread)];
  const shown = choices.find(({ promptId }) => promptId === chosenId) ?? judgements.at(-1);
  const answers = answersOf(thread);
  const segments = segmentAnswers(answers, quotesOf(shown?.evaluation));

  // Points are the rubric's, so every evaluation of a question has the same ones in the same order.
  const points = judgements.findLast(({ evaluation }) => evaluation)?.evaluation?.points ?? [];
  const numberByPointId = new Map(points.map(({ id }, index) => [id, index + 1]));
  const [main, ...followUps] = thread.entries;
  if (!main) return null;

  const answered = thread.entries.filter(({ answer }) => answer);
  const exchange = (entry: typeof main) => ({
    entry,
    view,
    isNewest: isNewest && entry === thread.entries.at(-1),
    segments: segments[answered.indexOf(entry)] ?? [],
    numberByPointId,
    activePointId,
    isHidden,
  });
  // Verdicts stand at their points, where there are points to be seen.
  const isElsewhere = (review: ReviewView) =>
    shown?.evaluation != null && review.score === undefined && review.decision === undefined;
  const titleId = `question-${thread.number}`;

  return (
    <article className="card question" aria-labelledby={titleId}>
      <header className="question-head">
        <p className="eyebrow">
          Question {thread.number} of {total}
        </p>
        <h3 className="question-text text" id={titleId} tabIndex={-1} dir="auto">
          {main.text}
        </h3>
      </header>
      <div className="question-words">
        <Exchange {...exchange(main)} />
        {followUps.length > 0 && (
          <ol className="follow-ups" aria-label="Follow-ups">
            {followUps.map((entry) => (
              <li key={entry.promptId}>
                <Exchange {...exchange(entry)} label={labelOf(thread, entry)} />
              </li>
            ))}
          </ol>
        )}
      </div>
      <section className="question-judgement" aria-label={`Judgement of question ${thread.number}`}>
        {choices.length > 1 && shown && (
          <JudgementChoice
            judgements={choices}
            shownId={shown.promptId}
            onShow={setChosenId}
            name={`judgement-${thread.questionId}`}
          />
        )}
        {shown?.evaluation ? (
          <JudgementPanel
            evaluation={shown.evaluation}
            threshold={reported?.threshold}
            joined={answers.join(ANSWER_JOINT)}
            activePointId={activePointId}
            onActivate={setActivePointId}
            reviews={reviews}
            onJudge={onJudge}
          />
        ) : isHidden ? (
          <p className="soft">What others made of this answer is hidden until you have judged it.</p>
        ) : (
          <NoJudgement thread={thread} view={view} isNewest={isNewest} isMissing={shown !== undefined} />
        )}
        {!isHidden && reported?.reviewedScore != null && (
          <p className="judging-scores">
            As reviewed <b className="number">{formatShare(reported.reviewedScore)}</b>
            {reported.score !== null && (
              <span className="soft">
                , judged <span className="number">{formatShare(reported.score)}</span>
              </span>
            )}
          </p>
        )}
        {!isHidden && (
          <Reviews
            label={`What people say of question ${thread.number}`}
            reviews={reviews.filter((review) => !isElsewhere(review))}
          />
        )}
        {onJudge && (
          <Button onClick={() => onJudge()}>
            <Icon name="person" />
            Judge<span className="visually-hidden"> question {thread.number}</span>
          </Button>
        )}
      </section>
    </article>
  );
}

function NoJudgement({
  thread,
  view,
  isNewest,
  isMissing,
}: {
  thread: Thread;
  view: ReviewerView;
  isNewest: boolean;
  isMissing: boolean;
}) {
  const last = thread.entries.at(-1);
  const status = last && statusOf(last, view, isNewest);
  if (status === 'judging')
    return (
      <div className="judging" aria-hidden="true">
        <span className="skeleton" />
        <span className="skeleton" />
        <span className="skeleton" />
      </div>
    );
  if (isMissing) return <p className="soft">Nothing could judge this answer. It waits for a person.</p>;
  const isOpen = status === 'answering' || status === 'paused';
  return <p className="soft">{isOpen ? 'Scores appear here after the answer.' : 'Nothing to judge.'}</p>;
}
