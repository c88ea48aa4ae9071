import { describe, expect, test } from 'vitest';
import type { InterviewEvent } from '../../machines/interview.ts';
import { apply, brief, doneEvent, type MachineEvent, MINUTE, pathOf, questionOutline, T0 } from '../support/machine.ts';
import { invokedIdsByPath, type RestingPath, reach, reachLast, restingPaths } from '../support/positions.ts';
import { rows } from './rows.ts';

// Rules M1–M31, which the tests in this folder prove: PROTOCOL.md.

describe('every transition', () => {
  test.each(rows.map((row) => ({ ...row, source: row.from().path })))('[$rule] $source → $to: $when', (row) => {
    const walk = row.from();
    const before = walk.events.length;
    row.by(walk);
    expect(walk.events.length - before, 'one event').toBe(1);
    expect(walk.last.isTaken).toBe(true);
    expect(walk.path).toBe(row.to);
    expect(walk.last.facts.map(brief)).toEqual(row.tells);
    expect(walk.context.at).toBe(walk.now);
    expect(walk.snapshot.status).toBe(row.to === 'COMPLETE' ? 'done' : 'active');
    // A defect that the state survives leaves it without that actor.
    const defectId = row.tells.length === 1 && row.tells[0]?.startsWith('defect ') ? row.tells[0].slice(7) : null;
    expect([...walk.running.keys()].sort()).toEqual(invokedIdsByPath[row.to].filter((id) => id !== defectId).sort());
  });

  test('[M10] a cancelled interview keeps what was answered', () => {
    const { context } = reach('FOLLOW_UP.ANSWERING').send({ type: 'interview.cancel' });
    expect(context).toMatchObject({ outcome: 'cancelled', answeredCount: 1, prompt: null });
  });

  test('[M1] starting notes when', () => {
    expect(reach('IDLE').wait(5).send({ type: 'interview.start' }).context.startedAt).toBe(T0 + 5);
  });

  test('[M4] a draft taken as the answer is no draft any more', () => {
    expect(reach('QUESTIONING.ANSWERING').draft().pass('prompt').context.hasDraft).toBe(false);
  });

  test('[M13] completing during an evaluation leaves no deadline behind', () => {
    const walk = reach('EVALUATING.BACKING_OFF').send({ type: 'interview.cancel' });
    expect(walk.context).toMatchObject({ evaluationDueAt: null, endsAt: null, totalLeftMs: 10 * MINUTE });
    expect([...walk.running.keys()]).toEqual([]);
  });

  test('[M13] completing notes when and clears what was under way', () => {
    const walk = reach('QUESTIONING.PAUSED').wait(7).send({ type: 'interview.end' });
    expect(walk.context).toMatchObject({
      outcome: 'ended',
      completedAt: T0 + 7,
      prompt: null,
      hasDraft: false,
      pauseEndsAt: null,
      evaluationDueAt: null,
    });
  });
});

const candidateIn: InterviewEvent['type'][] = ['answer.submit', 'answer.draft', 'prompt.skip', 'interview.pause'];
const operatorIn: InterviewEvent['type'][] = ['interview.cancel', 'deadline.extend', 'accommodation.change'];
const answeringIn: InterviewEvent['type'][] = [
  ...candidateIn,
  'interview.end',
  ...operatorIn,
  'candidate.left',
  'service.returned',
];
const pausedIn: InterviewEvent['type'][] = [
  'answer.draft',
  'interview.resume',
  'interview.end',
  ...operatorIn,
  'candidate.left',
  'service.returned',
];
const awayIn: InterviewEvent['type'][] = ['interview.end', ...operatorIn, 'candidate.joined', 'service.returned'];
const evaluatingIn: InterviewEvent['type'][] = [...operatorIn, 'candidate.left', 'service.returned'];

