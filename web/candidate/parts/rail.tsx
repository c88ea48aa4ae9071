import type { CandidateView, PromptView } from '../../../src/protocol.ts';
import { Icon } from '../../shared/icon.tsx';
import { formatClock, formatSpoken } from '../../shared/spans.ts';
import { levelOf, type TimeLevel } from '../countdown.ts';

const hintByLevel: Record<TimeLevel, string> = {
  untimed: 'Take the time you need.',
  plenty: 'When it is up, what you have written becomes your answer.',
  low: 'Less than 5 minutes. What you have written counts.',
  short: 'Less than a minute. What you have written counts.',
  last: 'Almost up. What you have written counts.',
};

/** Where the candidate stands: how far in the interview, and how much time. */
export function Rail({
  view,
  prompt,
  leftMs,
  allottedMs,
}: {
  view: CandidateView;
  prompt: PromptView;
  leftMs: number | null;
  allottedMs: number;
}) {
  return (
    <section className="rail" aria-label="Progress and time">
      <Progress
        index={prompt.index}
        total={view.progress.total}
        place={`Question ${prompt.index} of ${prompt.total}`}
      />
      <Clock leftMs={leftMs} allottedMs={allottedMs} />
    </section>
  );
}

/** One segment a question; those before the current one are filled. */
export function Progress({ index, total, place }: { index: number; total: number; place: string }) {
  return (
    <div className="progress">
      <p className="progress-place">{place}</p>
      <div className="progress-segments" aria-hidden="true">
        {Array.from({ length: total }, (_, at) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a segment is its position and nothing else
            key={at}
            className={at + 1 < index ? 'segment segment-done' : at + 1 === index ? 'segment segment-now' : 'segment'}
          />
        ))}
      </div>
    </div>
  );
}

function Clock({ leftMs, allottedMs }: { leftMs: number | null; allottedMs: number }) {
  const level = leftMs === 0 ? 'last' : levelOf(leftMs, allottedMs);
  return (
    <div className={`clock clock-${level}`}>
      <p className="clock-label">
        <Icon name="clock" />
        <span className={leftMs === null ? undefined : 'clock-words'}>
          {leftMs === null ? 'No time limit' : 'Time left'}
        </span>
      </p>
      {leftMs !== null && (
        <p className="clock-time" role="timer" aria-label={formatSpoken(leftMs)} aria-live="off">
          {formatClock(leftMs)}
        </p>
      )}
      <p className="clock-hint">{leftMs === 0 ? 'Time is up.' : hintByLevel[level]}</p>
    </div>
  );
}
