import { afterEach, describe, expect, test } from 'vitest';
import { type Actor, createActor, fromPromise, waitFor } from 'xstate';
import {
  type DeadlineInput,
  type EvaluateInput,
  type EvaluateOutput,
  type InterviewFact,
  type InterviewInput,
  interview,
} from '../../machines/interview.ts';
import {
  apply,
  begin,
  brief,
  enough,
  evaluationDigest,
  interviewInput,
  type MachineEvent,
  MINUTE,
  pathOf,
  SECOND,
  T0,
} from '../support/machine.ts';

// The same machine under XState's plain live actor, as Stately's tools and newcomers run it.

/** A clock moved by hand: whoever waits is called in the order of their instants. */
function createHandClock(start: number) {
  let now = start;
  const waiting = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => now,
    wait: (at: number, signal: AbortSignal) =>
      new Promise<void>((wake) => {
        const waiter = { at, wake };
        waiting.add(waiter);
        signal.addEventListener('abort', () => waiting.delete(waiter));
      }),
    moveTo(at: number) {
      now = at;
      const due = [...waiting].filter((waiter) => waiter.at <= now).sort((a, b) => a.at - b.at);
      for (const waiter of due) {
        waiting.delete(waiter);
        waiter.wake();
      }
    },
    waitingAt: () => [...waiting].map(({ at }) => at).sort((a, b) => a - b),
  };
}

type Script = (input: EvaluateInput, now: number) => EvaluateOutput | Promise<EvaluateOutput>;

interface Live {
  actor: Actor<typeof interview>;
  clock: ReturnType<typeof createHandClock>;
  facts: InterviewFact[];
  events: MachineEvent[];
  paths: string[];
  errors: unknown[];
  reach: (path: string) => Promise<void>;
}

const running: Live[] = [];
afterEach(() => {
  for (const { actor } of running.splice(0)) actor.stop();
});

function startLive(
  evaluate: Script,
  overrides: Partial<InterviewInput> = {},
  evaluateFallback: Script = evaluate,
): Live {
  const clock = createHandClock(T0);
  const machine = interview.provide({
    actors: {
      deadline: fromPromise<{ at: number }, DeadlineInput>(async ({ input, signal }) => {
        if (input.at === null) return new Promise(() => {});
        if (input.at > clock.now()) await clock.wait(input.at, signal);
        return { at: clock.now() };
      }),
      evaluate: fromPromise<EvaluateOutput, EvaluateInput>(async ({ input }) => evaluate(input, clock.now())),
      evaluateFallback: fromPromise<EvaluateOutput, EvaluateInput>(async ({ input }) =>
        evaluateFallback(input, clock.now()),
      ),
    },
  });
  const events: MachineEvent[] = [];
  const errors: unknown[] = [];
  const actor = createActor(machine, {
    input: interviewInput(overrides),
    inspect: (inspected) => {
      if (inspected.type === '@xstate.event' && inspected.actorRef === actor)
        events.push(inspected.event as MachineEvent);
    },
  });
  const live: Live = {
    actor,
    clock,
    facts: [],
    events,
    paths: [],
    errors,
    reach: async (path) => {
      await waitFor(actor, (snapshot) => pathOf(snapshot) === path, { timeout: 2_000 });
    },
  };
  actor.on('*', (fact) => live.facts.push(fact));
  actor.subscribe({ next: (snapshot) => live.paths.push(pathOf(snapshot)), error: (error) => errors.push(error) });
  actor.start();
  running.push(live);
  return live;
}

/** The first answer to 'a' lacks something; every other is enough. */
const scripted: Script = ({ answerId }, now) => ({
  ok: true,
  at: now,
  evaluation: answerId === 'a' ? evaluationDigest() : enough,
});

