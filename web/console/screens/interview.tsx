import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Client, ClientState } from '../../../src/client.ts';
import type { ReviewerView } from '../../../src/protocol.ts';
import { useAnnouncer } from '../../shared/announcer.tsx';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { Api } from '../api.ts';
import { FlowSection } from '../flow/section.tsx';
import { wasHere } from '../flow/strip.ts';
import { Timeline } from '../flow/timeline.tsx';
import { useMoment, useMomentSeq } from '../flow/use-moment.ts';
import { Badge } from '../parts/badge.tsx';
import { Downloads } from '../parts/downloads.tsx';
import { Facts } from '../parts/facts.tsx';
import { Frame } from '../parts/frame.tsx';
import { LinksButton } from '../parts/links.tsx';
import { OperatorActions } from '../parts/operator.tsx';
import { Overview } from '../parts/overview.tsx';
import { QuestionCard } from '../parts/question-card.tsx';
import { RecordsPanel } from '../parts/records-panel.tsx';
import { ScreenTitle } from '../parts/screen-title.tsx';
import { useService } from '../service.ts';
import { judgementsOf, toThreads } from '../threads.ts';
import { useRecords } from '../use-records.ts';
import { useReport } from '../use-report.ts';
import { announceInterview, labelInterview } from '../wording.ts';

/** One interview, live. It is mounted anew for every interview and secret. */
export function Interview({
  interviewId,
  secret,
  hasList,
  onLockedOut,
}: {
  interviewId: string;
  secret: string;
  hasList: boolean;
  onLockedOut: () => void;
}) {
  const { openApi, openClient } = useService();
  const api = useMemo(() => openApi(secret), [openApi, secret]);
  const [client] = useState(() => openClient(interviewId, secret));
  const state = useSyncExternalStore(client.subscribe, client.getState);
  useEffect(() => {
    client.connect();
    return client.close;
  }, [client]);
  const isLockedOut = state.connection === 'refused' && state.problem?.status === 401;
  useEffect(() => {
    if (isLockedOut) onLockedOut();
  }, [isLockedOut, onLockedOut]);

  const { view } = state;
  if (state.connection === 'refused') return <Refused state={state} hasList={hasList} onRetry={client.connect} />;
  if (!view) return <Opening hasList={hasList} state={state} />;
  if (view.role === 'candidate') return <NotForReviewers hasList={hasList} />;
  return <Opened view={view} state={state} api={api} client={client} hasList={hasList} />;
}

function Opened({
  view,
  state,
  api,
  client,
  hasList,
}: {
  view: ReviewerView;
  state: ClientState;
  api: Api;
  client: Client;
  hasList: boolean;
}) {
  const { interviewId } = view;
  const [seq, goTo] = useMomentSeq(state.seq);
  const { moment, isReading } = useMoment(api, interviewId, seq);
  const { records, isComplete } = useRecords({ api, client, interviewId, headSeq: state.seq }, true);
  const newest = useNewestReport(api, view, state);
  // What the page shows: the present, or the moment that somebody has moved to.
  const shown = moment ? { ...moment.view, isCandidateConnected: wasHere(records, moment.seq) } : view;
  const report = moment ? moment.report : newest;
  const { transcript } = shown;
  const threads = useMemo(() => toThreads(transcript.entries), [transcript]);
  useAnnouncedState(view);
  // The buttons stay, greyed, when the interview ends while it is watched: nothing moves, and the focus is not lost.
  const [wasRunning] = useState(!view.outcome);
  const name = view.candidateName ?? 'Unnamed candidate';
  const label = labelInterview(view);
  useEffect(() => {
    document.title = `${label.text} · ${name}`;
  }, [label.text, name]);

  return (
    <Frame
      hasList={hasList}
      place={
        <>
          <span className="bar-title" dir="auto">
            {name}
          </span>
          <Badge label={label} className="badge-state" />
        </>
      }
      aside={<LiveMark state={state} />}
    >
      <div className="interview-head">
        <div className="interview-title">
          <ScreenTitle>{name}</ScreenTitle>
          <p className="soft">
            <span dir="auto">{view.plan.title}</span> · {view.planId} v{view.planVersion}
          </p>
          <p className="interview-path">
            <code>{shown.statePath}</code>
            <code className="soft">{view.interviewId}</code>
          </p>
        </div>
        <div className="actions">
          {view.role === 'operator' && wasRunning && <OperatorActions api={api} view={view} />}
          {view.role === 'operator' && <LinksButton api={api} interviewId={view.interviewId} />}
          <Downloads api={api} interviewId={view.interviewId} />
        </div>
      </div>
      <Timeline
        records={records}
        headSeq={state.seq}
        seq={seq}
        isReading={isReading}
        isOver={view.outcome !== undefined}
        onGo={goTo}
      />
      <FlowSection
        api={api}
        interviewId={interviewId}
        headSeq={state.seq}
        seq={seq ?? state.seq}
        until={seq === null ? (view.completedAt ?? view.serverTime) : shown.serverTime}
        onGo={goTo}
      />
      <div className={isReading ? 'moment is-reading' : 'moment'} aria-busy={isReading}>
        <Facts
          view={shown}
          report={report}
          offsetMs={state.serverOffsetMs}
          {...(moment && { frozenAt: shown.serverTime })}
        />
        <Overview threads={threads} view={shown} report={report} />
        <h2 className="visually-hidden">Transcript</h2>
        {threads.length === 0 && <p className="card empty soft">{emptyText(shown)}</p>}
        {threads.map((thread, index) => (
          <QuestionCard
            key={thread.questionId}
            thread={thread}
            view={shown}
            isNewest={index === threads.length - 1}
            total={shown.plan.questionCount}
            threshold={newest?.questions.find(({ id }) => id === thread.questionId)?.threshold}
          />
        ))}
      </div>
      <RecordsPanel records={records} isComplete={isComplete} headSeq={state.seq} seq={seq} onGo={goTo} />
    </Frame>
  );
}

