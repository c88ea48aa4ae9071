import { expect, test } from 'vitest';
import type { FlowLayout, FlowStep } from '../../src/flow/shape.ts';
import type { JournalEntry } from '../../web/console/api.ts';
import { followCourse, isIn, isPossible, pathsAround, takingsOf } from '../../web/console/flow/course.ts';
import { middleOf } from '../../web/console/flow/middle.ts';
import { roundedPath } from '../../web/console/flow/rounded.ts';
import { momentOf, runsOf, wasHere } from '../../web/console/flow/strip.ts';

const steps: FlowStep[] = [
  { seq: 1, at: 0, state: 'IDLE', transitionIds: [] },
  { seq: 2, at: 100, state: 'ASKING.OPEN', transitionIds: ['start'] },
  { seq: 3, at: 250, state: 'ASKING.PAUSED', transitionIds: ['pause'] },
  { seq: 4, at: 300, state: 'ASKING.OPEN', transitionIds: ['resume'] },
  { seq: 5, at: 400, state: 'ASKING.PAUSED', transitionIds: ['pause', 'again'] },
];

test('counts what was taken and how long each state lasted, up to a moment', () => {
  const course = followCourse(steps, 4, 320);
  expect(course.state).toBe('ASKING.OPEN');
  expect(Object.fromEntries(course.staysByPath)).toEqual({
    IDLE: { visits: 1, ms: 100 },
    ASKING: { visits: 1, ms: 220 },
    'ASKING.OPEN': { visits: 2, ms: 170 },
    'ASKING.PAUSED': { visits: 1, ms: 50 },
  });
  expect(takingsOf(course, ['pause', 'start', 'again'])).toEqual([
    { seq: 2, at: 100 },
    { seq: 3, at: 250 },
  ]);
});

test('the stay in the last state ends at the instant that is looked at, and never below zero', () => {
  expect(followCourse(steps, 5, 1_000).staysByPath.get('ASKING.PAUSED')).toEqual({ visits: 2, ms: 650 });
  expect(followCourse(steps, 5, 0).staysByPath.get('ASKING.PAUSED')).toEqual({ visits: 2, ms: 50 });
});

test('one is in a state and in those around it', () => {
  expect(pathsAround('A.B.C')).toEqual(['A.B.C', 'A.B', 'A']);
  expect([isIn('AB.C', 'A'), isIn('A.C', 'A'), isIn('A', 'A.C')]).toEqual([false, true, false]);
});

test('what may come next leaves the current state, one around it, or any; at the end nothing does', () => {
  const states = [
    { path: 'A', kind: 'compound' },
    { path: 'A.B', kind: 'atomic' },
    { path: 'END', kind: 'final' },
  ];
  const layout = { states } as FlowLayout;
  const possible = (state: string) => ['A.B', 'A', '', 'A.C'].filter((from) => isPossible({ from }, state, layout));
  expect(possible('A.B')).toEqual(['A.B', 'A', '']);
  expect(possible('END')).toEqual([]);
});

function record(seq: number, state: string, ...types: string[]): JournalEntry {
  const facts = types.map((type) => ({ type }));
  return { seq, at: seq, by: 'service', event: { type: 'x' }, facts, state, hash: '' };
}

test('the strip has a run for each state, as long as there are records until the next', () => {
  const records = [record(1, 'IDLE'), record(2, 'ASK.A'), record(3, 'ASK.B'), record(4, 'ASK.A'), record(5, 'END')];
  expect(runsOf(records)).toEqual([
    { state: 'IDLE', fromSeq: 1, length: 1 },
    { state: 'ASK', fromSeq: 2, length: 3 },
  ]);
  expect(runsOf([])).toEqual([]);
});

test('an address names a moment before the newest record, or none', () => {
  const named = (value: string | null) => momentOf(value, 9);
  expect([named('1'), named('8'), named('9'), named('0'), named('2.5'), named('x'), named(''), named(null)]).toEqual([
    1,
    8,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('the candidate was there from the start on, but for the times that are on record', () => {
  const records = [
    record(1, 'IDLE'),
    record(2, 'ASK', 'interview.started', 'prompt.asked'),
    record(3, 'ASK', 'candidate.left'),
    record(4, 'ASK', 'candidate.joined'),
    record(5, 'END', 'interview.completed'),
  ];
  expect([1, 2, 3, 4, 5].map((seq) => wasHere(records, seq))).toEqual([false, true, false, true, false]);
});

test('a line turns round its corners, and short ones no further than their middle', () => {
  const corner = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 100 },
  ];
  expect(roundedPath(corner)).toBe('M0 0L5 0Q10 0 10 8L10 100');
  expect(roundedPath([])).toBe('');
});

test('a place at the edge of the chart leaves the window full of chart, and a small chart stands in its middle', () => {
  expect(middleOf(500, 400, 1_000)).toBe(500);
  expect(middleOf(990, 400, 1_000)).toBe(832);
  expect(middleOf(0, 400, 1_000)).toBe(168);
  expect(middleOf(90, 400, 100)).toBe(50);
});