/** What each state takes, when the event is right in everything else. */
const takenByPath: Record<RestingPath, InterviewEvent['type'][]> = {
  IDLE: ['interview.start', 'interview.end', ...operatorIn],
  'QUESTIONING.ANSWERING': answeringIn,
  'QUESTIONING.PAUSED': pausedIn,
  'QUESTIONING.AWAY': awayIn,
  'EVALUATING.SCORING': evaluatingIn,
  'EVALUATING.BACKING_OFF': evaluatingIn,
  'EVALUATING.FALLBACK': evaluatingIn,
  'FOLLOW_UP.ANSWERING': answeringIn,
  'FOLLOW_UP.PAUSED': pausedIn,
  'FOLLOW_UP.AWAY': awayIn,
  COMPLETE: [],
};

/** One right event of each type, about the prompt that the interview has just then. */
function eventsFor(promptId: string, at: number): InterviewEvent[] {
  return [
    { type: 'interview.start', at, consent: true },
    { type: 'answer.submit', at, promptId, text: 'words' },
    { type: 'answer.draft', at, promptId, text: 'words' },
    { type: 'prompt.skip', at, promptId },
    { type: 'interview.pause', at },
    { type: 'interview.resume', at },
    { type: 'interview.end', at },
    { type: 'interview.cancel', at },
    { type: 'deadline.extend', at, byMs: 1_000 },
    { type: 'accommodation.change', at, isUntimed: true },
    { type: 'candidate.left', at },
    { type: 'candidate.joined', at },
    { type: 'service.returned', at, downMs: 1 },
  ];
}

function expectRefused(path: RestingPath, event: MachineEvent, walk = reach(path)) {
  const before = walk.snapshot;
  const json = JSON.stringify([before.value, before.context]);
  const step = apply(before, event);
  expect(step.isTaken).toBe(false);
  expect(step.snapshot).toBe(before);
  expect(JSON.stringify([before.value, before.context])).toBe(json);
}

describe('every refusal', () => {
  const pairs = restingPaths.flatMap((path) => eventsFor('', 0).map(({ type }) => ({ path, type })));
  const isTaken = ({ path, type }: (typeof pairs)[number]) => takenByPath[path].includes(type);
  const eventOf = (path: RestingPath, type: string) => {
    // In COMPLETE the prompt is gone: the last one's id is what a late client would still send.
    const event = eventsFor(reach(path).context.prompt?.id ?? 'a', T0 + 1).find((found) => found.type === type);
    if (!event) throw new Error(`no event of type ${type}`);
    return event;
  };

  test.each(pairs.filter(isTaken))('[M12] $path takes $type', ({ path, type }) => {
    expect(apply(reach(path).snapshot, eventOf(path, type)).isTaken).toBe(true);
  });

  test.each(pairs.filter((pair) => !isTaken(pair)))('[M12] $path refuses $type', ({ path, type }) => {
    expectRefused(path, eventOf(path, type));
  });

  const outcomes = ['declined', 'expired', 'cancelled', 'ended', 'finished'] as const;
  test.each(outcomes)('[M13] an interview that is %s takes nothing more', (outcome) => {
    const walk = reach(outcome === 'ended' || outcome === 'finished' ? 'QUESTIONING.ANSWERING' : 'IDLE');
    if (outcome === 'declined' || outcome === 'ended') walk.send({ type: 'interview.end' });
    if (outcome === 'expired') walk.pass('invitation');
    if (outcome === 'cancelled') walk.send({ type: 'interview.cancel' });
    if (outcome === 'finished') walk.skip().skip();
    expect(walk.context.outcome).toBe(outcome);
    for (const event of eventsFor('a', walk.now + 1)) expectRefused('COMPLETE', event, walk);
  });

  const ids = [...new Set(Object.values(invokedIdsByPath).flat())];
  const stale = restingPaths.flatMap((path) =>
    ids.filter((id) => !invokedIdsByPath[path].includes(id)).map((id) => ({ path, id })),
  );
  test.each(stale)('[M27] $path refuses a result of $id, which does not run there', ({ path, id }) => {
    const output = { ok: true, at: T0 + 1, evaluation: {} };
    expectRefused(path, doneEvent(id, output));
  });

  const unknown = [
    'interview.restart',
    'INTERVIEW.START',
    '',
    'answer',
    'interview.',
    'interview.*',
    'xstate.after.1000',
  ];
  test.each(restingPaths)('[M12] %s refuses types that nobody declared', (path) => {
    for (const type of unknown) expectRefused(path, { type, at: T0 + 1 } as MachineEvent);
  });
});

