import { useEffect, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { State } from '../../../src/protocol.ts';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import { type Api, isLockedOut, type Summary } from '../api.ts';
import { formatAgo, formatExact, formatInstant } from '../moments.ts';
import { Badge } from '../parts/badge.tsx';
import { CreateDialog } from '../parts/create-dialog.tsx';
import { Frame } from '../parts/frame.tsx';
import { ScreenTitle } from '../parts/screen-title.tsx';
import { useInterviews } from '../use-interviews.ts';
import { labelState, stateLabels } from '../wording.ts';

/** Not imported from the protocol, which would bring its schemas into the page. */
const states = Object.keys(stateLabels) as State[];

/** All interviews, newest first, as they change. */
export function List({ api, onLockedOut }: { api: Api; onLockedOut: () => void }) {
  const [search, setSearch] = useSearchParams();
  const wanted = search.get('state');
  const state = states.find((one) => one === wanted) ?? null;
  const { interviews, hasMore, loadedAt, problem, loadMore, reload } = useInterviews(api, state);
  const [creation, setCreation] = useState({ isOpen: false, round: 0 });

  useEffect(() => {
    document.title = 'Interviews · viva console';
  }, []);
  useEffect(() => {
    if (problem && isLockedOut(problem)) onLockedOut();
  }, [problem, onLockedOut]);

  const choose = (next: State | null) => setSearch(next ? { state: next } : {});

  return (
    <Frame hasList aside={<Freshness isStale={problem !== null} isFirst={interviews === null} />}>
      <div className="list-head">
        <ScreenTitle>Interviews</ScreenTitle>
        <Button look="primary" onClick={() => setCreation({ isOpen: true, round: creation.round + 1 })}>
          <Icon name="plus" />
          New interview
        </Button>
      </div>
      <StateFilter state={state} onChoose={choose} />
      <div className="card list-card">
        <table className="list" aria-label="Interviews" aria-busy={interviews === null}>
          <thead>
            <tr>
              <th scope="col">Candidate</th>
              <th scope="col" className="col-plan">
                Plan
              </th>
              <th scope="col" className="col-state">
                State
              </th>
              <th scope="col" className="col-created">
                Created
              </th>
              <th scope="col" className="col-changed">
                Last change
              </th>
            </tr>
          </thead>
          <tbody>
            {interviews === null && <LoadingRows />}
            {interviews?.map((interview) => (
              <Row key={interview.id} interview={interview} now={loadedAt} />
            ))}
          </tbody>
        </table>
        {interviews?.length === 0 && (
          <p className="empty soft">
            {state
              ? `No interview is in the state “${stateLabels[state].text}” now.`
              : 'No interviews yet. Create one and send its link to a candidate.'}
          </p>
        )}
      </div>
      {hasMore && (
        <div className="list-foot">
          <Button onClick={loadMore}>Load more</Button>
        </div>
      )}
      <CreateDialog
        key={creation.round}
        api={api}
        isOpen={creation.isOpen}
        onClose={() => setCreation({ ...creation, isOpen: false })}
        onCreated={reload}
      />
    </Frame>
  );
}

/** Whether what is shown is the present; its place is kept, so nothing moves when it changes. */
function Freshness({ isStale, isFirst }: { isStale: boolean; isFirst: boolean }) {
  if (isStale)
    return (
      <span className="live live-lost" role="status">
        <Icon name="offline" />
        Not reachable
      </span>
    );
  return (
    <span className="live">
      <span className={`live-dot ${isFirst ? 'is-waiting' : ''}`} />
      {isFirst ? 'Loading' : 'Live'}
    </span>
  );
}

function StateFilter({ state, onChoose }: { state: State | null; onChoose: (state: State | null) => void }) {
  const choices: { value: State | null; text: string }[] = [
    { value: null, text: 'All' },
    ...states.map((value) => ({ value, text: stateLabels[value].text })),
  ];
  return (
    <fieldset className="choices list-filter">
      <legend className="visually-hidden">Show interviews in this state</legend>
      {choices.map(({ value, text }) => (
        <label key={text} className="choice">
          <input
            type="radio"
            className="choice-input"
            name="state"
            checked={value === state}
            onChange={() => onChoose(value)}
          />
          <span className="choice-face">{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Row({ interview, now }: { interview: Summary; now: number }) {
  const { id, candidate, planId, planVersion, externalId, createdAt, updatedAt } = interview;
  return (
    <tr className="list-row">
      <td>
        <Link href={`/interviews/${encodeURIComponent(id)}`} className="list-link" dir="auto">
          {candidate.name ?? 'Unnamed candidate'}
        </Link>
        <span className="list-id mono">{externalId ?? id}</span>
        <span className="list-under soft number">{planId}</span>
      </td>
      <td className="col-plan">
        {planId} <span className="soft number">v{planVersion}</span>
      </td>
      <td className="col-state">
        <Badge label={labelState(interview.state)} />
        <span className="list-when soft number">{formatAgo(now - updatedAt)}</span>
      </td>
      <td className="col-created number">
        <time dateTime={new Date(createdAt).toISOString()} title={formatExact(createdAt)}>
          {formatInstant(createdAt, now)}
        </time>
      </td>
      <td className="col-changed number">
        <time dateTime={new Date(updatedAt).toISOString()} title={formatExact(updatedAt)}>
          {formatAgo(now - updatedAt)}
        </time>
      </td>
    </tr>
  );
}

function LoadingRows() {
  return Array.from({ length: 4 }, (_, index) => (
    // Nothing but places: they have no other name.
    // biome-ignore lint/suspicious/noArrayIndexKey: see the line above
    <tr key={index} className="list-row">
      <td colSpan={5}>
        <span className="skeleton" />
      </td>
    </tr>
  ));
}
