import { interview } from '../machines/interview.ts';

// The interview's machine as the host drives it: the same, but for how an assignment makes the next context.
//
// XState copies the context with Object.assign into an empty object. With more than a dozen or so fields V8 keeps that
// as a table, which is read slowly and weighs four times as much; a literal that spreads the context keeps its shape.
// Half of what an event costs is saved by that. Only the form of XState 5.33.3 is known here; a test holds whatever the
// host computes equal to XState's own transition function.

type Actions = NonNullable<Parameters<typeof interview.provide>[0]['actions']>;
type Snapshot = ReturnType<typeof interview.resolveState>;

/** An assignment as XState keeps it: a function with its parts beside it. */
interface Assign {
  type: 'xstate.assign';
  assignment(args: { context: object; event: object }, params: unknown): object;
  resolve: unknown;
}

function isAssign(action: unknown): action is Assign {
  const { type, assignment } = action as Partial<Assign>;
  return type === 'xstate.assign' && typeof assignment === 'function';
}

function resolve(
  _scope: object,
  snapshot: Snapshot,
  { event }: { event: object },
  params: unknown,
  { assignment }: Assign,
): [Snapshot, undefined, undefined] {
  const context = { ...snapshot.context, ...assignment({ context: snapshot.context, event }, params) };
  return [{ ...snapshot, context } as Snapshot, undefined, undefined];
}

function quick(action: unknown): unknown {
  if (!isAssign(action)) return action;
  return Object.assign(() => {}, { type: action.type, assignment: action.assignment, resolve });
}

/** The machine to compute with. Documents and live actors take the one that it is made from. */
export const machine: typeof interview = interview.provide({
  actions: Object.fromEntries(
    Object.entries(interview.implementations.actions).map(([name, action]) => [name, quick(action)]),
  ) as Actions,
});
