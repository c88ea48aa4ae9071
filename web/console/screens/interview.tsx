import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
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
import { hiddenQuestionsOf, reviewsOf, withoutJudgements } from '../judging.ts';
import { Badge } from '../parts/badge.tsx';
import { CaseSteps } from '../parts/case-steps.tsx';
import { Downloads } from '../parts/downloads.tsx';
import { Facts } from '../parts/facts.tsx';
import { Frame } from '../parts/frame.tsx';
import { JudgeDialog, type Judged } from '../parts/judge-dialog.tsx';
import { JudgingPanel } from '../parts/judging-panel.tsx';
import { LinksButton } from '../parts/links.tsx';
import { OperatorActions } from '../parts/operator.tsx';
import { goToQuestion, Overview } from '../parts/overview.tsx';
import { Provenance } from '../parts/provenance.tsx';
import { QuestionCard } from '../parts/question-card.tsx';
import { RecordsPanel } from '../parts/records-panel.tsx';
import { ScreenTitle } from '../parts/screen-title.tsx';
import { type Shortcut, ShortcutsDialog } from '../parts/shortcuts-dialog.tsx';
import { SignOffDialog } from '../parts/sign-off-dialog.tsx';
import { TimeLedgerPanel } from '../parts/time-ledger.tsx';
import { addressOf } from '../queue.ts';
import { useService } from '../service.ts';
import { answersOf, judgementsOf, type Thread, toThreads } from '../threads.ts';
import { useCase } from '../use-case.ts';
import { useJudging } from '../use-judging.ts';
import { useRecords } from '../use-records.ts';
import { useReport } from '../use-report.ts';
import { useShortcuts } from '../use-shortcuts.ts';
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
  const changeCount = records.filter(({ event }) => event.type === 'accommodation.change').length;
  const newest = useNewestReport(api, view, state, changeCount);
  const { judging, change } = useJudging();
  const [act, setAct] = useState<Act | null>(null);
  const [, navigate] = useLocation();
  const open = useCase(api, interviewId);
  // What the page shows: the present, or the moment that somebody has moved to.
  const present = moment ? { ...moment.view, isCandidateConnected: wasHere(records, moment.seq) } : view;
  const report = moment ? moment.report : newest;
  const hidden = useMemo(() => {
    const { entries, reviews = [] } = view.transcript;
    return hiddenQuestionsOf(toThreads(entries), reviews, judging);
  }, [view.transcript, judging]);
  const isHidden = hidden.size > 0;
  const shown = useMemo(() => withoutJudgements(present, hidden, judging.rater), [present, hidden, judging.rater]);
  const { transcript } = shown;
  const { reviews = [] } = transcript;
  const threads = useMemo(() => toThreads(transcript.entries), [transcript]);
  const openNumber = threads.find(({ questionId }) => questionId === open.questionId)?.number;
  useEffect(() => {
    if (openNumber !== undefined) goToQuestion(openNumber);
  }, [openNumber]);
  // Where the judgements are hidden, so is the course, which tells them.
  useEffect(() => {
    if (isHidden && seq !== null) goTo(null);
  }, [isHidden, seq, goTo]);

  const begin = (next: Doing) => setAct((last) => ({ ...next, round: (last?.round ?? 0) + 1, isOpen: true }));
  const close = () => setAct((last) => last && { ...last, isOpen: false });
  const canSignOff = !moment && view.outcome !== undefined;
  const canJudge = (thread: Thread) => !moment && answersOf(thread).length > 0;
  function judge(thread: Thread, pointId?: string): void {
    const { points = [] } = newest?.questions.find(({ id }) => id === thread.questionId) ?? {};
    const numbered = points.map(({ id, text }, index) => ({ id, text, number: index + 1 }));
    begin({
      kind: 'judge',
      judged: {
        questionId: thread.questionId,
        number: thread.number,
        points: pointId === undefined ? numbered : numbered.filter(({ id }) => id === pointId),
        isWhole: pointId === undefined,
        isHidden: hidden.has(thread.questionId),
      },
    });
  }
  const signOff = () => begin({ kind: 'signOff' });
  const help = () => begin({ kind: 'help' });
  const shortcuts: Record<Shortcut, () => void> = {
    j: () => goToQuestion(Math.min(threads.length, questionInFocus() + 1)),
    k: () => goToQuestion(Math.max(1, questionInFocus() - 1)),
    e: () => {
      const thread = threads[Math.max(1, questionInFocus()) - 1];
      if (thread && canJudge(thread)) judge(thread);
    },
    s: () => canSignOff && signOff(),
    b: () => change({ isBlind: !judging.isBlind }),
    n: () => open.next && navigate(addressOf(open.next)),
    p: () => open.previous && navigate(addressOf(open.previous)),
    '?': help,
  };
  useShortcuts(shortcuts, judging.hasShortcuts);
  useAnnouncedState(view);
  // The buttons stay, greyed, when the interview ends while it is watched: nothing moves, and the focus is not lost.
  const [wasRunning] = useState(!view.outcome);
  const name = view.candidateName ?? 'Unnamed candidate';
  // The tab names the present, which somebody may be waiting for; the page names the moment that it shows.
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
          <Badge label={labelInterview(shown)} className="badge-state" />
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
          {view.role === 'operator' && wasRunning && <OperatorActions api={api} view={view} report={newest} />}
          {view.role === 'operator' && <LinksButton api={api} interviewId={view.interviewId} />}
          {!isHidden && <Downloads api={api} interviewId={view.interviewId} />}
        </div>
      </div>
      {!isHidden && (
        <Timeline
          records={records}
          headSeq={state.seq}
          seq={seq}
          isReading={isReading}
          isOver={view.outcome !== undefined}
          onGo={goTo}
        />
      )}
      {!isHidden && (
        <FlowSection
          api={api}
          interviewId={interviewId}
          headSeq={state.seq}
          seq={seq ?? state.seq}
          until={seq === null ? (view.completedAt ?? view.serverTime) : shown.serverTime}
          onGo={goTo}
        />
      )}
      <div className={isReading ? 'moment is-reading' : 'moment'} aria-busy={isReading}>
        <Facts
          view={shown}
          report={report}
          offsetMs={state.serverOffsetMs}
          isHidden={isHidden}
          {...(moment && { frozenAt: shown.serverTime })}
        />
        <JudgingPanel
          reviews={reviews}
          hiddenCount={hidden.size}
          report={report}
          canJudge={canSignOff}
          onSignOff={signOff}
          onHelp={help}
          cases={open.index >= 0 && <CaseSteps {...open} />}
        />
        <Overview threads={threads} view={shown} report={report} hidden={hidden} />
        <h2 className="visually-hidden">Transcript</h2>
        {threads.length === 0 && <p className="card empty soft">{emptyText(shown)}</p>}
        {threads.map((thread, index) => (
          <QuestionCard
            key={thread.questionId}
            thread={thread}
            view={shown}
            isNewest={index === threads.length - 1}
            total={shown.plan.questionCount}
            reported={(report ?? newest)?.questions.find(({ id }) => id === thread.questionId)}
            reviews={reviewsOf(reviews, thread.questionId)}
            isHidden={hidden.has(thread.questionId)}
            onJudge={canJudge(thread) ? (pointId) => judge(thread, pointId) : undefined}
          />
        ))}
      </div>
      <div className="provenance-grid">
        <TimeLedgerPanel view={shown} />
        <Provenance
          api={api}
          view={shown}
          report={report}
          headSeq={moment?.seq ?? state.seq}
          isPast={moment !== null}
        />
      </div>
      {!isHidden && (
        <RecordsPanel records={records} isComplete={isComplete} headSeq={state.seq} seq={seq} onGo={goTo} />
      )}
      {act?.kind === 'judge' && (
        <JudgeDialog
          key={act.round}
          api={api}
          interviewId={interviewId}
          judged={act.judged}
          isOpen={act.isOpen}
          onClose={close}
        />
      )}
      {act?.kind === 'signOff' && (
        <SignOffDialog
          key={act.round}
          api={api}
          interviewId={interviewId}
          isHidden={isHidden}
          isOpen={act.isOpen}
          onClose={close}
        />
      )}
      {act?.kind === 'help' && <ShortcutsDialog isOpen={act.isOpen} onClose={close} />}
    </Frame>
  );
}

/** What somebody is doing in a dialog. It stays while the dialog closes; a new one is mounted for every opening. */
type Doing = { kind: 'judge'; judged: Judged } | { kind: 'signOff' } | { kind: 'help' };
type Act = Doing & { round: number; isOpen: boolean };

/** The number of the question in which the focus is; 0 = in none. */
function questionInFocus(): number {
  const heading = document.activeElement?.closest('article')?.querySelector('[id^="question-"]');
  return Number(heading?.id.slice('question-'.length) ?? 0);
}

/** The report of the present, read again whenever something was judged or the time allowed was changed. */
function useNewestReport(api: Api, view: ReviewerView, state: ClientState, changeCount: number) {
  const { interviewId, transcript } = view;
  const judgedCount = toThreads(transcript.entries).reduce((count, thread) => count + judgementsOf(thread).length, 0);
  const reviewCount = transcript.reviews?.length ?? 0;
  return useReport(
    api,
    interviewId,
    `${judgedCount} ${reviewCount} ${changeCount} ${view.outcome ?? ''} ${state.connection}`,
  );
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
