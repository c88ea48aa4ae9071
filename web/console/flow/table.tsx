import { useState } from 'react';
import type { FlowLayout } from '../../../src/flow/shape.ts';
import { formatClock } from '../../shared/spans.ts';
import { type Course, isIn, isPossible } from './course.ts';
import { Takings } from './selection.tsx';

/** The chart in words: every state with its transitions, and how often each was taken. */
export function FlowTable({
  layout,
  course,
  onGo,
}: {
  layout: FlowLayout;
  course: Course;
  onGo: (seq: number) => void;
}) {
  const [isTakenOnly, setTakenOnly] = useState(false);
  const machine = { path: '', description: 'From every state but the last.' };
  const groups = [...layout.states, machine].map(({ path, description }) => ({
    path,
    description,
    transitions: layout.transitions.filter(
      ({ id, from }) => from === path && (!isTakenOnly || course.takingsById.has(id)),
    ),
  }));
  return (
    <>
      <p className="flow-filter">
        <label>
          <input type="checkbox" checked={isTakenOnly} onChange={({ target }) => setTakenOnly(target.checked)} /> Only
          what was taken
        </label>
      </p>
      {/* A region that scrolls must be reachable with the keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see the line above */}
      <section className="flow-table" tabIndex={0} aria-label="Transitions">
        <table className="records-table">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">When</th>
              <th scope="col">Leads to</th>
              <th scope="col">Now</th>
              <th scope="col">Records</th>
            </tr>
          </thead>
          {groups
            .filter(({ transitions, path }) => transitions.length > 0 || (!isTakenOnly && path !== ''))
            .map(({ path, description, transitions }) => (
              <tbody key={path}>
                <tr className={isIn(course.state, path) ? 'is-now' : ''}>
                  <th scope="rowgroup" colSpan={5}>
                    <code>{path || 'any state'}</code>
                    {isIn(course.state, path) && <strong> is here</strong>}
                    <Stayed course={course} path={path} />
                    <span className="soft flow-description">{description}</span>
                  </th>
                </tr>
                {transitions.map((transition) => (
                  <tr key={transition.id}>
                    <td>
                      <code>{transition.cause}</code>
                      {transition.description && (
                        <span className="soft flow-description">{transition.description}</span>
                      )}
                    </td>
                    <td>
                      {transition.guard === null ? (
                        <span className="soft">always</span>
                      ) : (
                        <code>{transition.guard}</code>
                      )}
                    </td>
                    <td>
                      {transition.to === null ? <span className="soft">stays</span> : <code>{transition.to}</code>}
                    </td>
                    <td>
                      {isPossible(transition, course.state, layout) ? 'possible' : <span className="soft">–</span>}
                    </td>
                    <td>
                      <Takings takings={course.takingsById.get(transition.id) ?? []} onGo={onGo} />
                    </td>
                  </tr>
                ))}
              </tbody>
            ))}
        </table>
      </section>
    </>
  );
}

function Stayed({ course, path }: { course: Course; path: string }) {
  const stay = course.staysByPath.get(path);
  if (!stay) return null;
  return (
    <span className="soft number">
      {' '}
      {stay.visits}×, {formatClock(stay.ms)}
    </span>
  );
}
