import type { ReviewerView, TranscriptEntry } from '../../../src/protocol.ts';
import { Icon } from '../../shared/icon.tsx';
import type { Segment } from '../evidence.ts';
import { formatCount, formatExact, formatInstant } from '../moments.ts';
import { type EntryStatus, statusOf } from '../threads.ts';
import { explainFailure, statusLabels } from '../wording.ts';
import { Answer } from './answer.tsx';
import { Badge } from './badge.tsx';

/** One prompt and what came of it: the answer, failed evaluations, the decision about a follow-up. */
export function Exchange({
  entry,
  view,
  isNewest,
  segments,
  numberByPointId,
  activePointId,
  isHidden,
  label,
}: {
  entry: TranscriptEntry;
  view: ReviewerView;
  isNewest: boolean;
  segments: Segment[];
  numberByPointId: Map<string, number>;
  activePointId: string | null;
  /** What was made of it is not shown yet. */
  isHidden: boolean;
  /** Stands above a follow-up's text. */
  label?: string;
}) {
  const status = statusOf(entry, view, isNewest);
  const aboutNumber = numberByPointId.get(entry.pointId ?? '');
  const decidedNumber = numberByPointId.get(entry.decision?.pointId ?? '');
  return (
    <div className="exchange">
      {label && (
        <div className="exchange-head">
          <h4 className="exchange-label">
            <Icon name="reply" />
            {label}
          </h4>
          {!isHidden && aboutNumber !== undefined && <span className="soft">about point {aboutNumber}</span>}
        </div>
      )}
      {label && (
        <p className="exchange-prompt text" dir="auto">
          {entry.text}
        </p>
      )}
      {entry.answer ? (
        <div className="said">
          <Answer segments={segments} numberByPointId={numberByPointId} activePointId={activePointId} />
          <p className="said-foot soft">
            <time dateTime={new Date(entry.answer.at).toISOString()} title={formatExact(entry.answer.at)}>
              {formatInstant(entry.answer.at, Date.now())}
            </time>
            <span>{formatCount(entry.answer.text.length, 'character')}</span>
            {entry.answer.from === 'draft' && <span className="warn">draft, taken when the time ran out</span>}
          </p>
        </div>
      ) : (
        <Silence entry={entry} status={status} />
      )}
      {!isHidden && (status === 'judging' || status === 'unjudged') && (
        <p className="after">
          <Badge label={statusLabels[status]} />
          {status === 'unjudged' && <span className="soft">Nothing could judge this answer; a person has to.</span>}
        </p>
      )}
      {entry.failures.map(({ attempt, code, at }) => (
        <p key={at + code} className="after warn">
          <Icon name="alert" />
          <span>
            Evaluation attempt {attempt} failed: {explainFailure(code)} <code>{code}</code>
          </span>
        </p>
      ))}
      {entry.decision && (
        <p className={`after decision ${entry.decision.isAsked ? 'is-asked' : ''}`}>
          <Icon name={entry.decision.isAsked ? 'reply' : 'stop'} />
          <span>
            <span className="visually-hidden">Follow-up decision: </span>
            {entry.decision.text}
            {decidedNumber !== undefined && <> (Point {decidedNumber})</>}
          </span>
        </p>
      )}
    </div>
  );
}

/** What stands where no answer is: the draft's length only, for it is not an answer yet. */
function Silence({ entry, status }: { entry: TranscriptEntry; status: EntryStatus }) {
  const isOpen = status === 'answering' || status === 'paused';
  const draftLength = entry.draftChars ?? 0;
  return (
    <div className={`silence ${isOpen ? 'is-open' : ''}`}>
      <Badge label={statusLabels[status]} />
      {(isOpen || draftLength > 0) && (
        <span className="soft number">
          {draftLength === 0 ? 'nothing written yet' : `draft of ${formatCount(draftLength, 'character')}`}
          {!isOpen && ', not submitted'}
        </span>
      )}
    </div>
  );
}
