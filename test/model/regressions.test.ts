import { expect, test } from 'vitest';
import type { Op, Scenario } from '../support/chaos.ops.ts';
import { play } from '../support/chaos.play.ts';
import { memoryStore } from '../support/chaos.store.ts';

// Storms with a name. A failure of chaos.test.ts prints its scenario; it belongs here, with what went wrong as its
// title. Those below are not failures that happened: they are what a service with a mistake at that point falls for.

type Say = Extract<Op, { do: 'say' }>;

const first = { interview: 0, tab: 0 };
const second = { interview: 0, tab: 1 };

function say(type: Say['type'], more: Partial<Say> = {}): Op {
  const fixed = { do: 'say', who: first, prompt: 'current', text: 3, skewMs: 0, cut: null } as const;
  return { ...fixed, type, isHeld: false, isRushed: false, ...more };
}

function storm(ops: Op[], more: Partial<Scenario['interviews'][number]> = {}): Scenario {
  return {
    interviews: [{ accommodations: {}, moods: [], isStarted: true, ...more }],
    limits: { hibernateAfterMs: 1, snapshotEvery: 2, mailboxMax: 256 },
    ops,
  };
}

const patient = { isRushed: false } as const;
const answerAgain: Op = { do: 'again', who: first, nth: 1, isChanged: false, ...patient };
const storms: { title: string; scenario: Scenario; sees: Record<string, number> }[] = [
  {
    title: '[D4] an answer whose process dies between commit and ack counts once when it is sent again',
    scenario: storm([
      { do: 'fault', interview: 0, fault: 'death after', ...patient },
      say('answer.submit'),
      answerAgain,
    ]),
    sees: { lost: 1, duplicates: 1, 'answer.taken': 3 },
  },
  {
    title: '[D5] an answer whose process dies before the commit leaves nothing, and counts once when it is sent again',
    scenario: storm([
      { do: 'fault', interview: 0, fault: 'death before', ...patient },
      say('answer.submit'),
      answerAgain,
    ]),
    sees: { lost: 1, duplicates: 0, 'answer.taken': 3 },
  },
  {
    title: '[D4] nothing is told of an answer that the store is slow to take',
    scenario: storm([{ do: 'fault', interview: 0, fault: 'slow', ...patient }, say('answer.submit')]),
    sees: { 'answer.taken': 3 },
  },
  {
    title: '[D7] an answer at the instant of its deadline is late, though the timer has not come yet',
    scenario: storm([
      { do: 'connect', who: first, ...patient },
      { do: 'near', interview: 0, offsetMs: 0, isLag: true, ...patient },
      say('answer.submit'),
    ]),
    sees: { STALE_PROMPT: 1, 'xstate.done.actor.prompt': 1, 'answer.taken': 2 },
  },
  {
    title: '[D7] an answer a millisecond before its deadline is in time, whatever the clock of the client says',
    scenario: storm([
      { do: 'connect', who: first, ...patient },
      { do: 'near', interview: 0, offsetMs: -1, isLag: false, ...patient },
      say('answer.submit', { skewMs: 300_000 }),
    ]),
    sees: { 'answer.taken': 3 },
  },
  {
    title: '[D3] a process that has been usurped writes nothing and sends its candidate away',
    scenario: storm([
      { do: 'connect', who: first, ...patient },
      { do: 'usurp', ...patient },
      say('answer.draft', { who: second }),
      say('answer.submit', { who: first }),
    ]),
    sees: { 'answer.draft': 1, 'answer.taken': 3, lost: 1, 'closed 1012': 1 },
  },
  {
    title: '[D5] an answer that was held back until the next question is stale',
    scenario: storm([
      { do: 'connect', who: first, ...patient },
      say('answer.submit', { isHeld: true }),
      say('answer.submit', { text: 4 }),
      { do: 'flush', who: first, isReversed: false, ...patient },
    ]),
    sees: { STALE_PROMPT: 1, 'answer.taken': 3 },
  },
  {
    title: '[D3] of two tabs that both answer one is heard, and the other is sent away',
    scenario: storm([
      { do: 'connect', who: first, ...patient },
      { do: 'connect', who: second, isRushed: true },
      say('answer.submit', { who: first, text: 1, isRushed: true }),
      say('answer.submit', { who: second, text: 3 }),
    ]),
    sees: { 'closed 4409': 1 },
  },
  {
    title: '[D6] a draft is in the snapshot that a hibernating interview leaves',
    scenario: storm([
      say('answer.draft', { text: 7 }),
      { do: 'drop', who: first, how: 'reset', ...patient },
      { do: 'pass', ms: 1_000, ...patient },
    ]),
    sees: { 'answer.draft': 1 },
  },
  {
    title: '[D4] an evaluator that answers after its time limit, or twice, is heard once',
    scenario: storm(
      [say('answer.submit'), { do: 'pass', ms: 6_000, ...patient }, { do: 'pass', ms: 6_000, ...patient }],
      {
        moods: [
          { kind: 'deaf', laterMs: 5_001 },
          { kind: 'twice', laterMs: 0 },
        ],
      },
    ),
    sees: { 'evaluation.failed': 1, 'evaluation.done': 3 },
  },
];

test.each(storms)('$title', async ({ scenario, sees }) => {
  const { problems, counts } = await play(scenario, memoryStore);
  expect(problems).toEqual([]);
  const seen = Object.fromEntries(Object.keys(sees).map((what) => [what, counts.get(what) ?? 0]));
  expect(seen).toEqual(sees);
});
