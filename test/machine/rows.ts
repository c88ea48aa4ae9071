import { evaluationDigest, MINUTE, questionOutline, SECOND, type Walk } from '../support/machine.ts';
import { type RestingPath, reach, reachLast } from '../support/positions.ts';

// Every transition of the chart, one row each: from here, by this, to there, telling that.
// transitions.test.ts proves the rows, restore.test.ts proves them again after JSON,
// edges.test.ts proves that no transition of the chart is without a row.

/** One transition. `by` applies exactly one event. */
export interface Row {
  rule: string;
  when: string;
  from: () => Walk;
  by: (walk: Walk) => Walk;
  to: RestingPath;
  tells: string[];
}

type Line = [rule: string, when: string, from: () => Walk, by: Row['by'], to: RestingPath, tells: string[]];

const end = (w: Walk) => w.send({ type: 'interview.end' });
const cancel = (w: Walk) => w.send({ type: 'interview.cancel' });
const pause = (w: Walk) => w.send({ type: 'interview.pause' });
const resume = (w: Walk) => w.send({ type: 'interview.resume' });
const extend = (w: Walk) => w.send({ type: 'deadline.extend', byMs: 5_000 });
const leave = (w: Walk) => w.send({ type: 'candidate.left' });
const join = (w: Walk) => w.send({ type: 'candidate.joined' });
const slower = (w: Walk) => w.send({ type: 'accommodation.change', timeMultiplier: 2 });
const back = (w: Walk) => w.wait(5_000).send({ type: 'service.returned', downMs: 5_000 });
const missing = evaluationDigest();
/** A plan in which a missing connection does not count at once. */
const lenient = { disconnectedMs: MINUTE };
/** Longer than the whole interview: what a downtime leaves behind. */
const DOWNTIME_MS = 11 * MINUTE;

const invitation: Line[] = [
  [
    'M1',
    'the candidate starts',
    () => reach('IDLE'),
    (w) => w.send({ type: 'interview.start' }),
    'QUESTIONING.ANSWERING',
    ['interview.started', 'prompt.asked a'],
  ],
  [
    'M1',
    'the candidate starts and consents as the plan asks',
    () => reach('IDLE', { isConsentRequired: true }),
    (w) => w.send({ type: 'interview.start', consent: true }),
    'QUESTIONING.ANSWERING',
    ['interview.started', 'prompt.asked a'],
  ],
  ['M2', 'the candidate declines', () => reach('IDLE'), end, 'COMPLETE', ['interview.completed declined']],
  [
    'M2',
    'the invitation runs out',
    () => reach('IDLE'),
    (w) => w.pass('invitation'),
    'COMPLETE',
    ['interview.completed expired'],
  ],
  ['M10', 'an operator cancels', () => reach('IDLE'), cancel, 'COMPLETE', ['interview.completed cancelled']],
  ['M20', 'the invitation is extended', () => reach('IDLE'), extend, 'IDLE', ['deadline.extended 5000']],
  ['M28', 'its deadline is defect', () => reach('IDLE'), (w) => w.crash('invitation'), 'IDLE', ['defect invitation']],
  ['M32', 'time is stretched', () => reach('IDLE'), slower, 'IDLE', ['accommodation.changed 2 timed']],
];

