import { memo } from 'react';
import { Link } from 'wouter';
import { Icon } from '../../shared/icon.tsx';
import type { Line } from '../api.ts';
import { formatAgo, formatExact, formatSpan, formatUntil } from '../moments.ts';
import { labelConcern, labelState, outcomeLabels } from '../wording.ts';
import { Badge } from './badge.tsx';
import { type RowAction, RowMenu } from './row-menu.tsx';

/** Whether a row says what somebody should look at, and so is higher. */
export function isTall({ concerns }: Line): boolean {
  return concerns.length > 0;
}

/** One interview of the list. `now` is on the service's clock; `place` counts from 1, the heads of the columns aside. */
export const ListRow = memo(function ListRow({
  line,
  now,
  place,
  onAct,
  onFocus,
}: {
  line: Line;
  now: number;
  place: number;
  onAct: (action: RowAction, line: Line) => void;
  onFocus: (id: string) => void;
}) {
  const { id, candidate, externalId, planId, planVersion, progress, deadlineAt } = line;
  const name = candidate.name ?? (line.erasedAt === undefined ? 'Unnamed candidate' : 'Erased');
  const answered = progress && `${progress.answered} of ${progress.total}`;
  return (
    <tr
      className={isTall(line) ? 'list-row is-tall' : 'list-row'}
      aria-rowindex={place + 1}
      onFocus={() => onFocus(id)}
    >
      <td>
        <Link href={`/interviews/${encodeURIComponent(id)}`} className="list-link" dir="auto">
          {name}
        </Link>
        <span className="list-second mono at-wide">{externalId ?? id}</span>
        <span className="list-second number at-narrow">
          {answered && `${answered} · `}
          {planId}
        </span>
        <span className="at-narrow list-concerns-narrow">
          <Concerns line={line} now={now} />
        </span>
      </td>
      <td className="col-plan">
        <span className="list-first">
          {planId} <span className="soft number">v{planVersion}</span>
        </span>
        {answered && <span className="list-second number">{answered} answered</span>}
      </td>
      <td className="col-state">
        <StateCell line={line} now={now} />
      </td>
      <td className="col-deadline number">
        {deadlineAt !== null && <Instant at={deadlineAt} text={formatUntil(deadlineAt - now)} />}
      </td>
      <td className="col-connection">
        <Connection line={line} now={now} />
      </td>
      <td className="col-attention">
        <Concerns line={line} now={now} />
      </td>
      <td className="col-actions">
        <RowMenu line={line} name={name} onAct={onAct} />
      </td>
    </tr>
  );
});

function Instant({ at, text }: { at: number; text: string }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {text}
    </time>
  );
}

function StateCell({ line, now }: { line: Line; now: number }) {
  const { state, stateSince, outcome, updatedAt, deadlineAt } = line;
  const since = stateSince ?? updatedAt;
  const isOver = outcome !== null;
  return (
    <>
      <Badge label={outcome ? outcomeLabels[outcome] : labelState(state)} />
      <span className="list-second number">
        <Instant at={since} text={isOver ? formatAgo(now - since) : `for ${formatSpan(now - since)}`} />
      </span>
      {deadlineAt !== null && (
        <span className="list-second number at-narrow">
          {deadlineAt > now && 'due '}
          {formatUntil(deadlineAt - now)}
        </span>
      )}
    </>
  );
}

function Connection({ line, now }: { line: Line; now: number }) {
  const { connection, awaySince, node } = line;
  return (
    <>
      {connection && (
        <span className="list-first">
          <span className={connection === 'connected' ? 'live-dot' : 'live-dot is-waiting'} />
          {connection === 'connected'
            ? 'Connected'
            : awaySince === null
              ? 'Not connected'
              : `Away ${formatSpan(now - awaySince)}`}
        </span>
      )}
      {node && line.outcome === null && <span className="list-second mono">on {node}</span>}
    </>
  );
}

/** What somebody should look at: the gravest in words, the number of others, and what waits for a person. */
function Concerns({ line, now }: { line: Line; now: number }) {
  const { concerns, needsReview } = line;
  const [first, ...others] = concerns;
  return (
    <>
      <span className="list-concerns">
        {first && (
          <span className={`badge tone-${labelConcern(first).tone}`}>
            <Icon name={labelConcern(first).icon} />
            {labelConcern(first).text} {first.at > now ? formatUntil(first.at - now) : formatSpan(now - first.at)}
          </span>
        )}
        {others.length > 0 && (
          <span className="badge tone-plain" title={others.map(({ text }) => text).join(' ')}>
            <span aria-hidden="true">+{others.length}</span>
            <span className="visually-hidden">{others.map(({ text }) => text).join(' ')}</span>
          </span>
        )}
        {needsReview !== null && needsReview > 0 && (
          <span className="badge tone-accent">
            <Icon name="person" />
            {needsReview}
            <span className={first ? 'visually-hidden' : undefined}> to review</span>
          </span>
        )}
      </span>
      {first && <span className="list-reason soft">{first.text}</span>}
    </>
  );
}
