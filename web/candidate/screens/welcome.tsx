import { useRef, useState } from 'react';
import type { CandidateView } from '../../../src/protocol.ts';
import { Button } from '../../shared/button.tsx';
import { Confirm } from '../../shared/confirm.tsx';
import { Icon, type IconName } from '../../shared/icon.tsx';
import { formatMinutes } from '../../shared/spans.ts';
import { ScreenHeading } from '../parts/heading.tsx';
import { useCommand } from '../session.ts';

interface Fact {
  icon: IconName;
  title: string;
  text: string;
}

function followUps(max: number): string {
  if (max === 0) return 'There are no follow-ups.';
  return `After an answer there may be up to ${max === 1 ? 'one follow-up' : `${max} follow-ups`}, if something is worth going into.`;
}

function factsOf({ plan }: CandidateView): Fact[] {
  const isTimed = plan.totalMinutes !== undefined;
  return [
    {
      icon: 'question',
      title: plan.questionCount === 1 ? 'One question' : `${plan.questionCount} questions, one at a time`,
      text: followUps(plan.followUpsMax),
    },
    {
      icon: 'clock',
      title: isTimed ? `Up to ${formatMinutes(plan.totalMinutes ?? 0)}` : 'No overall time limit',
      text: isTimed
        ? 'Some questions have a limit of their own. You always see what is left, and the clock stops while an answer is read.'
        : 'If a question has a limit of its own, you see what is left.',
    },
    ...(plan.pauseMinutes > 0
      ? [
          {
            icon: 'pause' as const,
            title: `Pauses of ${formatMinutes(plan.pauseMinutes)} in all`,
            text: 'Pause whenever you need to. Your time stops, and goes on when you do.',
          },
        ]
      : []),
    {
      icon: 'cloud',
      title: 'Everything is saved as you write',
      text: 'If the connection breaks or the page closes, open the same link again and go on where you were.',
    },
  ];
}

/** What will happen, what the candidate agrees to, and the start. */
export function Welcome({ view }: { view: CandidateView }) {
  const { plan, candidateName, invitationExpiresAt } = view;
  const { busyWith, problem, setProblem, give } = useCommand();
  const [hasConsented, setHasConsented] = useState(false);
  const [isDeclining, setIsDeclining] = useState(false);
  const consentBox = useRef<HTMLInputElement>(null);

  async function start(): Promise<void> {
    if (plan.consent && !hasConsented) {
      setProblem('Please read the agreement and tick the box before you start.');
      consentBox.current?.focus();
      return;
    }
    await give({ type: 'interview.start', ...(plan.consent ? { consent: hasConsented } : {}) });
  }

  return (
    <div className="narrow">
      <div className="lead">
        <p className="eyebrow" dir="auto">
          {candidateName ? `Welcome, ${candidateName}` : 'Welcome'}
        </p>
        <ScreenHeading isFocused={false}>{plan.title}</ScreenHeading>
        {plan.intro && (
          <p className="intro text" dir="auto">
            {plan.intro}
          </p>
        )}
      </div>
      <section className="card sheet" aria-labelledby="what-happens">
        <h2 id="what-happens" className="sheet-title">
          What to expect
        </h2>
        <ul className="facts">
          {factsOf(view).map((fact) => (
            <li key={fact.title} className="fact">
              <span className="fact-icon">
                <Icon name={fact.icon} />
              </span>
              <div>
                <p className="fact-title">{fact.title}</p>
                <p className="soft">{fact.text}</p>
              </div>
            </li>
          ))}
        </ul>
        {plan.consent && (
          <label className={problem && !hasConsented ? 'consent consent-missing' : 'consent'}>
            <input
              ref={consentBox}
              type="checkbox"
              className="checkbox"
              checked={hasConsented}
              aria-invalid={(problem !== null && !hasConsented) || undefined}
              aria-describedby={problem ? 'start-problem' : undefined}
              onChange={(event) => {
                setHasConsented(event.target.checked);
                setProblem(null);
              }}
            />
            <span className="text" dir="auto">
              {plan.consent}
            </span>
          </label>
        )}
        {problem && (
          <p id="start-problem" className="answer-problem">
            {problem}
          </p>
        )}
        <div className="start">
          <Button look="primary" className="button-large" isBusy={busyWith === 'interview.start'} onClick={start}>
            {busyWith === 'interview.start' ? 'Starting…' : 'Start the interview'}
          </Button>
          <Button look="quiet" onClick={() => setIsDeclining(true)}>
            I do not want to take part
          </Button>
        </div>
        <p className="soft small">
          {plan.totalMinutes === undefined ? '' : 'The time begins when you start. '}
          {invitationExpiresAt !== undefined && (
            <>
              This invitation is open until{' '}
              <time dateTime={new Date(invitationExpiresAt).toISOString()}>{formatDay(invitationExpiresAt)}</time>.
            </>
          )}
        </p>
      </section>
      <Confirm
        isOpen={isDeclining}
        title="Decline this interview?"
        confirmLabel="Decline"
        cancelLabel="Go back"
        onConfirm={() => give({ type: 'interview.end' })}
        onClose={() => setIsDeclining(false)}
      >
        Nothing will be asked or recorded, and this link closes for good. The team is told that you declined.
      </Confirm>
    </div>
  );
}

function formatDay(at: number): string {
  return new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'short' }).format(at);
}
