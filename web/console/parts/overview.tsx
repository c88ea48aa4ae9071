import type { ReviewerView } from '../../../src/protocol.ts';
import { Icon } from '../../shared/icon.tsx';
import type { ReportDigest } from '../api.ts';
import { formatShare } from '../moments.ts';
import { judgementsOf, statusOf, type Thread } from '../threads.ts';

/** All questions of the plan at a glance; choosing one goes to it. */
export function Overview({
  threads,
  view,
  report,
  hidden,
}: {
  threads: Thread[];
  view: ReviewerView;
  report: ReportDigest | null;
  /** The questions whose judgements are not shown yet. */
  hidden: ReadonlySet<string>;
}) {
  const total = view.plan.questionCount;
  return (
    <nav className="overview" aria-label="Questions">
      <ol className="overview-list">
        {Array.from({ length: total }, (_, index) => (
          <li key={threads[index]?.questionId ?? index}>
            <Step
              number={index + 1}
              thread={threads[index]}
              view={view}
              report={report}
              isNewest={index === threads.length - 1}
              isHidden={hidden.has(threads[index]?.questionId ?? '')}
            />
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Step({
  number,
  thread,
  view,
  report,
  isNewest,
  isHidden,
}: {
  number: number;
  thread: Thread | undefined;
  view: ReviewerView;
  report: ReportDigest | null;
  isNewest: boolean;
  isHidden: boolean;
}) {
  if (!thread)
    return (
      <span className="step step-waiting">
        <span className="step-number">{number}</span>
        <span className="step-result">not asked</span>
      </span>
    );
  const { text, needsReview } = isHidden
    ? { text: 'hidden', needsReview: false }
    : resultOf(thread, view, report, isNewest);
  return (
    <button type="button" className="step" onClick={() => goToQuestion(number)}>
      <span className="step-number">
        <span className="visually-hidden">Question </span>
        {number}
      </span>
      <span className="step-result number">
        {text}
        {needsReview && (
          <>
            <Icon name="person" />
            <span className="visually-hidden">, needs review</span>
          </>
        )}
      </span>
    </button>
  );
}

/** Put the focus on a question. */
export function goToQuestion(number: number): void {
  const heading = document.getElementById(`question-${number}`);
  heading?.closest('article')?.scrollIntoView({ block: 'start' });
  heading?.focus({ preventScroll: true });
}

const shortWords = {
  answering: 'now',
  paused: 'paused',
  judging: 'evaluating',
  judged: '',
  unjudged: 'no score',
  skipped: 'skipped',
  'timed-out': 'no answer',
  unanswered: 'no answer',
} as const;

function resultOf(
  thread: Thread,
  view: ReviewerView,
  report: ReportDigest | null,
  isNewest: boolean,
): { text: string; needsReview: boolean } {
  const last = thread.entries.at(-1);
  const status = last ? statusOf(last, view, isNewest) : 'unanswered';
  const judgements = judgementsOf(thread);
  const newest = judgements.at(-1);
  const needsReview = newest !== undefined && (newest.evaluation === null || newest.evaluation.needsReview);
  if (status === 'answering' || status === 'paused' || status === 'judging')
    return { text: shortWords[status], needsReview: false };
  // The report says which of a question's scores counts.
  const counted = report?.questions.find(({ id }) => id === thread.questionId)?.score ?? newest?.evaluation?.score;
  if (counted !== undefined && judgements.length > 0) return { text: formatShare(counted), needsReview };
  return { text: shortWords[status], needsReview };
}
