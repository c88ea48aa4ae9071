import { useState } from 'react';
import type { CandidateView, PromptView } from '../../../src/protocol.ts';
import { Button } from '../../shared/button.tsx';
import { Confirm } from '../../shared/confirm.tsx';
import { Icon } from '../../shared/icon.tsx';
import { formatClock, formatSpoken } from '../../shared/spans.ts';
import { useTimeLeft } from '../../shared/use-time-left.ts';
import { placeOf } from '../journey.ts';
import { ScreenHeading } from '../parts/heading.tsx';
import { useCommand, useSession } from '../session.ts';

/** The clock is stopped by the candidate. The prompt is hidden: a pause is a pause. */
export function Paused({ view, prompt }: { view: CandidateView; prompt: PromptView }) {
  const { offsetMs, connection } = useSession();
  const { busyWith, problem, give } = useCommand();
  const [isEnding, setIsEnding] = useState(false);
  const leftMs = useTimeLeft(view.pauseEndsAt, offsetMs);
  return (
    <div className="narrow">
      <section className="card sheet paused">
        <span className="big-icon tone-accent">
          <Icon name="pause" />
        </span>
        <p className="eyebrow">{placeOf(prompt)}</p>
        <ScreenHeading>Paused. Your time has stopped.</ScreenHeading>
        <p className="soft">
          What you wrote is saved and the question waits for you.
          {prompt.timeLeftMs === undefined ? '' : ` You still have ${formatSpoken(prompt.timeLeftMs)} to answer it.`}
        </p>
        {leftMs !== null && (
          <div className="pause-left">
            <p className="clock-label">Pause left</p>
            <p className="clock-time" role="timer" aria-live="off" aria-label={formatSpoken(leftMs)}>
              {formatClock(leftMs)}
            </p>
            <p className="soft small">After that the interview goes on by itself.</p>
          </div>
        )}
        {problem && <p className="answer-problem">{problem}</p>}
        <div className="start">
          <Button
            look="primary"
            className="button-large"
            isBusy={busyWith === 'interview.resume'}
            onClick={() => give({ type: 'interview.resume' })}
          >
            <Icon name="play" />
            {busyWith === 'interview.resume' && connection !== 'open' ? 'Will be sent…' : 'Resume'}
          </Button>
          <Button look="quiet" onClick={() => setIsEnding(true)}>
            End interview
          </Button>
        </div>
      </section>
      <Confirm
        isOpen={isEnding}
        title="End the interview now?"
        confirmLabel="End interview"
        cancelLabel="Go back"
        onConfirm={() => give({ type: 'interview.end' })}
        onClose={() => setIsEnding(false)}
      >
        It cannot be continued afterwards. What you have answered so far is stored and goes to the team.
      </Confirm>
    </div>
  );
}
