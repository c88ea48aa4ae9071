import { useLocation } from 'wouter';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { QueueCase } from '../api.ts';
import { addressOf } from '../queue.ts';

/** The way to the cases before and after this one. Buttons stay in place; at an end there is nowhere to go. */
export function CaseSteps({
  index,
  count,
  previous,
  next,
}: {
  index: number;
  count: number;
  previous: QueueCase | null;
  next: QueueCase | null;
}) {
  const [, navigate] = useLocation();
  const step = (to: QueueCase | null, text: string, className: string) => (
    <Button look="quiet" className={className} isBusy={to === null} onClick={() => to && navigate(addressOf(to))}>
      <Icon name="back" />
      <span className="visually-hidden">{text}</span>
    </Button>
  );
  return (
    <nav className="case-steps" aria-label="Queue">
      {step(previous, 'Previous case', '')}
      <span className="soft number">
        Case {index + 1} of {count}
      </span>
      {step(next, 'Next case', 'case-next')}
    </nav>
  );
}
