import type { FlowLayout, FlowStep, FlowTransition } from '../../../src/flow/shape.ts';

// An interview's way over the statechart, up to one of its records: pure.

/** One time that a transition was taken. */
export interface Taking {
  seq: number;
  at: number;
}

/** How often an interview was in a state, and how long in all. Units: ms. */
export interface Stay {
  visits: number;
  ms: number;
}

export interface Course {
  /** Path of the state that it is in; '' before the first record. */
  state: string;
  takingsById: Map<string, Taking[]>;
  /** By path, those of compound states included. */
  staysByPath: Map<string, Stay>;
}

/** A path and those of the states around it, from the inside out. */
export function pathsAround(path: string): string[] {
  const parts = path === '' ? [] : path.split('.');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.'));
}

/** Tell whether the interview is in a state, at any depth. */
export function isIn(state: string, path: string): boolean {
  return pathsAround(state).includes(path);
}

/** Fold the steps up to a record. `until` closes the stay in the last state. */
export function followCourse(steps: readonly FlowStep[], seq: number, until: number): Course {
  const takingsById = new Map<string, Taking[]>();
  const staysByPath = new Map<string, Stay>();
  const known = steps.filter((step) => step.seq <= seq);
  let state = '';
  for (const [index, step] of known.entries()) {
    for (const id of step.transitionIds)
      takingsById.set(id, [...(takingsById.get(id) ?? []), { seq: step.seq, at: step.at }]);
    const ms = Math.max(0, (known[index + 1]?.at ?? until) - step.at);
    for (const path of pathsAround(step.state)) {
      const { visits, ms: before } = staysByPath.get(path) ?? { visits: 0, ms: 0 };
      staysByPath.set(path, { visits: visits + (isIn(state, path) ? 0 : 1), ms: before + ms });
    }
    state = step.state;
  }
  return { state, takingsById, staysByPath };
}

/** Tell whether a transition may come next: its state, or one around it, is the current one, which is not the end. */
export function isPossible({ from }: Pick<FlowTransition, 'from'>, state: string, layout: FlowLayout): boolean {
  const current = layout.states.find(({ path }) => path === state);
  return current !== undefined && current.kind !== 'final' && (from === '' || isIn(state, from));
}

/** All takings of some transitions, oldest first. */
export function takingsOf({ takingsById }: Course, ids: readonly string[]): Taking[] {
  return ids.flatMap((id) => takingsById.get(id) ?? []).sort((left, right) => left.seq - right.seq);
}
