import type { CandidateView } from '../../../src/protocol.ts';
import { Icon } from '../../shared/icon.tsx';
import { ScreenHeading } from '../parts/heading.tsx';

/** The answer is being judged; the candidate's clock stands still. */
export function Evaluating({ view, note }: { view: CandidateView; note: string | null }) {
  const { answered, total } = view.progress;
  return (
    <div className="narrow reading">
      <section className="card sheet">
        {note && (
          <p className="note tone-warn">
            <Icon name="clock" />
            <span>{note}</span>
          </p>
        )}
        <p className="eyebrow">{`${answered} of ${total} questions answered`}</p>
        <ScreenHeading>Your answer is being read</ScreenHeading>
        <p className="soft">
          It is saved. The next question, or a follow-up to this one, appears here in a moment. Your time stands still
          until then.
        </p>
        <div className="reading-lines" aria-hidden="true">
          <span className="skeleton" />
          <span className="skeleton" />
          <span className="skeleton" />
        </div>
      </section>
    </div>
  );
}
