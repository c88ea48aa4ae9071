import fc from 'fast-check';
import type { CommandType } from '../../src/protocol.ts';
import type { Mood } from './chaos.evaluator.ts';
import type { Accommodations } from './chaos.ledger.ts';
import type { Fault } from './chaos.node.ts';
import { EVALUATION_TIMEOUT_MS } from './chaos.plan.ts';

// Everything that may go wrong, as plain JSON: a failing run is a list that can be pasted into a test.

/** Tabs of each interview: three of the candidate, a reviewer's, an operator's. */
export const tabRoles = ['candidate', 'candidate', 'candidate', 'reviewer', 'operator'] as const;

export interface Who {
  interview: number;
  tab: number;
}

export type Garbage =
  | 'not json'
  | 'array'
  | 'forged done'
  | 'forged error'
  | 'forged init'
  | 'unknown type'
  | 'no id'
  | 'binary'
  | 'second hello'
  | 'too large';

type Deed =
  | { do: 'connect'; who: Who }
  | {
      do: 'say';
      who: Who;
      type: CommandType;
      prompt: 'current' | 'old' | 'next' | 'made up';
      text: number;
      /** What the client's own clock adds to the frame. */
      skewMs: number;
      /** Send only this share of the frame's bytes, then reset the connection. */
      cut: number | null;
      /** Keep it for a later `flush`. */
      isHeld: boolean;
    }
  | { do: 'flush'; who: Who; isReversed: boolean }
  | { do: 'again'; who: Who; nth: number; isChanged: boolean }
  | { do: 'garble'; who: Who; garbage: Garbage }
  | { do: 'drop'; who: Who; how: 'close' | 'terminate' | 'reset' }
  | { do: 'stall'; who: Who }
  | { do: 'pass'; ms: number }
  | { do: 'near'; interview: number; offsetMs: number; isLag: boolean }
  | { do: 'lag'; ms: number }
  | { do: 'fault'; interview: number; fault: Fault }
  | { do: 'crash'; downMs: number }
  | { do: 'drain' }
  | { do: 'usurp' };

/** One thing that happens. With `isRushed` the next one does not wait until it is over. */
export type Op = Deed & { isRushed: boolean };

/** One run. */
export interface Scenario {
  interviews: { accommodations: Accommodations; moods: Mood[]; isStarted: boolean }[];
  limits: { hibernateAfterMs: number; snapshotEvery: number; mailboxMax: number };
  ops: Op[];
}

const INTERVIEWS_MAX = 3;
const interview = fc.nat(INTERVIEWS_MAX - 1);
const who = fc.record({
  interview,
  tab: fc.oneof({ weight: 8, arbitrary: fc.nat(2) }, { weight: 2, arbitrary: fc.integer({ min: 3, max: 4 }) }),
});
const waitMs = fc.oneof(
  fc.constantFrom(0, 1, 999, 1_000, 1_001, 29_999, 60_000, 180_001),
  fc.integer({ min: 0, max: 3 }).map((by) => EVALUATION_TIMEOUT_MS - 1 + by),
  fc.nat(20_000),
);

const say = fc.record({
  do: fc.constant('say' as const),
  who,
  type: fc.oneof(
    { weight: 2, arbitrary: fc.constant('interview.start' as const) },
    { weight: 12, arbitrary: fc.constant('answer.submit' as const) },
    { weight: 6, arbitrary: fc.constant('answer.draft' as const) },
    { weight: 4, arbitrary: fc.constantFrom('prompt.skip' as const, 'interview.pause', 'interview.resume') },
    { weight: 1, arbitrary: fc.constantFrom('interview.end' as const, 'interview.cancel', 'deadline.extend') },
  ),
  prompt: fc.oneof(
    { weight: 8, arbitrary: fc.constant('current' as const) },
    { weight: 2, arbitrary: fc.constantFrom('old' as const, 'next', 'made up') },
  ),
  text: fc.nat(50),
  skewMs: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: -400_000, max: 400_000 })),
  cut: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, fc.double({ min: 0, max: 1, noNaN: true })),
  isHeld: fc.integer({ min: 0, max: 7 }).map((roll) => roll === 0),
});

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 40, arbitrary: say },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('connect' as const), who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('flush' as const), who, isReversed: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('again' as const),
      who,
      nth: fc.nat(30),
      isChanged: fc.integer({ min: 0, max: 4 }).map((roll) => roll === 0),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('garble' as const),
      who,
      garbage: fc.constantFrom<Garbage>(
        'not json',
        'array',
        'forged done',
        'forged error',
        'forged init',
        'unknown type',
        'no id',
        'binary',
        'second hello',
        'too large',
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('drop' as const),
      who,
      how: fc.constantFrom('close' as const, 'terminate', 'reset'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('stall' as const), who }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: waitMs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('lag' as const), ms: waitMs }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('near' as const),
      interview,
      offsetMs: fc.integer({ min: -1, max: 1 }),
      isLag: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      interview,
      fault: fc.constantFrom<Fault>('slow', 'slow', 'lost before', 'lost after', 'death before', 'death after'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('crash' as const), downMs: waitMs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('usurp' as const) }) },
);

const mood: fc.Arbitrary<Mood> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant('good' as const) },
    {
      weight: 8,
      arbitrary: fc.constantFrom<Mood['kind']>(
        'slow',
        'deaf',
        'silent',
        'fails',
        'gives-up',
        'throws',
        'rejects',
        'twice',
        'nothing',
      ),
    },
  ),
  laterMs: waitMs,
});

/** Any weather. */
export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  interviews: fc.array(
    fc.record({
      accommodations: fc.constantFrom<Accommodations>({}, {}, { timeMultiplier: 1.5 }, { untimed: true }),
      moods: fc.array(mood, { minLength: 2, maxLength: 8 }),
      // Most of them, or their invitations would run out before anything has happened.
      isStarted: fc.integer({ min: 0, max: 5 }).map((roll) => roll > 0),
    }),
    { minLength: 1, maxLength: INTERVIEWS_MAX },
  ),
  limits: fc.record({
    hibernateAfterMs: fc.constantFrom(0, 1, 1_000, 600_000),
    snapshotEvery: fc.constantFrom(1, 2, 3, 50),
    mailboxMax: fc.constantFrom(2, 256),
  }),
  // Some storms leave no time between the gusts.
  ops: fc.constantFrom(0, 25, 75).chain((rushedPercent) =>
    fc.array(
      fc.tuple(deed, fc.nat(99)).map(([done, roll]): Op => ({ ...done, isRushed: roll < rushedPercent })),
      { minLength: 10, maxLength: 60, size: 'max' },
    ),
  ),
});
