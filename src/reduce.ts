import { createActor, getMicrosteps, initialTransition, type SnapshotFrom, type transition } from 'xstate';
import type {
  DeadlineInput,
  EvaluateInput,
  InterviewContext,
  InterviewEvent,
  InterviewFact,
  InterviewInput,
  interview,
} from '../machines/interview.ts';
import { machine } from './machine.ts';
import type { State } from './protocol.ts';

// The only file that knows how XState reports a pure transition. Everything else sees steps, effects and facts.

export type Snapshot = SnapshotFrom<typeof interview>;

/** An invoked actor that is to run while its state is active: what to start and with which input. */
export type Effect =
  | { id: string; src: 'deadline'; input: DeadlineInput }
  | { id: string; src: 'evaluate' | 'evaluateFallback'; input: EvaluateInput };

/** Result of an invoked actor, as XState's own event. `at` lets the machine date a rejection too. */
export interface ResultEvent {
  type: `xstate.done.actor.${string}` | `xstate.error.actor.${string}`;
  actorId: string;
  at: number;
  output?: unknown;
  error?: unknown;
}

/** What one event did: nothing has run yet. */
export interface Step {
  snapshot: Snapshot;
  /** Ids of effects that end. They end before the new ones start. */
  stopped: string[];
  started: Effect[];
  facts: InterviewFact[];
}

/** The part of a snapshot that is stored; the plan is pinned by hash and put back on restore. */
export interface StoredState {
  value: unknown;
  context: Omit<InterviewContext, 'plan'>;
  effects: Effect[];
}

type Actions = ReturnType<typeof transition<typeof interview>>[1];

/** What the machine reports while it works on one event; nothing of it is executed. */
let reported: Actions = [];

/**
 * The surroundings in which every event is applied. XState's own `transition()` makes an actor and a system for each
 * event, which costs more than the event does; they are inert, so that one serves all. A test holds both equal.
 */
const surroundings = (() => {
  const self = createActor(machine, { input: {} as InterviewInput });
  const inert = () => {};
  return {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: inert,
    defer: inert,
    emit: inert,
    stopChild: inert,
    actionExecutor: (action: Actions[number]) => reported.push(action),
  };
})() as unknown as Parameters<typeof interview.transition>[2];

function collect(snapshot: Snapshot, actions: Actions): Step {
  const stopped: string[] = [];
  const started: Effect[] = [];
  const facts: InterviewFact[] = [];
  for (const action of actions) {
    // XState's types leave out some of its own action types.
    const type: string = action.type;
    const params = action.params as Record<string, unknown> | undefined;
    if (type === 'xstate.spawnChild') {
      started.push({ id: params?.id, src: params?.src, input: params?.input } as Effect);
    } else if (type === 'xstate.stopChild') {
      const id = (params as { id?: string } | undefined)?.id;
      const index = started.findIndex((effect) => effect.id === id);
      if (index >= 0) started.splice(index, 1);
      else if (id !== undefined) stopped.push(id);
    } else if (type === 'xstate.emit') {
      facts.push(params?.event as InterviewFact);
    }
  }
  return { snapshot, stopped, started, facts };
}

/** Leaving a state looks its invoked actors up by id, and asks nothing else of them: see machine.ts. */
function nameChildren(snapshot: Snapshot, ids: readonly string[]): void {
  const children = snapshot.children as unknown as Record<string, { id: string }>;
  for (const id of ids) children[id] = { id };
}

/** The first step of an interview. */
export function begin(input: InterviewInput): Step {
  const [snapshot, actions] = initialTransition(machine, input);
  if (snapshot.status === 'error') throw snapshot.error;
  return collect(snapshot, actions);
}

/**
 * Apply one event. Null = the machine does not take it here.
 *
 * Errors: what a guard or action throws; the snapshot passed in stays valid.
 */
export function reduce(snapshot: Snapshot, event: InterviewEvent | ResultEvent): Step | null {
  reported = [];
  const next = machine.transition(snapshot, event as InterviewEvent, surroundings);
  const actions = reported;
  // In pure mode a taken transition always leaves a new snapshot or an action behind; identity alone is no proof.
  return next === snapshot && actions.length === 0 ? null : collect(next, actions);
}

