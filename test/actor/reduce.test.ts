import fc from 'fast-check';
import { expect, test } from 'vitest';
import { begin, type Effect, type ResultEvent, reduce, type Snapshot, stateOf, statePathOf } from '../../src/reduce.ts';
import { anyInput, anyMoves, anyStop, makeMove } from '../support/arbitrary.ts';
import { apply, type MachineEvent, type Step, walk } from '../support/machine.ts';

const seed = Number(process.env.VIVA_SEED ?? Date.now() % 2 ** 31);

const plain = ({ value, context, status, children }: Snapshot) => ({
  value,
  context,
  status,
  childIds: Object.keys(children).sort(),
});

/** A step of XState's own pure transition in the form of the host's. */
const expected = ({ snapshot, isTaken, facts, started, stoppedIds }: Step) =>
  isTaken ? { ...plain(snapshot as Snapshot), facts, started, stopped: stoppedIds } : null;

test('any interview goes the same way as under the transition function of XState', () => {
  fc.assert(
    fc.property(anyInput, anyMoves, anyStop, (input, moves, stop) => {
      const walked = walk(input);
      for (const move of moves) makeMove(walked, move);
      if (stop) makeMove(walked, stop);
      let snapshot = begin(input).snapshot;
      // What is refused must not leave anything behind for the next event either.
      const refused: MachineEvent = { type: 'answer.submit', at: input.at, promptId: 'nobody asked this', text: 'x' };
      for (const event of walked.events.flatMap((one) => [refused, one])) {
        const step = reduce(snapshot, event as ResultEvent);
        const found = step && {
          ...plain(step.snapshot),
          facts: step.facts,
          started: step.started,
          stopped: step.stopped,
        };
        expect(found).toEqual(expected(apply(snapshot as never, event)));
        if (step) snapshot = step.snapshot;
      }
    }),
    { seed, numRuns: 200 },
  );
});

test('what a defective event leaves behind does not touch the next one', () => {
  const input = fc.sample(anyInput, { seed: 1, numRuns: 1 })[0];
  if (!input) throw new Error('no sample');
  const { snapshot } = begin({ ...input, plan: { ...input.plan, isConsentRequired: false } });
  const broken = { ...snapshot, context: { ...snapshot.context, plan: undefined } } as unknown as Snapshot;
  expect(() => reduce(broken, { type: 'interview.start', at: input.at })).toThrow();
  const started: Effect[] = reduce(snapshot, { type: 'interview.start', at: input.at })?.started ?? [];
  expect(new Set(started.map(({ id }) => id)).size).toBe(started.length);
  expect(reduce(snapshot, { type: 'interview.resume', at: input.at })).toBeNull();
});

test('the path of a state names all that are active, from the outermost in', () => {
  fc.assert(
    fc.property(anyInput, anyMoves, (input, moves) => {
      const walked = walk(input);
      for (const move of moves) makeMove(walked, move);
      let { snapshot } = begin(input);
      for (const event of walked.events) {
        snapshot = reduce(snapshot, event as ResultEvent)?.snapshot ?? snapshot;
        const active = snapshot._nodes.map(({ path }) => path).sort((one, other) => other.length - one.length)[0] ?? [];
        expect(statePathOf(snapshot)).toBe(active.join('.'));
        expect(stateOf(snapshot)).toBe(active[0]);
      }
    }),
    { seed, numRuns: 100 },
  );
});
