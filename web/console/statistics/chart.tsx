import { type ReactNode, useId, useState } from 'react';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { QuestionStatistics } from '../api.ts';
import { formatShare } from '../moments.ts';
import { type Bar, sayBin, sayScores, type Table } from './wording.ts';

/** A chart in words and a picture, with its numbers as a table behind a button. */
export function Chart({
  title,
  about,
  table,
  children,
}: {
  title: string;
  about: string;
  table: Table;
  children: ReactNode;
}) {
  const id = useId();
  const [isTable, setTable] = useState(false);
  return (
    <section className="card chart-card" aria-labelledby={id}>
      <div className="chart-head">
        <h2 className="chart-title" id={id}>
          {title}
        </h2>
        <Button
          look="quiet"
          aria-pressed={isTable}
          aria-label={`As a table: ${title}`}
          onClick={() => setTable(!isTable)}
        >
          <Icon name="list" />
          As a table
        </Button>
      </div>
      <p className="chart-about soft">{about}</p>
      {isTable ? <NumberTable title={title} table={table} /> : children}
    </section>
  );
}

function NumberTable({ title, table: { head, rows } }: { title: string; table: Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a section of its own would be one too many
    <div className="chart-table" role="region" tabIndex={0} aria-label={`${title}, as a table`}>
      <table>
        <thead>
          <tr>
            {head.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={name}>
              <th scope="row" dir="auto">
                {name}
              </th>
              {cells.map((cell, index) => (
                <td key={head[index + 1]} className="number">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Bars with their words beside them: what is read aloud is what is seen. */
export function Bars({ bars }: { bars: readonly Bar[] }) {
  return (
    <ol className="bars">
      {bars.map(({ id, label, share, text, mark, note }) => (
        <li key={id} className="bar-row">
          <span className="bar-label" dir="auto" title={label}>
            {label}
          </span>
          <span className="bar-track" aria-hidden="true">
            <span className="bar-fill" style={{ width: formatShare(share) }} />
            {mark !== undefined && <span className="bar-mark" style={{ left: formatShare(mark) }} />}
          </span>
          <span className="bar-text number">{text}</span>
          {note && <span className="bar-note soft">{note}</span>}
        </li>
      ))}
    </ol>
  );
}

/** Units of the picture: ten columns with a little room between them. */
const COLUMN = 24;
const GAP = 2;
const HEIGHT = 72;
/** So many make a column as high as it gets: one score alone must not look like many. */
const FULL_COUNT_MIN = 5;

/** How often each tenth of the scores came, with the threshold as a line. */
export function Histogram({ question, number }: { question: QuestionStatistics; number: number }) {
  const { scores, threshold, text } = question;
  const most = Math.max(FULL_COUNT_MIN, ...scores.bins);
  const width = COLUMN * scores.bins.length;
  const at = threshold * width;
  return (
    <figure className="histogram">
      <figcaption>
        <span className="histogram-title" dir="auto">
          {number}. {text}
        </span>
        <span className="histogram-words soft number">{sayScores(question)}</span>
      </figcaption>
      <svg viewBox={`0 -14 ${width} ${HEIGHT + 30}`} aria-hidden="true" focusable="false">
        <line className="axis" x1="0" x2={width} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
        {scores.bins.map((count, bin) => {
          const height = (count / most) * HEIGHT;
          const x = bin * COLUMN;
          return (
            <g key={sayBin(bin)}>
              {count > 0 && (
                <>
                  <rect className="column" x={x + GAP} y={HEIGHT - height} width={COLUMN - 2 * GAP} height={height} />
                  <text className="count" x={x + COLUMN / 2} y={HEIGHT - height - 3} textAnchor="middle">
                    {count}
                  </text>
                </>
              )}
            </g>
          );
        })}
        <line className="threshold" x1={at} x2={at} y1="-12" y2={HEIGHT} />
        <text className="tick" x="0" y={HEIGHT + 13}>
          0%
        </text>
        <text className="tick" x={width} y={HEIGHT + 13} textAnchor="end">
          100%
        </text>
        {threshold > 0.15 && threshold < 0.85 && (
          <text className="tick" x={at} y={HEIGHT + 13} textAnchor="middle">
            {formatShare(threshold)}
          </text>
        )}
      </svg>
    </figure>
  );
}
