import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Line } from '../api.ts';
import { useSegments } from '../use-segments.ts';
import { isTall, ListRow } from './list-row.tsx';
import type { RowAction } from './row-menu.tsx';

/** What rows are high as long as none has been measured. Units: px. */
const guess = { plainPx: 60, tallPx: 86 };

const columns = [
  { text: 'Candidate' },
  { text: 'Plan', className: 'col-plan' },
  { text: 'State', className: 'col-state' },
  { text: 'Deadline', className: 'col-deadline' },
  { text: 'Connection', className: 'col-connection' },
  { text: 'Attention', className: 'col-attention' },
];

/** The heights of the two kinds of rows. All of a kind are as high: only so can rows be left out that nobody sees. */
function useHeights(body: React.RefObject<HTMLElement | null>, lines: readonly Line[] | null) {
  const [sizes, setSizes] = useState(guess);
  const measure = useCallback(() => {
    const heightOf = (selector: string) => body.current?.querySelector<HTMLElement>(selector)?.offsetHeight;
    setSizes((last) => {
      const plainPx = heightOf('.list-row:not(.is-tall)') ?? last.plainPx;
      const tallPx = heightOf('.list-row.is-tall') ?? last.tallPx;
      return last.plainPx === plainPx && last.tallPx === tallPx ? last : { plainPx, tallPx };
    });
  }, [body]);
  useLayoutEffect(() => {
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  });
  return useMemo(() => (lines ?? []).map((line) => (isTall(line) ? sizes.tallPx : sizes.plainPx)), [lines, sizes]);
}

/** The interviews as a table, of which only the rows are drawn that are seen. */
export function ListTable({
  lines,
  now,
  hasMore,
  onAct,
}: {
  lines: Line[] | null;
  now: number;
  hasMore: boolean;
  onAct: (action: RowAction, line: Line) => void;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  /** The row that had the focus last: were it gone when the focus moves on, the next row would be, too. */
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const heights = useHeights(body, lines);
  const focusedIndex = focusedId === null || !lines ? -1 : lines.findIndex(({ id }) => id === focusedId);
  const segments = useSegments(body, heights, focusedIndex < 0 ? null : focusedIndex);
  return (
    <table
      className="list"
      aria-label="Interviews"
      aria-busy={lines === null}
      aria-rowcount={lines && !hasMore ? lines.length + 1 : -1}
    >
      <thead>
        <tr aria-rowindex={1}>
          {columns.map(({ text, className }) => (
            <th key={text} scope="col" className={className}>
              {text}
            </th>
          ))}
          <th scope="col" className="col-actions">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        {lines === null && <LoadingRows />}
        {segments.map((segment) => {
          if ('gapPx' in segment)
            return (
              // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in an empty row takes the focus
              <tr key={`gap-${segment.from}`} className="list-gap" aria-hidden="true">
                <td style={{ height: segment.gapPx }} />
              </tr>
            );
          const line = lines?.[segment.index];
          return (
            line && (
              <ListRow
                key={line.id}
                line={line}
                now={now}
                place={segment.index + 1}
                onAct={onAct}
                onFocus={setFocusedId}
              />
            )
          );
        })}
      </tbody>
    </table>
  );
}

function LoadingRows() {
  return Array.from({ length: 4 }, (_, index) => (
    // Nothing but places: they have no other name.
    // biome-ignore lint/suspicious/noArrayIndexKey: see the line above
    <tr key={index} className="list-row">
      <td>
        <span className="skeleton" />
      </td>
      {columns.slice(1).map(({ text, className }) => (
        <td key={text} className={className} />
      ))}
      <td className="col-actions" />
    </tr>
  ));
}
