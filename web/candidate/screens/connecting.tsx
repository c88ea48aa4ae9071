import { Frame } from '../parts/frame.tsx';

/** Before the first word from the server. */
export function Connecting() {
  return (
    <Frame>
      <div className="narrow">
        <section className="card sheet" aria-busy="true">
          <h1 className="screen-title">Opening your interview…</h1>
          <div className="reading-lines" aria-hidden="true">
            <span className="skeleton" />
            <span className="skeleton" />
            <span className="skeleton" />
          </div>
        </section>
      </div>
    </Frame>
  );
}
