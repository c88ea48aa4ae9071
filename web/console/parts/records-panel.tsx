import { useState } from 'react';
import type { JournalEntry } from '../api.ts';
import { formatExact, formatSecond } from '../moments.ts';
import { describeEvent, describeFact, nameEvent } from '../records.ts';

/** The journal of the interview, newest first, as it grows. */
export function RecordsPanel({
  records,
  isComplete,
  headSeq,
  seq,
  onGo,
}: {
  records: JournalEntry[];
  isComplete: boolean;
  headSeq: number;
  /** The moment that the page shows; null = the newest. */
  seq: number | null;
  onGo: (seq: number) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="card records" aria-labelledby="records-title">
      <h2 className="records-title">
        <button
          type="button"
          className="records-toggle"
          id="records-title"
          aria-expanded={isOpen}
          aria-controls="records-body"
          onClick={() => setOpen(!isOpen)}
        >
          <span className="records-arrow" aria-hidden="true" />
          Records
          <span className="soft records-count number">{headSeq}</span>
        </button>
      </h2>
      <div id="records-body" hidden={!isOpen}>
        {isOpen && (
          // A region that scrolls must be reachable with the keyboard.
          // biome-ignore lint/a11y/noNoninteractiveTabindex: see the line above
          <section className="records-scroll" tabIndex={0} aria-label="Records, newest first">
            <RecordsTable records={records} seq={seq ?? headSeq} onGo={onGo} />
            {!isComplete && <p className="soft records-loading">Reading the journal…</p>}
          </section>
        )}
      </div>
    </section>
  );
}

function RecordsTable({ records, seq, onGo }: { records: JournalEntry[]; seq: number; onGo: (seq: number) => void }) {
  return (
    <table className="records-table">
      <thead>
        <tr>
          <th scope="col">Seq</th>
          <th scope="col">Time</th>
          <th scope="col">By</th>
          <th scope="col">Event</th>
          <th scope="col">Facts</th>
          <th scope="col">State after</th>
        </tr>
      </thead>
      <tbody>
        {records.toReversed().map((record) => (
          <tr key={record.seq} className={record.seq > seq ? 'is-later' : ''}>
            <td className="number">
              <button
                type="button"
                className="taking"
                aria-current={record.seq === seq ? 'step' : undefined}
                onClick={() => onGo(record.seq)}
              >
                <span className="visually-hidden">Go to record </span>
                {record.seq}
              </button>
            </td>
            <td className="number">
              <time dateTime={new Date(record.at).toISOString()} title={formatExact(record.at)}>
                {formatSecond(record.at)}
              </time>
            </td>
            <td>{record.by}</td>
            <td>
              <code>{nameEvent(record.event.type)}</code>
              <span className="soft record-detail">{describeEvent(record)}</span>
            </td>
            <td>
              {record.facts.map((fact, index) => (
                // Facts of a record never change, so their place is their key.
                // biome-ignore lint/suspicious/noArrayIndexKey: see the line above
                <div key={index} className="record-fact">
                  <code>{fact.type}</code>
                  <span className="soft record-detail">{describeFact(fact)}</span>
                </div>
              ))}
            </td>
            <td>
              <code>{record.state}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
