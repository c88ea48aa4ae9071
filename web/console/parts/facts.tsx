import type { ReactNode } from 'react';
import type { ReviewerView } from '../../../src/protocol.ts';
import { Icon } from '../../shared/icon.tsx';
import { formatClock, formatSpoken } from '../../shared/spans.ts';
import { useTimeLeft } from '../../shared/use-time-left.ts';
import type { ReportDigest } from '../api.ts';
import { formatCount, formatExact, formatInstant, formatShare } from '../moments.ts';
import { outcomeLabels } from '../wording.ts';

/** Where the interview stands, in numbers. Every cell is always there, so nothing moves when one fills. */
export function Facts({
  view,
  report,
  offsetMs,
  isHidden,
  frozenAt,
}: {
  view: ReviewerView;
  report: ReportDigest | null;
  offsetMs: number;
  /** What was judged is not shown yet. */
  isHidden: boolean;
  /** The instant of an earlier moment, in which no clock runs. */
  frozenAt?: number;
}) {
  return (
    <dl className="facts">
      <Fact name="Candidate">
        {view.isCandidateConnected ? (
          <span className="fact-state ok">
            <Icon name="person" /> here
          </span>
        ) : (
          <span className="fact-state soft">
            <Icon name="offline" /> away
          </span>
        )}
      </Fact>
      <Fact name="Started">
        {view.startedAt === undefined ? <Nothing text="not yet" /> : <Instant at={view.startedAt} />}
      </Fact>
      {view.completedAt === undefined ? (
        <Fact name={view.state === 'IDLE' ? 'Invitation ends' : 'Time left'} isWide>
          <Deadlines view={view} offsetMs={offsetMs} frozenAt={frozenAt} />
        </Fact>
      ) : (
        <Fact name="Completed" isWide>
          <Instant at={view.completedAt} />
        </Fact>
      )}
      <Fact name="Answered">
        <span className="number">
          {view.progress.answered} of {view.progress.total}
        </span>
      </Fact>
      <Fact name="Score">
        {isHidden ? (
          <Nothing text="hidden" />
        ) : report?.score == null ? (
          <Nothing text="none yet" />
        ) : (
          <b className="number">{formatShare(report.score)}</b>
        )}
      </Fact>
      <Fact name="Needs review">
        {isHidden ? <Nothing text="hidden" /> : <Review count={report?.counts.needsReview} />}
      </Fact>
      <Fact name="Outcome">
        {view.outcome ? (
          <span title={outcomeLabels[view.outcome].sentence}>{outcomeLabels[view.outcome].text}</span>
        ) : (
          <Nothing text="open" />
        )}
      </Fact>
    </dl>
  );
}

function Fact({ name, isWide = false, children }: { name: string; isWide?: boolean; children: ReactNode }) {
  return (
    <div className={isWide ? 'fact fact-wide' : 'fact'}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Nothing({ text }: { text: string }) {
  return <span className="soft">{text}</span>;
}

function Review({ count }: { count: number | undefined }) {
  if (count === undefined) return <span>–</span>;
  if (count === 0) return <Nothing text="none" />;
  return (
    <span className="fact-state number warn">
      <Icon name="person" /> {formatCount(count, 'evaluation')}
    </span>
  );
}

function Instant({ at }: { at: number }) {
  return (
    <time className="number" dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {formatInstant(at, Date.now())}
    </time>
  );
}

/** The clock that runs: the prompt's and the whole interview's, on the server's clock. */
function Deadlines({
  view,
  offsetMs,
  frozenAt,
}: {
  view: ReviewerView;
  offsetMs: number;
  frozenAt: number | undefined;
}) {
  const promptLeftMs = useTimeLeft(view.prompt?.deadlineAt, offsetMs, frozenAt);
  const wholeLeftMs = useTimeLeft(view.endsAt, offsetMs, frozenAt);
  const pauseLeftMs = useTimeLeft(view.paused ? view.pauseEndsAt : undefined, offsetMs, frozenAt);
  if (view.state === 'IDLE')
    return view.invitationExpiresAt === undefined ? (
      <Nothing text="never" />
    ) : (
      <Instant at={view.invitationExpiresAt} />
    );
  // Whoever is away does not use up their time for as long as the plan allows; the path alone says so.
  const isAway = view.statePath.endsWith('.AWAY');
  if (view.paused || isAway)
    return (
      <span className="clocks">
        <span>
          {isAway ? 'stopped, away' : 'stopped'}
          {view.prompt?.timeLeftMs !== undefined && (
            <span className="number soft"> at {formatClock(view.prompt.timeLeftMs)}</span>
          )}
        </span>
        {pauseLeftMs !== null && (
          <span title="Until the time runs again by itself">
            <span className="number">{formatClock(pauseLeftMs)}</span> <span className="soft">of the pause</span>
          </span>
        )}
      </span>
    );
  if (view.state === 'EVALUATING') return <Nothing text="stopped while evaluating" />;
  if (promptLeftMs === null && wholeLeftMs === null) return <Nothing text="no limit" />;
  return (
    <span className="clocks">
      {promptLeftMs !== null && (
        <span title="Until this prompt closes">
          <b className="number" aria-hidden="true">
            {formatClock(promptLeftMs)}
          </b>
          <span className="visually-hidden">{formatSpoken(promptLeftMs)}</span>{' '}
          <span className="soft">this prompt</span>
        </span>
      )}
      {wholeLeftMs !== null && (
        <span title="Until the whole interview closes">
          <b className="number" aria-hidden="true">
            {formatClock(wholeLeftMs)}
          </b>
          <span className="visually-hidden">{formatSpoken(wholeLeftMs)}</span> <span className="soft">in all</span>
        </span>
      )}
    </span>
  );
}
