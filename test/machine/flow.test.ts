import { expect, test } from 'vitest';
import { type AnyStateNode, createMachine } from 'xstate';
import { drawFlow, flowFiles, readFlow } from '../../bin/flow.ts';
import { interview } from '../../machines/interview.ts';
import { readText } from '../support/pages.ts';

// What `npm run flow` writes down of the machine.

test('[X6] the pictures and the JSON are the machine; `npm run flow` writes them anew', () => {
  expect(readFlow()).toBe(drawFlow());
  expect(Object.keys(flowFiles)).toHaveLength(2);
  for (const [file, written] of Object.entries(flowFiles)) expect(readText(file)).toBe(written);
});

/** A state and all below it: what sets which transition off, and where it leads. */
function chartOf(node: AnyStateNode): object {
  const transitions = [...node.transitions.values(), node.always ?? []].flat();
  return {
    id: node.id,
    type: node.type,
    description: node.description,
    entry: node.entry,
    invoke: node.invoke.map(({ id, src }) => ({ id, src })),
    on: transitions.map(({ eventType, guard, target, reenter, actions }) => {
      return { eventType, guard, target: target?.map(({ id }) => id), reenter, actions };
    }),
    states: Object.values(node.states).map(chartOf),
  };
}

test('[X6] the JSON makes the same chart again, as a tool that imports it has it', () => {
  const imported = createMachine(JSON.parse(readText('machines/interview.json')));
  expect(chartOf(imported.root)).toEqual(chartOf(interview.root));
});
