import { useState } from 'react';
import type { ReviewerView } from '../../../src/protocol.ts';
import { ANSWER_JOINT, segmentAnswers } from '../evidence.ts';
import { answersOf, judgementsOf, labelOf, quotesOf, statusOf, type Thread } from '../threads.ts';
import { Exchange } from './exchange.tsx';
import { JudgementChoice, JudgementPanel } from './judgement.tsx';

/** One question: on one side what was said, on the other how it was judged. */
export function QuestionCard({
  thread,
  view,
  isNewest,
  total,
  threshold,
}: {
  thread: Thread;
  view: ReviewerView;
  /** The thread holds the newest prompt of the interview. */
  isNewest: boolean;
  total: number;
  threshold: number | undefined;
}) {
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [activePointId, setActivePointId] = useState<string | null>(null);
  const judgements = judgementsOf(thread);
  const shown = judgements.find(({ promptId }) => promptId === chosenId) ?? judgements.at(-1);
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
  });
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
        {judgements.length > 1 && shown && (
          <JudgementChoice
            judgements={judgements}
            shownId={shown.promptId}
            onShow={setChosenId}
            name={`judgement-${thread.questionId}`}
          />
        )}
        {shown?.evaluation ? (
          <JudgementPanel
            evaluation={shown.evaluation}
            threshold={threshold}
            joined={answers.join(ANSWER_JOINT)}
            activePointId={activePointId}
            onActivate={setActivePointId}
          />
        ) : (
          <NoJudgement thread={thread} view={view} isNewest={isNewest} isMissing={shown !== undefined} />
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
