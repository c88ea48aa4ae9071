import { lazy, Suspense, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Api } from '../api.ts';
import { followCourse } from './course.ts';
import { Selection } from './selection.tsx';
import { FlowTable } from './table.tsx';
import { useFlow } from './use-flow.ts';

// Drawing the chart takes a library that nobody else on these pages needs.
const FlowChart = lazy(() => import('./chart.tsx'));

interface Props {
  api: Api;
  interviewId: string;
  headSeq: number;
  /** The moment that is shown. */
  seq: number;
  /** The instant up to which the shown moment lasts. */
  until: number;
  onGo: (seq: number) => void;
}

/** The statechart, on demand: with a picture, and as text. */
export function FlowSection(props: Props) {
  const [params, setParams] = useSearchParams();
  const isOpen = params.has('flow');
  const toggle = () =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (isOpen) after.delete('flow');
        else after.set('flow', '');
        return after;
      },
      { replace: true },
    );
  return (
    <section className="card flow" aria-labelledby="flow-title">
      <h2 className="flow-title">
        <button
          type="button"
          className="records-toggle"
          id="flow-title"
          aria-expanded={isOpen}
          aria-controls="flow-body"
          onClick={toggle}
        >
          <span className="records-arrow" aria-hidden="true" />
          Flow
          <span className="soft flow-hint">the statechart, and the way that this interview took</span>
        </button>
      </h2>
      <div id="flow-body" hidden={!isOpen}>
        {isOpen && <OpenFlow {...props} />}
      </div>
    </section>
  );
}

function OpenFlow({ api, interviewId, headSeq, seq, until, onGo }: Props) {
  const { flow, isFailing } = useFlow(api, interviewId, headSeq);
  const [isText, setText] = useState(false);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const course = useMemo(() => (flow ? followCourse(flow.path.steps, seq, until) : null), [flow, seq, until]);
  if (!flow || !course)
    return (
      <div className="flow-waiting" role="status">
        {isFailing ? 'The statechart could not be read. Trying again…' : 'Reading the statechart…'}
        <span className="skeleton" aria-hidden="true" />
      </div>
    );
  return (
    <>
      <div className="flow-modes">
        <fieldset className="flow-choice">
          <legend className="visually-hidden">Show the flow as</legend>
          <button type="button" className="flow-mode" aria-pressed={!isText} onClick={() => setText(false)}>
            Chart
          </button>
          <button type="button" className="flow-mode" aria-pressed={isText} onClick={() => setText(true)}>
            Table
          </button>
        </fieldset>
        <ul className="flow-legend" aria-label="Legend" hidden={isText}>
          <li className="legend-now">is here</li>
          <li className="legend-taken">went this way</li>
          <li className="legend-possible">may come next</li>
        </ul>
      </div>
      {isText ? (
        <FlowTable layout={flow.layout} course={course} onGo={onGo} />
      ) : (
        <>
          <Suspense fallback={<div className="flow-waiting" />}>
            <FlowChart layout={flow.layout} course={course} chosenId={chosenId} onChoose={setChosenId} />
          </Suspense>
          <Selection layout={flow.layout} course={course} chosenId={chosenId} seq={seq} onGo={onGo} />
        </>
      )}
    </>
  );
}