describe('refused though the state takes the type', () => {
  const at = T0 + 1;
  const answering: RestingPath[] = ['QUESTIONING.ANSWERING', 'FOLLOW_UP.ANSWERING'];

  test.each([undefined, false])('[M1] a start with consent %s where the plan asks for it', (consent) => {
    expectRefused('IDLE', { type: 'interview.start', at, consent }, reach('IDLE', { isConsentRequired: true }));
  });

  // 'a' is the question of the follow-up 'a.1': its id must not pass for that of the follow-up, nor the other way round.
  const wrongIds = { QUESTIONING: ['b', 'a.1', 'A', ''], FOLLOW_UP: ['a', 'a.2', 'b', ''] };
  const states = ['QUESTIONING', 'FOLLOW_UP'] as const;
  test.each(states)('[M3] a wrong prompt id in %s, paused or not', (state) => {
    for (const promptId of wrongIds[state]) {
      expectRefused(`${state}.ANSWERING`, { type: 'answer.submit', at, promptId, text: 'words' });
      expectRefused(`${state}.ANSWERING`, { type: 'answer.draft', at, promptId, text: 'words' });
      expectRefused(`${state}.ANSWERING`, { type: 'prompt.skip', at, promptId });
      expectRefused(`${state}.PAUSED`, { type: 'answer.draft', at, promptId, text: 'words' });
      // The last prompt has a transition of its own.
      const last = reachLast(`${state}.ANSWERING`);
      expectRefused(`${state}.ANSWERING`, { type: 'prompt.skip', at, promptId }, last);
    }
  });

  test.each(answering)('[M3] a blank answer in %s', (path) => {
    const promptId = reach(path).context.prompt?.id ?? '';
    for (const text of ['', ' ', '\n\t ', '\u00a0\u2003\ufeff']) {
      expectRefused(path, { type: 'answer.submit', at, promptId, text });
    }
  });

  test.each([
    { which: 'with another waiting', questionIds: ['a', 'b'] },
    { which: 'that is the last', questionIds: ['a'] },
  ])('[M6] skipping a question $which where its plan does not allow it', ({ questionIds }) => {
    const questions = questionIds.map((id) => questionOutline(id, { skippable: false }));
    const walk = reach('QUESTIONING.ANSWERING', { questions });
    expectRefused('QUESTIONING.ANSWERING', { type: 'prompt.skip', at, promptId: 'a' }, walk);
  });

  test.each(answering)('[M19] pausing in %s without a budget', (path) => {
    expectRefused(path, { type: 'interview.pause', at }, reach(path, { pauseMs: 0 }));
  });

  test.each(answering)('[M19] pausing again in %s when the budget is spent', (path) => {
    const walk = reach(path).send({ type: 'interview.pause' }).pass('pause');
    expectRefused(path, { type: 'interview.pause', at: walk.now }, walk);
  });

  test.each(restingPaths)('[M20] an extension by no positive whole number in %s', (path) => {
    const { NaN: none, NEGATIVE_INFINITY, POSITIVE_INFINITY, MAX_SAFE_INTEGER } = Number;
    for (const byMs of [0, -1, none, NEGATIVE_INFINITY, POSITIVE_INFINITY, 0.5, 1_000.5, MAX_SAFE_INTEGER + 1]) {
      expectRefused(path, { type: 'deadline.extend', at, byMs });
    }
  });
});

test('the table reaches every state in which an interview can rest', () => {
  expect([...new Set(rows.map((row) => row.to))].sort()).toEqual([...restingPaths].sort());
  expect([...new Set(rows.map((row) => pathOf(row.from().snapshot)))].sort()).toEqual(
    restingPaths.filter((path) => path !== 'COMPLETE').sort(),
  );
});