/** The rows that a question and a follow-up share; `p` is the prompt's id. */
function prompted(state: 'QUESTIONING' | 'FOLLOW_UP', p: string): Line[] {
  const answering = `${state}.ANSWERING` as const;
  const paused = `${state}.PAUSED` as const;
  const away = `${state}.AWAY` as const;
  const passing = state === 'QUESTIONING' ? 'M5' : 'M7';
  return [
    [
      'M3',
      'the prompt is answered',
      () => reach(answering),
      (w) => w.answer(),
      'EVALUATING.SCORING',
      [`answer.taken ${p} submit`, `evaluation.started ${p} 1`],
    ],
    ['M3', 'a draft is kept', () => reach(answering), (w) => w.draft(), answering, []],
    ['M3', 'a draft is kept while paused', () => reach(paused), (w) => w.draft(), paused, []],
    [
      'M4',
      'its deadline passes with a draft',
      () => reach(answering).draft(),
      (w) => w.pass('prompt'),
      'EVALUATING.SCORING',
      [`answer.taken ${p} draft`, `evaluation.started ${p} 1`],
    ],
    [
      passing,
      'its deadline passes without a draft and another question waits',
      () => reach(answering),
      (w) => w.pass('prompt'),
      'QUESTIONING.ANSWERING',
      [`prompt.passed ${p} deadline`, 'prompt.asked b'],
    ],
    [
      passing,
      'its deadline passes with a draft that was emptied again',
      () => reach(answering).draft().draft('  \n'),
      (w) => w.pass('prompt'),
      'QUESTIONING.ANSWERING',
      [`prompt.passed ${p} deadline`, 'prompt.asked b'],
    ],
    [
      passing,
      'the deadline of the last passes without a draft',
      () => reachLast(answering),
      (w) => w.pass('prompt'),
      'COMPLETE',
      [`prompt.passed ${p} deadline`, 'interview.completed finished'],
    ],
    [
      passing,
      'it is skipped and another question waits',
      () => reach(answering),
      (w) => w.skip(),
      'QUESTIONING.ANSWERING',
      [`prompt.passed ${p} skip`, 'prompt.asked b'],
    ],
    [
      passing,
      'the last is skipped',
      () => reachLast(answering),
      (w) => w.skip(),
      'COMPLETE',
      [`prompt.passed ${p} skip`, 'interview.completed finished'],
    ],
    [
      'M8',
      'the whole interview runs out with a draft',
      () => reach(answering).draft(),
      (w) => w.pass('whole'),
      'EVALUATING.SCORING',
      [`answer.taken ${p} draft`, `evaluation.started ${p} 1`],
    ],
    [
      'M8',
      'the whole interview runs out without a draft',
      () => reach(answering),
      (w) => w.pass('whole'),
      'COMPLETE',
      [`prompt.passed ${p} deadline`, 'interview.completed expired'],
    ],
    [
      'M8',
      'its deadline is noticed after the end of the whole interview, with a draft',
      () => reach(answering).draft().wait(DOWNTIME_MS),
      (w) => w.pass('prompt'),
      'EVALUATING.SCORING',
      [`answer.taken ${p} draft`, `evaluation.started ${p} 1`],
    ],
    [
      'M8',
      'its deadline is noticed after the end of the whole interview, without a draft, and another question waits',
      () => reach(answering).wait(DOWNTIME_MS),
      (w) => w.pass('prompt'),
      'COMPLETE',
      [`prompt.passed ${p} deadline`, 'interview.completed expired'],
    ],
    [
      'M8',
      'the deadline of the last is noticed after the end of the whole interview, without a draft',
      () => reachLast(answering).wait(DOWNTIME_MS),
      (w) => w.pass('prompt'),
      'COMPLETE',
      [`prompt.passed ${p} deadline`, 'interview.completed expired'],
    ],
    ['M9', 'the candidate ends', () => reach(answering), end, 'COMPLETE', ['interview.completed ended']],
    ['M9', 'the candidate ends while paused', () => reach(paused), end, 'COMPLETE', ['interview.completed ended']],
    ['M10', 'an operator cancels', () => reach(answering), cancel, 'COMPLETE', ['interview.completed cancelled']],
    ['M10', 'an operator cancels a pause', () => reach(paused), cancel, 'COMPLETE', ['interview.completed cancelled']],
    ['M19', 'the candidate pauses', () => reach(answering), pause, paused, ['interview.paused']],
    ['M19', 'the candidate resumes', () => reach(paused), resume, answering, ['interview.resumed candidate']],
    [
      'M19',
      'the pause budget is spent',
      () => reach(paused),
      (w) => w.pass('pause'),
      answering,
      ['interview.resumed deadline'],
    ],
    ['M20', 'the time is extended', () => reach(answering), extend, answering, ['deadline.extended 5000']],
    ['M20', 'the time is extended while paused', () => reach(paused), extend, paused, ['deadline.extended 5000']],
    [
      'M28',
      "the prompt's deadline is defect",
      () => reach(answering),
      (w) => w.crash('prompt'),
      answering,
      ['defect prompt'],
    ],
    [
      'M28',
      "the whole interview's deadline is defect",
      () => reach(answering),
      (w) => w.crash('whole'),
      answering,
      ['defect whole'],
    ],
    ['M28', "the pause's deadline is defect", () => reach(paused), (w) => w.crash('pause'), paused, ['defect pause']],
    ['M32', 'time is stretched', () => reach(answering), slower, answering, ['accommodation.changed 2 timed']],
    ['M32', 'time is stretched in a pause', () => reach(paused), slower, paused, ['accommodation.changed 2 timed']],
    ['M32', 'time is stretched while away', () => reach(away), slower, away, ['accommodation.changed 2 timed']],
    ['M33', 'the candidate leaves and it counts', () => reach(answering), leave, answering, ['candidate.left']],
    ['M33', 'the candidate leaves', () => reach(answering, lenient), leave, away, ['candidate.left']],
    ['M33', 'the candidate leaves in a pause', () => reach(paused), leave, paused, ['candidate.left']],
    [
      'M33',
      'the candidate is back and it counted',
      () => leave(reach(answering)),
      join,
      answering,
      ['candidate.joined'],
    ],
    ['M33', 'the candidate is back', () => reach(away), join, answering, ['candidate.joined']],
    ['M33', 'the candidate is back in a pause', () => leave(reach(paused)), join, paused, ['candidate.joined']],
    ['M33', 'the allowance is spent', () => reach(away), (w) => w.pass('away'), answering, []],
    [
      'M33',
      'a pause ends while the candidate is away',
      () => leave(reach(paused, lenient)),
      resume,
      away,
      ['interview.resumed candidate'],
    ],
    ['M9', 'the candidate ends while away', () => reach(away), end, 'COMPLETE', ['interview.completed ended']],
    ['M10', 'an operator cancels while away', () => reach(away), cancel, 'COMPLETE', ['interview.completed cancelled']],
    ['M20', 'the time is extended while away', () => reach(away), extend, away, ['deadline.extended 5000']],
    ['M28', "the allowance's deadline is defect", () => reach(away), (w) => w.crash('away'), away, ['defect away']],
    ['M34', 'the service was down', () => reach(answering), back, answering, ['service.returned 5000']],
    ['M34', 'the service was down in a pause', () => reach(paused), back, paused, ['service.returned 5000']],
    ['M34', 'the service was down while away', () => reach(away), back, away, ['service.returned 5000']],
  ];
}

