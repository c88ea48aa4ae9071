import { interview } from '../machines/interview.ts';

// The interview's machine as the host drives it: the same chart, states, guards and actions, worked through by XState,
// but for how three steps of its work are done, which were most of what an event costs.
//
// - XState copies the context with Object.assign into an empty object. With more than a dozen or so fields V8 keeps that
//   as a table, which is read slowly and weighs four times as much; a literal that spreads the context keeps its shape.
// - To begin or end an invoked actor XState makes a snapshot anew, its state value worked out from all nodes, and an
//   actor for each that begins. Here no actor ever runs: the host starts what is reported (effects.ts). So a name is
//   noted among the snapshot's children, and what is to start or stop is reported.
//
// Only the form of XState 5.33.3 is known here; a test holds whatever the host computes equal to XState's own
// transition function.

type Actions = NonNullable<Parameters<typeof interview.provide>[0]['actions']>;
type Machine = typeof interview;
type Snapshot = ReturnType<Machine['resolveState']>;
type StateNode = Machine['root'];
type Invoked = StateNode['invoke'][number];

/** What XState hands to an action of its own kind. */
interface Args {
  context: Snapshot['context'];
  event: { type: string };
  self: object;
}

/** The next snapshot, what to report, and no further actions. */
type Resolved = [Snapshot, object | undefined, undefined];

/** An assignment as XState keeps it: a function with its parts beside it. */
interface Assign {
  type: 'xstate.assign';
  assignment(args: { context: object; event: object }, params: unknown): object;
}

function isAssign(action: unknown): action is Assign {
  const { type, assignment } = action as Partial<Assign>;
  return type === 'xstate.assign' && typeof assignment === 'function';
}

/** An action that is worked out and not run: the form of XState's own. `execute` has it reported. */
function builtIn(
  type: string,
  resolve: (snapshot: Snapshot, args: Args, params: unknown) => Resolved,
  execute?: () => void,
): object {
  const scopeless = (_scope: object, snapshot: Snapshot, args: Args, params: unknown) =>
    resolve(snapshot, args, params);
  return Object.assign(() => {}, { type, resolve: scopeless, ...(execute ? { execute } : {}) });
}

function quickAssign({ type, assignment }: Assign): object {
  return builtIn(type, (snapshot, { context, event }, params) => {
    const next = { ...snapshot.context, ...assignment({ context, event }, params) };
    return [{ ...snapshot, context: next } as Snapshot, undefined, undefined];
  });
}

const inert = () => {};

function quickSpawn({ id, src, input }: Invoked): object {
  const inputOf = typeof input === 'function' ? (input as (args: Args) => unknown) : () => input;
  return builtIn(
    'xstate.spawnChild',
    (snapshot, args) => {
      const children = { ...snapshot.children, [id]: { id } };
      return [{ ...snapshot, children } as unknown as Snapshot, { id, src, input: inputOf(args) }, undefined];
    },
    inert,
  );
}

function quickStop({ id }: Invoked): object {
  return builtIn(
    'xstate.stopChild',
    (snapshot) => {
      const { [id]: stopped, ...children } = snapshot.children as Record<string, object>;
      return [{ ...snapshot, children } as unknown as Snapshot, stopped, undefined];
    },
    inert,
  );
}

/** Do the invocations of a state, and of those within it, by actions of ours; in the order in which XState does them. */
function takeOverInvocations(node: StateNode): void {
  const { invoke } = node;
  Object.defineProperty(node, 'invoke', { value: [] });
  node.entry = [...node.entry, ...invoke.map(quickSpawn)] as StateNode['entry'];
  node.exit = [...node.exit, ...invoke.map(quickStop)] as StateNode['exit'];
  for (const child of Object.values(node.states)) takeOverInvocations(child as StateNode);
}

function createQuickMachine(): Machine {
  const quick = (action: unknown) => (isAssign(action) ? quickAssign(action) : action);
  const { actions } = interview.implementations;
  const machine = interview.provide({
    actions: Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, quick(action)])) as Actions,
  });
  takeOverInvocations(machine.root as StateNode);
  return machine;
}

/** The machine to compute with. Documents and live actors take the one that it is made from. */
export const machine: Machine = createQuickMachine();