/** The report of the present, read again whenever something was judged. */
function useNewestReport(api: Api, view: ReviewerView, state: ClientState) {
  const { interviewId, transcript } = view;
  const judgedCount = toThreads(transcript.entries).reduce((count, thread) => count + judgementsOf(thread).length, 0);
  return useReport(api, interviewId, `${judgedCount} ${view.outcome ?? ''} ${state.connection}`);
}

function emptyText(view: ReviewerView): string {
  return view.outcome
    ? 'Nothing was asked in this interview.'
    : 'The candidate has not started yet. The transcript appears here as it happens.';
}

/** Say what changed, and not what was there when the page opened. */
function useAnnouncedState(view: ReviewerView): void {
  const { announce } = useAnnouncer();
  const text = announceInterview(view);
  const said = useRef(text);
  useEffect(() => {
    if (said.current === text) return;
    said.current = text;
    announce(text);
  }, [text, announce]);
}

function LiveMark({ state }: { state: ClientState }) {
  if (state.connection === 'open')
    return (
      <span className="live">
        <span className="live-dot" />
        Live
      </span>
    );
  return (
    <span className="live live-lost" role="status">
      <Icon name="offline" />
      {state.connection === 'closed' ? 'Closed' : 'Reconnecting'}
    </span>
  );
}

function Opening({ hasList, state }: { hasList: boolean; state: ClientState }) {
  return (
    <Frame hasList={hasList} aside={state.attempt > 0 && <LiveMark state={state} />}>
      <h1 className="visually-hidden">Opening the interview</h1>
      <div className="card opening" aria-hidden="true">
        <span className="skeleton" />
        <span className="skeleton" />
        <span className="skeleton" />
      </div>
    </Frame>
  );
}

function Refused({ state, hasList, onRetry }: { state: ClientState; hasList: boolean; onRetry: () => void }) {
  return (
    <Frame hasList={hasList}>
      <div className="card access">
        <h1 className="access-title">{state.problem?.title ?? 'This interview cannot be opened'}</h1>
        <p className="soft">{state.problem?.detail}</p>
        <Button onClick={onRetry}>Try again</Button>
      </div>
    </Frame>
  );
}

function NotForReviewers({ hasList }: { hasList: boolean }) {
  return (
    <Frame hasList={hasList}>
      <div className="card access">
        <h1 className="access-title">This is a candidate’s link</h1>
        <p className="soft">It opens the interview, not the console. Ask for the reviewer’s link.</p>
      </div>
    </Frame>
  );
}