describe('a plain live actor', () => {
  test('[M1] [M3] [M11] runs a whole interview with a follow-up to its end and tells its facts', async () => {
    const live = startLive(scripted);
    const { actor } = live;
    actor.send({ type: 'interview.start', at: T0 });
    actor.send({ type: 'answer.submit', at: T0, promptId: 'a', text: 'words' });
    await live.reach('FOLLOW_UP.ANSWERING');
    actor.send({ type: 'answer.submit', at: T0, promptId: 'a.1', text: 'more words' });
    await live.reach('QUESTIONING.ANSWERING');
    actor.send({ type: 'answer.submit', at: T0, promptId: 'b', text: 'words' });
    await live.reach('COMPLETE');

    expect(actor.getSnapshot()).toMatchObject({ status: 'done', context: { outcome: 'finished', answeredCount: 2 } });
    expect(live.facts.map(brief)).toEqual([
      'interview.started',
      'prompt.asked a',
      'answer.taken a submit',
      'evaluation.started a 1',
      'evaluation.done a',
      'followUp.decided a point-missing',
      'prompt.asked a.1',
      'answer.taken a.1 submit',
      'evaluation.started a.1 1',
      'evaluation.done a.1',
      'followUp.decided a threshold-reached',
      'prompt.asked b',
      'answer.taken b submit',
      'evaluation.started b 1',
      'evaluation.done b',
      'followUp.decided b threshold-reached',
      'interview.completed finished',
    ]);
    expect(live.errors).toEqual([]);
    expect(live.clock.waitingAt()).toEqual([]);
  });

  test('[M4] [M19] [M22] goes by its deadlines when only the clock moves', async () => {
    const live = startLive(scripted);
    const { actor, clock } = live;
    actor.send({ type: 'interview.start', at: T0 });
    expect(clock.waitingAt()).toEqual([T0 + MINUTE, T0 + 10 * MINUTE]);
    actor.send({ type: 'interview.pause', at: T0 });
    expect(clock.waitingAt()).toEqual([T0 + MINUTE]);
    clock.moveTo(T0 + MINUTE);
    await live.reach('QUESTIONING.ANSWERING');
    expect(clock.waitingAt()).toEqual([T0 + 2 * MINUTE, T0 + 11 * MINUTE]);
    actor.send({ type: 'answer.draft', at: clock.now(), promptId: 'a', text: 'half a word' });
    clock.moveTo(T0 + 2 * MINUTE);
    await live.reach('FOLLOW_UP.ANSWERING');
    expect(live.facts.map(brief)).toContain('answer.taken a draft');
    clock.moveTo(T0 + 20 * MINUTE);
    await live.reach('COMPLETE');
    // Both ran out while nobody looked: [M8] the next question is not asked any more.
    expect(live.facts.map(brief).slice(-3)).toEqual([
      'prompt.asked a.1',
      'prompt.passed a.1 deadline',
      'interview.completed expired',
    ]);
    expect(live.errors).toEqual([]);
  });

  test('[M24] [M28] survives an evaluator that fails, hangs and throws', async () => {
    const unavailable: Script = (_input, at) => ({ ok: false, at, code: 'UPSTREAM', isRetryable: true });
    const scripts: Script[] = [unavailable, () => new Promise(() => {}), () => Promise.reject(new Error('defect'))];
    const live = startLive(
      (input, now) => (scripts[input.attempt - 1] ?? unavailable)(input, now),
      {},
      () => Promise.reject(new Error('defect')),
    );
    const { actor, clock } = live;
    actor.send({ type: 'interview.start', at: T0 });
    actor.send({ type: 'answer.submit', at: T0, promptId: 'a', text: 'words' });
    await live.reach('EVALUATING.BACKING_OFF');
    clock.moveTo(T0 + SECOND);
    await live.reach('EVALUATING.SCORING');
    clock.moveTo(T0 + 21 * SECOND);
    await live.reach('EVALUATING.BACKING_OFF');
    clock.moveTo(T0 + 23 * SECOND);
    await live.reach('QUESTIONING.ANSWERING');
    expect(actor.getSnapshot().context.prompt?.id).toBe('b');
    expect(live.facts.map(brief).slice(3)).toEqual([
      'evaluation.started a 1',
      'evaluation.failed a 1 UPSTREAM',
      'evaluation.started a 2',
      'evaluation.failed a 2 TIMEOUT',
      'evaluation.started a 3',
      'defect evaluate',
      'evaluation.failed a 3 DEFECT',
      'evaluation.degraded a',
      'defect evaluateFallback',
      'evaluation.failed a 3 DEFECT',
      'evaluation.missing a',
      'followUp.decided a not-evaluated',
      'prompt.asked b',
    ]);
    expect(live.errors).toEqual([]);
  });

  test('[M12] is left as it is by events that it refuses', () => {
    const live = startLive(scripted);
    const { actor } = live;
    const refuse = () => {
      const before = actor.getSnapshot();
      const told = live.facts.length;
      actor.send({ type: 'interview.resume', at: T0 });
      actor.send({ type: 'answer.submit', at: T0, promptId: 'other', text: 'words' });
      actor.send({ type: 'deadline.extend', at: T0, byMs: 0 });
      expect(actor.getSnapshot()).toBe(before);
      expect(live.facts.length).toBe(told);
    };
    refuse();
    actor.send({ type: 'interview.start', at: T0 });
    refuse();
  });

  test.each([
    [
      'to its end',
      ['interview.start', 'answer a', 'FOLLOW_UP.ANSWERING', 'answer a.1', 'QUESTIONING.ANSWERING', 'skip b'],
    ],
    ['until it is cancelled', ['interview.start', 'interview.pause', 'interview.resume', 'interview.cancel']],
    ['with refusals', ['interview.resume', 'interview.start', 'answer b', 'skip a', 'skip a', 'skip b']],
  ])('[M30] gives the same states and facts as the pure function, %s', async (_how, steps) => {
    const live = startLive(scripted);
    for (const step of steps) {
      const [verb, promptId = ''] = step.split(' ');
      if (verb === 'answer') live.actor.send({ type: 'answer.submit', at: T0, promptId, text: 'words' });
      else if (verb === 'skip') live.actor.send({ type: 'prompt.skip', at: T0, promptId });
      else if (verb?.startsWith('interview.')) live.actor.send({ type: verb, at: T0 } as never);
      else await live.reach(step);
    }
    await live.reach('COMPLETE');

    let { snapshot } = begin(interviewInput());
    const paths = [pathOf(snapshot)];
    const facts: InterviewFact[] = [];
    for (const event of live.events) {
      if (event.type === 'xstate.init' || snapshot.status !== 'active') continue;
      const step = apply(snapshot, event);
      snapshot = step.snapshot;
      facts.push(...step.facts);
      paths.push(pathOf(snapshot));
    }
    expect(paths).toEqual(live.paths);
    expect(facts).toEqual(live.facts);
    expect(snapshot.context).toEqual(live.actor.getSnapshot().context);
  });
});

test('[M28] the file as it stands, with nobody providing anything, goes on too', async () => {
  const actor = createActor(interview, { input: interviewInput() }).start();
  actor.send({ type: 'interview.start', at: T0 });
  actor.send({ type: 'answer.submit', at: T0, promptId: 'a', text: 'words' });
  const { context } = await waitFor(actor, (snapshot) => snapshot.context.prompt?.id === 'b', { timeout: 2_000 });
  expect(context).toMatchObject({ answeredCount: 1, outcome: null });
  actor.stop();
});
