import { machine } from '../machine.ts';
import type { FlowTransition } from './shape.ts';

// The statechart as it is declared, as plain data: what the layout draws and the path is told in.

type Node = (typeof machine)['root'] | (typeof machine)['root']['states'][string];

/** A state of the chart; `path` is dotted, '' for the machine itself. */
export interface ChartState {
  path: string;
  /** Path of the state around it; null for the machine itself. */
  parent: string | null;
  name: string;
  description: string;
  kind: 'atomic' | 'compound' | 'final';
  /** Path of the child that it begins in. */
  initial: string | null;
}

export interface Chart {
  version: string;
  states: ChartState[];
  transitions: FlowTransition[];
}

const pathOf = (node: { path: string[] }) => node.path.join('.');

/** A state and everything below it, in the order in which they are written. */
function withChildren(node: Node): Node[] {
  return [node, ...Object.values(node.states as Record<string, Node>).flatMap(withChildren)];
}

function toState(node: Node): ChartState {
  const kind = node.type === 'final' ? 'final' : Object.keys(node.states).length > 0 ? 'compound' : 'atomic';
  return {
    path: pathOf(node),
    parent: node.parent ? pathOf(node.parent as Node) : null,
    name: node.key,
    description: node.description ?? '',
    kind,
    initial: kind === 'compound' ? (node.initial.target.map(pathOf)[0] ?? null) : null,
  };
}

/** The actors of the machine that judge; the others are deadlines. */
const evaluators = new Set(['evaluate', 'evaluateFallback']);

/** What sets a transition off, as people read it: XState names the results of invoked actors by itself. */
function causeOf(eventType: string): Pick<FlowTransition, 'cause' | 'kind'> {
  const [, result, id = ''] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType) ?? [];
  if (result === 'error') return { cause: `${id} defect`, kind: 'defect' };
  if (result === 'done')
    return evaluators.has(id) ? { cause: `${id} done`, kind: 'result' } : { cause: `${id} deadline`, kind: 'deadline' };
  return eventType === '' ? { cause: 'at once', kind: 'decision' } : { cause: eventType, kind: 'event' };
}

type Transition = NonNullable<Node['always']>[number];

const idsByTransition = new Map<Transition, string>();

/** Id of a transition: the same for every process of one machine version. */
export function transitionId(transition: Transition): string {
  const id = idsByTransition.get(transition);
  if (id === undefined) throw new Error('this transition is not on the chart');
  return id;
}

function transitionsOf(node: Node): FlowTransition[] {
  const listed = [...(node.transitions as Map<string, Transition[]>)].flatMap(([type, all]) =>
    all.map((transition) => ({ type, transition, isLast: transition === all.at(-1), among: all.length })),
  );
  const always = (node.always ?? []).map((transition, _index, all) => ({
    type: '',
    transition,
    isLast: transition === all.at(-1),
    among: all.length,
  }));
  return [...listed, ...always].map(({ type, transition, isLast, among }, index) => {
    const from = pathOf(node);
    const id = `${from || 'any'}/${index + 1}`;
    idsByTransition.set(transition, id);
    const { guard, target, reenter, description } = transition;
    return {
      id,
      from,
      to: target?.[0] ? pathOf(target[0] as Node) : null,
      ...causeOf(type),
      guard: typeof guard === 'string' ? guard : isLast && among > 1 ? 'else' : null,
      isReentering: reenter === true,
      description: description ?? '',
    };
  });
}

const nodes = withChildren(machine.root);

/** The chart of the machine that runs. */
export const chart: Chart = {
  version: String(machine.config.version),
  states: nodes.map(toState),
  transitions: nodes.flatMap(transitionsOf),
};