const followUpOnly: Line[] = [
  [
    'M6',
    'it is skipped though its question may not be',
    () =>
      reach('FOLLOW_UP.ANSWERING', { questions: [questionOutline('a', { skippable: false }), questionOutline('b')] }),
    (w) => w.skip(),
    'QUESTIONING.ANSWERING',
    ['prompt.passed a.1 skip', 'prompt.asked b'],
  ],
  [
    'M14',
    'another point is missing after it',
    () => reach('FOLLOW_UP.ANSWERING').answer(),
    (w) => w.judge(missing),
    'FOLLOW_UP.ANSWERING',
    ['evaluation.done a.1', 'followUp.decided a point-missing', 'prompt.asked a.2'],
  ],
];

const lastAttempt = { evaluation: { timeoutMs: 20 * SECOND, attemptsMax: 1, backoffMs: SECOND } };

const evaluating: Line[] = [
  [
    'M11',
    'something is missing',
    () => reach('EVALUATING.SCORING'),
    (w) => w.judge(missing),
    'FOLLOW_UP.ANSWERING',
    ['evaluation.done a', 'followUp.decided a point-missing', 'prompt.asked a.1'],
  ],
  [
    'M11',
    'enough was said and another question waits',
    () => reach('EVALUATING.SCORING'),
    (w) => w.judge(),
    'QUESTIONING.ANSWERING',
    ['evaluation.done a', 'followUp.decided a threshold-reached', 'prompt.asked b'],
  ],
  [
    'M11',
    'enough was said and that was the last',
    () => reachLast('EVALUATING.SCORING'),
    (w) => w.judge(),
    'COMPLETE',
    ['evaluation.done a', 'followUp.decided a threshold-reached', 'interview.completed finished'],
  ],
  [
    'M8',
    'a draft taken at the end is judged, though much is missing and a question waits',
    () => reach('QUESTIONING.ANSWERING').draft().pass('whole'),
    (w) => w.judge(missing),
    'COMPLETE',
    ['evaluation.done a', 'followUp.decided a no-time-left', 'interview.completed expired'],
  ],
  [
    'M8',
    'a draft of a follow-up taken at the end is judged enough, and a question waits',
    () => reach('FOLLOW_UP.ANSWERING').draft().pass('whole'),
    (w) => w.judge(),
    'COMPLETE',
    ['evaluation.done a.1', 'followUp.decided a threshold-reached', 'interview.completed expired'],
  ],
  [
    'M8',
    'a draft of the last taken at the end is judged, though much is missing',
    () => reachLast('QUESTIONING.ANSWERING').draft().pass('whole'),
    (w) => w.judge(missing),
    'COMPLETE',
    ['evaluation.done a', 'followUp.decided a no-time-left', 'interview.completed finished'],
  ],
  [
    'M8',
    'nothing could judge a draft taken at the end, and a question waits',
    () => reach('QUESTIONING.ANSWERING').draft().pass('whole').fail(false),
    (w) => w.fail(false, 'evaluateFallback'),
    'COMPLETE',
    [
      'evaluation.failed a 1 UPSTREAM',
      'evaluation.missing a',
      'followUp.decided a not-evaluated',
      'interview.completed expired',
    ],
  ],
  [
    'M24',
    'an attempt fails and another is left',
    () => reach('EVALUATING.SCORING'),
    (w) => w.fail(),
    'EVALUATING.BACKING_OFF',
    ['evaluation.failed a 1 UPSTREAM'],
  ],
  [
    'M24',
    'an attempt takes too long and another is left',
    () => reach('EVALUATING.SCORING'),
    (w) => w.pass('evaluation'),
    'EVALUATING.BACKING_OFF',
    ['evaluation.failed a 1 TIMEOUT'],
  ],
  [
    'M24',
    'the back-off is over',
    () => reach('EVALUATING.BACKING_OFF'),
    (w) => w.pass('backOff'),
    'EVALUATING.SCORING',
    ['evaluation.started a 2'],
  ],
  [
    'M25',
    'an attempt fails for good',
    () => reach('EVALUATING.SCORING'),
    (w) => w.fail(false),
    'EVALUATING.FALLBACK',
    ['evaluation.failed a 1 UPSTREAM', 'evaluation.degraded a'],
  ],
  [
    'M25',
    'the last attempt fails',
    () => reach('EVALUATING.SCORING', lastAttempt),
    (w) => w.fail(),
    'EVALUATING.FALLBACK',
    ['evaluation.failed a 1 UPSTREAM', 'evaluation.degraded a'],
  ],
  [
    'M25',
    'the last attempt takes too long',
    () => reach('EVALUATING.SCORING', lastAttempt),
    (w) => w.pass('evaluation'),
    'EVALUATING.FALLBACK',
    ['evaluation.failed a 1 TIMEOUT', 'evaluation.degraded a'],
  ],
  [
    'M28',
    'the evaluator is defect',
    () => reach('EVALUATING.SCORING'),
    (w) => w.crash('evaluate'),
    'EVALUATING.FALLBACK',
    ['defect evaluate', 'evaluation.failed a 1 DEFECT', 'evaluation.degraded a'],
  ],
  [
    'M28',
    "the attempt's deadline is defect",
    () => reach('EVALUATING.SCORING'),
    (w) => w.crash('evaluation'),
    'EVALUATING.FALLBACK',
    ['defect evaluation', 'evaluation.failed a 1 DEFECT', 'evaluation.degraded a'],
  ],
  [
    'M28',
    "the back-off's deadline is defect",
    () => reach('EVALUATING.BACKING_OFF'),
    (w) => w.crash('backOff'),
    'EVALUATING.FALLBACK',
    ['defect backOff', 'evaluation.degraded a'],
  ],
  [
    'M25',
    'the fallback judges',
    () => reach('EVALUATING.FALLBACK'),
    (w) => w.judge(missing, 'evaluateFallback'),
    'FOLLOW_UP.ANSWERING',
    ['evaluation.done a', 'followUp.decided a point-missing', 'prompt.asked a.1'],
  ],
  [
    'M26',
    'the fallback fails',
    () => reach('EVALUATING.FALLBACK'),
    (w) => w.fail(true, 'evaluateFallback'),
    'QUESTIONING.ANSWERING',
    ['evaluation.failed a 1 UPSTREAM', 'evaluation.missing a', 'followUp.decided a not-evaluated', 'prompt.asked b'],
  ],
  [
    'M26',
    'the fallback takes too long',
    () => reach('EVALUATING.FALLBACK'),
    (w) => w.pass('evaluation'),
    'QUESTIONING.ANSWERING',
    ['evaluation.failed a 1 TIMEOUT', 'evaluation.missing a', 'followUp.decided a not-evaluated', 'prompt.asked b'],
  ],
  [
    'M26',
    'the fallback fails and that was the last',
    () => reachLast('EVALUATING.FALLBACK'),
    (w) => w.fail(false, 'evaluateFallback'),
    'COMPLETE',
    [
      'evaluation.failed a 1 UPSTREAM',
      'evaluation.missing a',
      'followUp.decided a not-evaluated',
      'interview.completed finished',
    ],
  ],
  ...(['evaluateFallback', 'evaluation'] as const).map(
    (id): Line => [
      'M28',
      id === 'evaluation' ? "the fallback's deadline is defect" : 'the fallback is defect',
      () => reach('EVALUATING.FALLBACK'),
      (w) => w.crash(id),
      'QUESTIONING.ANSWERING',
      [
        `defect ${id}`,
        'evaluation.failed a 1 DEFECT',
        'evaluation.missing a',
        'followUp.decided a not-evaluated',
        'prompt.asked b',
      ],
    ],
  ),
  ...(['EVALUATING.SCORING', 'EVALUATING.BACKING_OFF', 'EVALUATING.FALLBACK'] as const).flatMap((path): Line[] => [
    ['M10', 'an operator cancels', () => reach(path), cancel, 'COMPLETE', ['interview.completed cancelled']],
    ['M20', 'the time is extended', () => reach(path), extend, path, ['deadline.extended 5000']],
    ['M32', 'time is stretched', () => reach(path), slower, path, ['accommodation.changed 2 timed']],
    ['M33', 'the candidate leaves', () => reach(path), leave, path, ['candidate.left']],
    ['M33', 'the candidate is back', () => leave(reach(path)), join, path, ['candidate.joined']],
    ['M34', 'the service was down', () => reach(path), back, path, ['service.returned 5000']],
  ]),
];

/** The whole table. */
export const rows: Row[] = [
  ...invitation,
  ...prompted('QUESTIONING', 'a'),
  ...prompted('FOLLOW_UP', 'a.1'),
  ...followUpOnly,
  ...evaluating,
].map(([rule, when, from, by, to, tells]) => ({ rule, when, from, by, to, tells }));