type Transition = ReturnType<typeof interview.getTransitionData>[number];

/** The eventless transition that a snapshot takes at once: the first whose guard holds, from the inside out. */
function eventlessOf(snapshot: Snapshot, event: InterviewEvent): Transition | undefined {
  const guards = machine.implementations.guards as Record<string, (args: object, params: unknown) => boolean>;
  const path = statePathOf(snapshot).split('.');
  const nodes = path.map((_, depth) => machine.getStateNodeById(['interview', ...path.slice(0, depth + 1)].join('.')));
  return nodes
    .toReversed()
    .flatMap(({ always = [] }) => always as unknown as Transition[])
    .find(({ guard }) => typeof guard !== 'string' || guards[guard]?.({ context: snapshot.context, event }, undefined));
}

/** The transitions that an event takes: its own, then those without an event that follow from it. Pure. */
export function transitionsTaken(snapshot: Snapshot, event: InterviewEvent | ResultEvent): Transition[] {
  const asked = event as InterviewEvent;
  const between = getMicrosteps(machine, snapshot, asked).slice(0, -1);
  const following = between.map(([reached]) => eventlessOf(reached, asked));
  return [...machine.getTransitionData(snapshot, asked), ...following.filter((one) => one !== undefined)];
}

/** The event by which an effect's answer returns to the machine. */
export function toDoneEvent(id: string, output: { at: number }): ResultEvent {
  return { type: `xstate.done.actor.${id}`, actorId: id, at: output.at, output };
}

/** The event by which an effect's defect returns to the machine. It carries no text of the error. */
export function toErrorEvent(id: string, at: number): ResultEvent {
  return { type: `xstate.error.actor.${id}`, actorId: id, at, error: { code: 'DEFECT' } };
}

/** The effects that are active after a step. */
export function effectsAfter(effects: readonly Effect[], step: Step): Effect[] {
  return [...effects.filter((effect) => !step.stopped.includes(effect.id)), ...step.started];
}

/** What of a snapshot is stored. */
export function toStored(snapshot: Snapshot, effects: Effect[]): StoredState {
  const { plan: _pinnedByHash, ...context } = snapshot.context;
  return { value: snapshot.value, context, effects };
}

/** A snapshot as it was stored, ready for the next event. */
export function fromStored(stored: StoredState, plan: InterviewContext['plan']): Snapshot {
  const snapshot = machine.resolveState({
    value: stored.value as Snapshot['value'],
    context: { ...stored.context, plan },
  });
  nameChildren(
    snapshot,
    stored.effects.map(({ id }) => id),
  );
  return snapshot;
}

/** The dotted path of the active state, e.g. `QUESTIONING.ANSWERING`. */
export function statePathOf({ value }: Snapshot): string {
  let path = '';
  let rest: unknown = value;
  while (typeof rest === 'object' && rest !== null) {
    const [name = ''] = Object.keys(rest);
    path += `${name}.`;
    rest = (rest as Record<string, unknown>)[name];
  }
  return `${path}${rest}`;
}

/** The top-level state. */
export function stateOf({ value }: Snapshot): State {
  return (typeof value === 'string' ? value : Object.keys(value)[0]) as State;
}

/** The earliest instant at which the service must act: a deadline, or now while an evaluation is pending. */
export function wakeAtOf(effects: readonly Effect[], now: number): number | null {
  const instants = effects.map((effect) => (effect.src === 'deadline' ? effect.input.at : now));
  const due = instants.filter((at) => at !== null);
  return due.length === 0 ? null : Math.min(...due);
}

/** The deadline that has passed first, if any has. */
export function firstDue(effects: readonly Effect[], now: number): Effect | undefined {
  return effects
    .flatMap((effect) =>
      effect.src === 'deadline' && effect.input.at !== null ? [{ effect, at: effect.input.at }] : [],
    )
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at - b.at)[0]?.effect;
}
