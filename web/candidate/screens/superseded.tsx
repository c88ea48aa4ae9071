import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import { Frame } from '../parts/frame.tsx';
import { ScreenHeading } from '../parts/heading.tsx';

/** Another tab or device took over. */
export function Superseded({ onTakeOver }: { onTakeOver: () => void }) {
  return (
    <Frame>
      <div className="narrow">
        <section className="card sheet done">
          <span className="big-icon tone-accent">
            <Icon name="device" />
          </span>
          <ScreenHeading>The interview is open somewhere else</ScreenHeading>
          <p className="soft">
            It goes on in a newer tab or on another device, and only one place can answer at a time. What you wrote here
            is kept.
          </p>
          <div className="start">
            <Button look="primary" onClick={onTakeOver}>
              Continue here
            </Button>
          </div>
          <p className="soft small">The other place then shows this message instead.</p>
        </section>
      </div>
    </Frame>
  );
}
