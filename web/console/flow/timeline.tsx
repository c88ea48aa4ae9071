import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { JournalEntry } from '../api.ts';
import { formatExact, formatSecond } from '../moments.ts';
import { describeEvent, nameEvent } from '../records.ts';
import { labelState } from '../wording.ts';
import { runsOf } from './strip.ts';

/** The course of the interview as a line: every record a moment, which the whole page can be moved to. */
export function Timeline({
  records,
  headSeq,
  seq,
  isReading,
  isOver,
  onGo,
}: {
  records: JournalEntry[];
  headSeq: number;
  /** Null = the newest record, as it grows. */
  seq: number | null;
  isReading: boolean;
  isOver: boolean;
  onGo: (seq: number | null) => void;
}) {
  const shownSeq = seq ?? headSeq;
  const record = records.find((one) => one.seq === shownSeq);
  return (
    <section className={`card timeline ${seq === null ? '' : 'is-past'}`} aria-labelledby="timeline-title">
      <div className="timeline-head">
        <h2 className="timeline-title" id="timeline-title">
          Course
        </h2>
        <p className="timeline-place number" aria-hidden="true">
          Record {shownSeq} of {headSeq}
        </p>
        <div className="timeline-steps">
          <Button look="quiet" onClick={() => onGo(shownSeq - 1)} isBusy={shownSeq <= 1}>
            <Icon name="back" />
            <span className="visually-hidden">Previous record</span>
          </Button>
          <Button look="quiet" className="timeline-next" onClick={() => onGo(shownSeq + 1)} isBusy={seq === null}>
            <Icon name="back" />
            <span className="visually-hidden">Next record</span>
          </Button>
          <Button look={seq === null ? 'quiet' : 'primary'} onClick={() => onGo(null)} isBusy={seq === null}>
            {isOver ? 'Latest' : 'Back to live'}
          </Button>
        </div>
      </div>
      <div className="timeline-track">
        <Strip records={records} headSeq={headSeq} />
        <input
          type="range"
          className="timeline-slider"
          min={1}
          max={Math.max(2, headSeq)}
          step={1}
          value={shownSeq}
          aria-label="Moment"
          aria-valuetext={describeMoment(record, shownSeq, headSeq)}
          onChange={({ target }) => onGo(Number(target.value))}
        />
      </div>
      <Readout record={record} isPast={seq !== null} isReading={isReading} />
    </section>
  );
}

function describeMoment(record: JournalEntry | undefined, seq: number, headSeq: number): string {
  const place = `Record ${seq} of ${headSeq}`;
  if (!record) return place;
  return `${place}, ${formatSecond(record.at)}, ${record.by}, ${nameEvent(record.event.type)}, now ${record.state}`;
}

/** Which state the interview was in from record to record, in the slider's own scale. */
function Strip({ records, headSeq }: { records: JournalEntry[]; headSeq: number }) {
  return (
    <div className="strip" aria-hidden="true">
      {headSeq > 1 &&
        runsOf(records).map(({ state, fromSeq, length }) => (
          <span key={fromSeq} className={`strip-run state-${state}`} style={{ flexGrow: length }}>
            <span className="strip-label">{labelState(state).text}</span>
          </span>
        ))}
    </div>
  );
}

function Readout({
  record,
  isPast,
  isReading,
}: {
  record: JournalEntry | undefined;
  isPast: boolean;
  isReading: boolean;
}) {
  if (!record) return <div className="timeline-readout soft">Reading the journal…</div>;
  const changed = record.facts.map(({ type }) => type).join(', ');
  const detail = describeEvent(record);
  return (
    <div className="timeline-readout" aria-busy={isReading}>
      <p>
        <time className="number" dateTime={new Date(record.at).toISOString()} title={formatExact(record.at)}>
          {formatSecond(record.at)}
        </time>
        <span className="soft">{record.by}</span>
        <code className="timeline-event">{nameEvent(record.event.type)}</code>
        {detail && <span className="soft">{detail}</span>}
      </p>
      <p>
        <Icon name="send" />
        <code className="timeline-event">{record.state}</code>
        {changed && <span className="soft">{changed}</span>}
        {isPast && <span className="visually-hidden">The page shows this moment, not the present.</span>}
      </p>
    </div>
  );
}
