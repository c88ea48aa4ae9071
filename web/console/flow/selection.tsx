import type { FlowLayout, FlowTransition } from '../../../src/flow/shape.ts';
import { formatClock } from '../../shared/spans.ts';
import { formatCount, formatSecond } from '../moments.ts';
import type { Course, Taking } from './course.ts';

/** The records that took a transition; each goes to its moment. */
export function Takings({ takings, seq, onGo }: { takings: Taking[]; seq?: number; onGo: (seq: number) => void }) {
  if (takings.length === 0) return <span className="soft">not taken</span>;
  return (
    <span className="takings">
      {takings.map((taking) => (
        <button
          key={taking.seq}
          type="button"
          className="taking number"
          aria-current={taking.seq === seq ? 'step' : undefined}
          onClick={() => onGo(taking.seq)}
        >
          <span className="visually-hidden">Go to record </span>
          {taking.seq}
          <span className="soft"> {formatSecond(taking.at)}</span>
        </button>
      ))}
    </span>
  );
}

/** What is chosen on the chart, in words: a state, or the transitions of an arrow with the records that took them. */
export function Selection({
  layout,
  course,
  chosenId,
  seq,
  onGo,
}: {
  layout: FlowLayout;
  course: Course;
  chosenId: string | null;
  seq: number;
  onGo: (seq: number) => void;
}) {
  const state = layout.states.find(({ path }) => path === chosenId);
  const ways = [...layout.arrows, ...layout.states.flatMap(({ stays }) => stays)];
  const ids = new Set(ways.find(({ id }) => id === chosenId)?.transitionIds);
  const transitions = layout.transitions.filter(({ id }) => ids.has(id));
  const [first] = transitions;
  return (
    <section className="selection" aria-label="Chosen on the chart">
      {state && <ChosenState state={state} course={course} />}
      {first && (
        <>
          <h3>
            <code>{first.from || 'any state'}</code> → <code>{first.to ?? first.from}</code>
          </h3>
          <ul className="selection-list">
            {transitions.map((transition) => (
              <li key={transition.id}>
                <Transition transition={transition} />
                <Takings takings={course.takingsById.get(transition.id) ?? []} seq={seq} onGo={onGo} />
              </li>
            ))}
          </ul>
        </>
      )}
      {!state && !first && <p className="soft">Choose a state or an arrow to see which records it stands for.</p>}
    </section>
  );
}

function ChosenState({ state, course }: { state: FlowLayout['states'][number]; course: Course }) {
  const stay = course.staysByPath.get(state.path);
  return (
    <>
      <h3>
        <code>{state.path}</code>
      </h3>
      <p>{state.description}</p>
      <p className="soft">
        {stay ? `Entered ${formatCount(stay.visits, 'time')}, ${formatClock(stay.ms)} in all.` : 'Not entered.'}
      </p>
    </>
  );
}

function Transition({ transition }: { transition: FlowTransition }) {
  const { cause, guard, description } = transition;
  return (
    <span>
      <code>{cause}</code>
      {guard && <code className="soft"> [{guard}]</code>}
      {description && <span className="soft"> {description}</span>}
    </span>
  );
}
