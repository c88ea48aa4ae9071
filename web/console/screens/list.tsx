import { useCallback, useEffect, useMemo, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import { type Api, isLockedOut, type Line } from '../api.ts';
import { type Filter, isFiltering, readFilter, writeFilter } from '../filter.ts';
import { formatCount } from '../moments.ts';
import { CancelDialog, ExtendDialog } from '../parts/command-dialogs.tsx';
import { CreateDialog } from '../parts/create-dialog.tsx';
import { Frame } from '../parts/frame.tsx';
import { LinksDialog } from '../parts/links.tsx';
import { ListFilter } from '../parts/list-filter.tsx';
import { ListTable } from '../parts/list-table.tsx';
import type { RowAction } from '../parts/row-menu.tsx';
import { ScreenTitle } from '../parts/screen-title.tsx';
import { type Interviews, useInterviews } from '../use-interviews.ts';

/** All interviews, newest first, as they change. */
export function List({ api, onLockedOut }: { api: Api; onLockedOut: () => void }) {
  const [search, setSearch] = useSearchParams();
  const filter = useMemo(() => readFilter(search), [search]);
  const found = useInterviews(api, filter);
  const [creation, setCreation] = useState({ isOpen: false, round: 0 });
  const [acting, setActing] = useState<Acting | null>(null);
  const { interviews, problem } = found;

  useEffect(() => {
    document.title = 'Interviews · viva console';
  }, []);
  useEffect(() => {
    if (problem && isLockedOut(problem)) onLockedOut();
  }, [problem, onLockedOut]);

  /** What was typed arrives later: by then something else may have been chosen. */
  const change = (part: Partial<Filter>, isTyped = false) =>
    setSearch((latest) => writeFilter({ ...readFilter(latest), ...part }), { replace: isTyped });
  const act = useCallback(
    (action: RowAction, line: Line) =>
      setActing((last) => ({ action, line, round: (last?.round ?? 0) + 1, isOpen: true })),
    [],
  );

  return (
    <Frame hasList aside={<Freshness isStale={problem !== null} isFirst={interviews === null} />}>
      <div className="list-head">
        <ScreenTitle>Interviews</ScreenTitle>
        <Button look="primary" onClick={() => setCreation({ isOpen: true, round: creation.round + 1 })}>
          <Icon name="plus" />
          New interview
        </Button>
      </div>
      <ListFilter api={api} filter={filter} onChange={change} />
      <div className="card list-card">
        <ListTable lines={interviews} now={found.loadedAt} hasMore={found.hasMore} onAct={act} />
        {interviews?.length === 0 && <p className="empty soft">{sayEmpty(filter, found)}</p>}
      </div>
      <Foot filter={filter} found={found} />
      <CreateDialog
        key={`create-${creation.round}`}
        api={api}
        isOpen={creation.isOpen}
        onClose={() => setCreation({ ...creation, isOpen: false })}
        onCreated={found.reload}
      />
      {acting && (
        <ActionDialog
          key={`act-${acting.round}`}
          api={api}
          acting={acting}
          onClose={() => setActing({ ...acting, isOpen: false })}
          onDone={found.reload}
        />
      )}
    </Frame>
  );
}

/** What an operator is about to do to one of the interviews. */
interface Acting {
  action: RowAction;
  line: Line;
  round: number;
  isOpen: boolean;
}

function ActionDialog({
  api,
  acting,
  onClose,
  onDone,
}: {
  api: Api;
  acting: Acting;
  onClose: () => void;
  onDone: () => void;
}) {
  const { action, line, isOpen } = acting;
  const interview = { interviewId: line.id, state: line.state };
  const name = line.candidate.name ?? 'an unnamed candidate';
  const props = { api, interview, name, isOpen, onClose, onDone };
  if (action === 'extend') return <ExtendDialog {...props} />;
  if (action === 'cancel') return <CancelDialog {...props} />;
  return isOpen && <LinksDialog api={api} interviewId={line.id} onClose={onClose} />;
}

function sayEmpty(filter: Filter, { hasMore }: Interviews): string {
  if (!isFiltering(filter)) return 'No interviews yet. Create one and send its link to a candidate.';
  return hasMore ? 'None of the interviews that were looked through is one of these.' : 'No interview is one of these.';
}

/** How many there are, and how to see more of them. */
function Foot({ filter, found }: { filter: Filter; found: Interviews }) {
  const { interviews, hasMore, lookedAt, loadMore } = found;
  if (!interviews) return null;
  const isSearch = isFiltering(filter);
  return (
    <div className="list-foot">
      <p className="soft number" role="status">
        {isSearch
          ? `${formatCount(interviews.length, 'interview')} found, ${lookedAt.toLocaleString('en')} looked through`
          : `${formatCount(interviews.length, 'interview')}${hasMore ? ', and older ones' : ''}`}
      </p>
      {filter.planId && (
        <Link href={`/statistics?plan=${encodeURIComponent(filter.planId)}`}>Statistics of this plan</Link>
      )}
      {hasMore && <Button onClick={loadMore}>{isSearch ? 'Look further back' : 'Load more'}</Button>}
    </div>
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
