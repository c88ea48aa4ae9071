import { type AnyStateNode, type AnyTransitionDefinition, createActor, type EventFromLogic, fromPromise } from 'xstate';
import { type DeadlineInput, type EvaluateInput, type EvaluateOutput, interview } from '../../machines/interview.ts';
import { interviewInput, type MachineEvent, type Snapshot } from './machine.ts';

// Which transitions of the chart an event takes, as XState itself reports them.

/** Every transition of the chart: source state, event (none for `always`), number of the candidate, target. */
export function edgesOf(machine: { root: AnyStateNode }): string[] {
  const edges: string[] = [];
  const visit = (node: AnyStateNode) => {
    const found: AnyTransitionDefinition[] = [...node.transitions.values()].flat();
    edges.push(...[...found, ...(node.always ?? [])].map(nameEdge));
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return edges;
}

function nameEdge(transition: AnyTransitionDefinition): string {
  const { source, eventType, target } = transition;
  const candidates = eventType === '' ? (source.always ?? []) : (source.transitions.get(eventType) ?? []);
  const to = target?.map(({ id }) => id).join(', ') ?? '(stays)';
  return `${source.id} · ${eventType || 'always'} #${candidates.indexOf(transition)} → ${to}`;
}

const never = <Output, Input>() => fromPromise<Output, Input>(() => new Promise(() => {}));
const still = interview.provide({
  actors: {
    deadline: never<{ at: number }, DeadlineInput>(),
    evaluate: never<EvaluateOutput, EvaluateInput>(),
    evaluateFallback: never<EvaluateOutput, EvaluateInput>(),
  },
});

/** The transitions that one event takes from a snapshot, those of `always` included. */
export function edgesTaken({ value, context }: Snapshot, event: MachineEvent): string[] {
  const taken: string[] = [];
  const actor = createActor(still, {
    // Required by the types; with a snapshot XState does not read it.
    input: interviewInput(),
    snapshot: still.resolveState({ value, context: structuredClone(context) }),
    inspect: (inspected) => {
      if (inspected.type === '@xstate.microstep') taken.push(...inspected._transitions.map(nameEdge));
    },
  });
  actor.start();
  actor.send(event as EventFromLogic<typeof interview>);
  actor.stop();
  return taken;
}
