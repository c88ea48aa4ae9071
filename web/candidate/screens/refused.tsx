import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import { Frame } from '../parts/frame.tsx';
import { ScreenHeading } from '../parts/heading.tsx';
import { describeRefusal } from '../wording.ts';

/** The link does not open the interview: why, and what helps. */
export function Refused({ code }: { code: string }) {
  const { title, text, canRetry } = describeRefusal(code);
  return (
    <Frame>
      <div className="narrow">
        <section className="card sheet done">
          <span className="big-icon tone-warn">
            <Icon name="alert" />
          </span>
          <ScreenHeading>{title}</ScreenHeading>
          <p className="soft">{text}</p>
          {canRetry && (
            <div className="start">
              <Button look="primary" onClick={() => location.reload()}>
                Load the page again
              </Button>
            </div>
          )}
          {code && <p className="soft small">{`If you write to the team, mention: ${code}`}</p>}
        </section>
      </div>
    </Frame>
  );
}
