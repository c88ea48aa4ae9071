import { describe, expect, test } from 'vitest';
import type { InterviewInput } from '../../machines/interview.ts';
import { evaluationDigest, MINUTE, planOutline, questionOutline, SECOND, T0, type Walk } from '../support/machine.ts';
import { type RestingPath, reach } from '../support/positions.ts';

const pause = (w: Walk) => w.send({ type: 'interview.pause' });
const resume = (w: Walk) => w.send({ type: 'interview.resume' });
const extend = (w: Walk, byMs: number) => w.send({ type: 'deadline.extend', byMs });

/** The instants which the running deadlines wait for. */
function deadlinesOf(walk: Walk): Record<string, unknown> {
  const deadlines = [...walk.running.values()].filter(({ src }) => src === 'deadline');
  return Object.fromEntries(deadlines.map(({ id, input }) => [id, input.at]));
}

describe('what every deadline waits for', () => {
  const expected: Record<RestingPath, Record<string, number>> = {
    IDLE: { invitation: T0 + 60 * MINUTE },
    'QUESTIONING.ANSWERING': { prompt: T0 + MINUTE, whole: T0 + 10 * MINUTE },
    'QUESTIONING.PAUSED': { pause: T0 + MINUTE },
    'QUESTIONING.AWAY': { away: T0 + MINUTE },
    'EVALUATING.SCORING': { evaluation: T0 + 20 * SECOND },
    'EVALUATING.BACKING_OFF': { backOff: T0 + SECOND },
    'EVALUATING.FALLBACK': { evaluation: T0 + 20 * SECOND },
    'FOLLOW_UP.ANSWERING': { prompt: T0 + MINUTE / 2, whole: T0 + 10 * MINUTE },
    'FOLLOW_UP.PAUSED': { pause: T0 + MINUTE },
    'FOLLOW_UP.AWAY': { away: T0 + MINUTE },
    COMPLETE: {},
  };
  test.each(Object.entries(expected))('[M22] %s', (path, deadlines) => {
    expect(deadlinesOf(reach(path as RestingPath))).toEqual(deadlines);
  });

  test('[M22] is never where the plan sets no limit', () => {
    const questions = [questionOutline('a', { timeMs: null, followUpTimeMs: null })];
    const walk = reach('QUESTIONING.ANSWERING', { totalMs: null, questions }, { invitationExpiresAt: null });
    expect(deadlinesOf(walk)).toEqual({ prompt: null, whole: null });
    walk.answer().judge(evaluationDigest());
    expect(walk.path).toBe('FOLLOW_UP.ANSWERING');
    expect(deadlinesOf(walk)).toEqual({ prompt: null, whole: null });
    expect(deadlinesOf(reach('IDLE', {}, { invitationExpiresAt: null }))).toEqual({ invitation: null });
  });

  test('[M22] counts from the instant in which the prompt is asked, not from the start', () => {
    const walk = reach('QUESTIONING.ANSWERING')
      .wait(10 * SECOND)
      .skip();
    expect(walk.context.prompt).toMatchObject({ id: 'b', askedAt: T0 + 10 * SECOND });
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + 70 * SECOND, whole: T0 + 10 * MINUTE });
  });

  test('[M22] may be an instant already past, which is handed over as it is', () => {
    const walk = reach('IDLE', {}, { invitationExpiresAt: T0 - 5 });
    expect(deadlinesOf(walk)).toEqual({ invitation: T0 - 5 });
    expect(walk.pass('invitation').context.outcome).toBe('expired');
  });

  test('[M8] a deadline that fires late leaves no negative time', () => {
    const walk = reach('QUESTIONING.ANSWERING')
      .wait(60 * MINUTE)
      .pass('prompt');
    expect(walk.context).toMatchObject({ outcome: 'expired', totalLeftMs: 0, completedAt: walk.now });
  });

  test.each(['QUESTIONING.ANSWERING', 'FOLLOW_UP.ANSWERING'] as const)(
    '[M8] in %s that end in the same instant give the same end, whichever comes first',
    (path) => {
      for (const questionIds of [['a'], ['a', 'b']]) {
        const questions = questionIds.map((id) => questionOutline(id, { followUpTimeMs: MINUTE }));
        const [byPrompt, byWhole] = ['prompt', 'whole'].map((id) =>
          reach(path, { questions, totalMs: MINUTE }).pass(id),
        );
        expect(byPrompt?.context).toMatchObject({ outcome: 'expired', completedAt: T0 + MINUTE });
        expect(byPrompt?.context).toEqual(byWhole?.context);
        expect(byPrompt?.last.facts).toEqual(byWhole?.last.facts);
      }
    },
  );

  test.each(['QUESTIONING.ANSWERING', 'FOLLOW_UP.ANSWERING'] as const)(
    '[M8] in %s: a millisecond before the end the next question is still asked, at the end no more',
    (path) => {
      const passed = (at: number) =>
        reach(path)
          .wait(at - T0)
          .pass('prompt').context;
      expect(passed(T0 + 10 * MINUTE - 1)).toMatchObject({ outcome: null, prompt: { id: 'b' } });
      expect(passed(T0 + 10 * MINUTE)).toMatchObject({ outcome: 'expired', prompt: null });
    },
  );

  test('[M8] an interview without a limit is never over, however late a deadline fires', () => {
    const walk = reach('QUESTIONING.ANSWERING', { totalMs: null }).wait(60 * MINUTE);
    expect(walk.pass('prompt').context).toMatchObject({ outcome: null, prompt: { id: 'b' } });
    expect(walk.answer().judge().context.outcome).toBe('finished');
  });

  test('[M8] the last question answered after the end finishes: nothing was cut short', () => {
    const walk = reach('QUESTIONING.ANSWERING', { questions: [questionOutline('a')] })
      .wait(11 * MINUTE)
      .answer();
    expect(walk.judge(evaluationDigest()).context).toMatchObject({ outcome: 'finished', totalLeftMs: 0 });
  });

  test('[M8] an answer that arrives after the end is judged and is the last', () => {
    const walk = reach('QUESTIONING.ANSWERING')
      .wait(11 * MINUTE)
      .answer();
    expect(walk.context.totalLeftMs).toBe(0);
    expect(walk.judge(evaluationDigest()).context).toMatchObject({ outcome: 'expired', answeredCount: 1 });
  });
});

describe.each(['QUESTIONING', 'FOLLOW_UP'] as const)('a pause in %s', (state) => {
  const answering = `${state}.ANSWERING` as const;
  const promptMs = state === 'QUESTIONING' ? MINUTE : MINUTE / 2;

  test('[M18] keeps what is left of the prompt and of the interview to the millisecond', () => {
    const walk = pause(reach(answering).wait(12_345));
    expect(walk.context).toMatchObject({ endsAt: null, totalLeftMs: 10 * MINUTE - 12_345 });
    expect(walk.context.prompt).toMatchObject({ deadlineAt: null, timeLeftMs: promptMs - 12_345 });
    resume(walk.wait(30_001));
    expect(walk.context).toMatchObject({ endsAt: T0 + 10 * MINUTE + 30_001, totalLeftMs: null });
    expect(walk.context.prompt).toMatchObject({ deadlineAt: T0 + promptMs + 30_001, timeLeftMs: null });
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + promptMs + 30_001, whole: T0 + 10 * MINUTE + 30_001 });
  });

  test('[M18] keeps the prompt, its number, its draft and the instant in which it was asked', () => {
    const walk = reach(answering).draft();
    const { id, askedAt } = walk.context.prompt ?? {};
    resume(pause(walk).wait(SECOND));
    expect(walk.context.prompt).toMatchObject({ id, askedAt });
    expect(walk.pass('prompt').path).toBe('EVALUATING.SCORING');
  });

  test('[M3] keeps a draft that arrives during it, and stays as long as it was', () => {
    const walk = pause(reach(answering).wait(12_345));
    const { pauseEndsAt, prompt, totalLeftMs } = walk.context;
    walk.wait(SECOND).draft();
    expect([walk.last.started, walk.last.stoppedIds]).toEqual([[], []]);
    expect(walk.context).toMatchObject({ hasDraft: true, pauseEndsAt, prompt, totalLeftMs });
    expect(resume(walk).pass('prompt').path).toBe('EVALUATING.SCORING');
  });

  test('[M4] forgets a draft that is emptied during it', () => {
    const walk = resume(pause(reach(answering).draft()).draft(' \n'));
    expect(walk.context.hasDraft).toBe(false);
    expect(walk.pass('prompt').context.prompt?.id).toBe('b');
  });

  test('[M19] takes from one budget, the next one too', () => {
    const walk = resume(pause(reach(answering)).wait(20 * SECOND));
    expect(walk.context).toMatchObject({ pauseLeftMs: 40 * SECOND, pauseEndsAt: null });
    pause(walk.wait(SECOND));
    expect(deadlinesOf(walk)).toEqual({ pause: walk.now + 40 * SECOND });
    expect(walk.last.facts).toEqual([{ type: 'interview.paused', until: walk.now + 40 * SECOND }]);
    walk.pass('pause');
    expect(walk.path).toBe(answering);
    expect(walk.context).toMatchObject({ pauseLeftMs: 0, endsAt: T0 + 11 * MINUTE });
  });

  test('[M19] that is noticed too late gives no more than what was left', () => {
    const walk = pause(reach(answering).wait(SECOND))
      .wait(60 * MINUTE)
      .pass('pause');
    expect(walk.context.pauseLeftMs).toBe(0);
    expect(walk.context.prompt?.deadlineAt).toBe(walk.now + promptMs - SECOND);
  });

  test('[M18] of an interview without limits stays without limits', () => {
    const walk = reach(answering, {}, { isUntimed: true });
    resume(pause(walk).wait(SECOND));
    expect(walk.context).toMatchObject({ endsAt: null, totalLeftMs: null });
    expect(walk.context.prompt).toMatchObject({ deadlineAt: null, timeLeftMs: null });
  });
});

describe('an evaluation', () => {
  const evaluatedFor = (ms: number) =>
    reach('QUESTIONING.ANSWERING')
      .wait(10 * SECOND)
      .answer()
      .wait(ms);

  test('[M18] stops both clocks', () => {
    const { context } = evaluatedFor(0);
    expect(context).toMatchObject({ endsAt: null, totalLeftMs: 10 * MINUTE - 10 * SECOND });
    expect(context.prompt).toMatchObject({ deadlineAt: null, timeLeftMs: 50 * SECOND });
  });

  test.each([0, 19 * SECOND, 60 * MINUTE])('[M18] that took %i ms costs the interview nothing', (ms) => {
    const next = evaluatedFor(ms).judge();
    expect(next.context.prompt).toMatchObject({ id: 'b', deadlineAt: next.now + MINUTE });
    expect(next.context.endsAt).toBe(next.now + 10 * MINUTE - 10 * SECOND);
    const followUp = evaluatedFor(ms).judge(evaluationDigest());
    expect(followUp.context.prompt).toMatchObject({ id: 'a.1', deadlineAt: followUp.now + MINUTE / 2 });
    expect(followUp.context.endsAt).toBe(followUp.now + 10 * MINUTE - 10 * SECOND);
  });

  test('[M18] with attempts, back-offs and the fallback costs nothing either', () => {
    const walk = evaluatedFor(0);
    for (const id of ['evaluation', 'backOff', 'evaluation', 'backOff', 'evaluation', 'evaluation']) walk.pass(id);
    expect(walk.context.prompt?.id).toBe('b');
    expect(walk.context.endsAt).toBe(walk.now + 10 * MINUTE - 10 * SECOND);
  });

  test('[M18] whole interviews add up: only answering counts', () => {
    const walk = reach('QUESTIONING.ANSWERING')
      .wait(5 * SECOND)
      .answer()
      .wait(7 * SECOND)
      .judge(evaluationDigest());
    pause(walk.wait(11 * SECOND)).wait(13 * SECOND);
    resume(walk)
      .wait(17 * SECOND)
      .answer()
      .wait(19 * SECOND)
      .judge();
    expect(Number(walk.context.endsAt) - walk.now).toBe(10 * MINUTE - (5 + 11 + 17) * SECOND);
  });
});

describe('an extension', () => {
  test('[M20] in IDLE moves the end of the invitation and nothing else', () => {
    const walk = extend(reach('IDLE'), 5_000);
    expect(deadlinesOf(walk)).toEqual({ invitation: T0 + 60 * MINUTE + 5_000 });
    expect(walk.send({ type: 'interview.start' }).context.endsAt).toBe(T0 + 10 * MINUTE);
  });

  test.each(['QUESTIONING.ANSWERING', 'FOLLOW_UP.ANSWERING'] as const)('[M20] in %s moves both deadlines', (path) => {
    const walk = reach(path).wait(SECOND);
    const before = deadlinesOf(walk) as { prompt: number; whole: number };
    extend(walk.draft(), 5_000);
    expect(deadlinesOf(walk)).toEqual({ prompt: before.prompt + 5_000, whole: before.whole + 5_000 });
    expect(walk.last.stoppedIds.sort()).toEqual(['prompt', 'whole']);
    expect(walk.context).toMatchObject({ hasDraft: true, answeredCount: path === 'FOLLOW_UP.ANSWERING' ? 1 : 0 });
  });

  test.each(['QUESTIONING', 'FOLLOW_UP'] as const)('[M20] in %s.PAUSED is there after the pause', (state) => {
    const walk = pause(reach(`${state}.ANSWERING`));
    const { totalLeftMs, prompt } = walk.context;
    extend(walk, 5_000);
    expect(walk.last.started).toEqual([]);
    resume(walk.wait(SECOND));
    expect(deadlinesOf(walk)).toEqual({
      prompt: walk.now + Number(prompt?.timeLeftMs) + 5_000,
      whole: walk.now + Number(totalLeftMs) + 5_000,
    });
  });

  const evaluatingPaths = ['EVALUATING.SCORING', 'EVALUATING.BACKING_OFF', 'EVALUATING.FALLBACK'] as const;
  test.each(evaluatingPaths)('[M20] in %s adds to the interview and leaves the evaluation running', (path) => {
    const walk = reach(path);
    const before = deadlinesOf(walk);
    extend(walk, 5_000);
    expect([walk.last.started, walk.last.stoppedIds]).toEqual([[], []]);
    expect(deadlinesOf(walk)).toEqual(before);
    expect(walk.context.totalLeftMs).toBe(10 * MINUTE + 5_000);
  });

  test('[M20] while the last draft is judged lets an interview go on whose time was up', () => {
    const walk = extend(reach('QUESTIONING.ANSWERING').draft().pass('whole'), MINUTE);
    expect(walk.judge(evaluationDigest()).path).toBe('FOLLOW_UP.ANSWERING');
    expect(walk.context.endsAt).toBe(walk.now + MINUTE);
  });

  test('[M20] gives no limit to what has none', () => {
    const walk = extend(reach('QUESTIONING.ANSWERING', {}, { isUntimed: true }), 5_000);
    expect(deadlinesOf(walk)).toEqual({ prompt: null, whole: null });
    expect(deadlinesOf(extend(reach('IDLE', {}, { invitationExpiresAt: null }), 5_000))).toEqual({ invitation: null });
  });
});

describe('accommodations', () => {
  const accommodated = (input: Partial<InterviewInput>) => reach('QUESTIONING.ANSWERING', {}, input);

  test('[M21] the time multiplier stretches prompt, follow-up and whole interview', () => {
    const walk = accommodated({ timeMultiplier: 1.5 });
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + 90 * SECOND, whole: T0 + 15 * MINUTE });
    expect(deadlinesOf(walk.answer().judge(evaluationDigest())).prompt).toBe(T0 + 45 * SECOND);
    expect(deadlinesOf(walk.answer().judge()).prompt).toBe(T0 + 90 * SECOND);
  });

  test('[M21] a stretched time is whole milliseconds', () => {
    const questions = [questionOutline('a', { timeMs: 10_001 })];
    const plan = planOutline({ questions, totalMs: 10_001 });
    expect(deadlinesOf(accommodated({ timeMultiplier: 1.1, plan }))).toEqual({
      prompt: T0 + 11_001,
      whole: T0 + 11_001,
    });
  });

  test('[M21] untimed removes the limits of prompt, follow-up and whole interview', () => {
    const walk = accommodated({ isUntimed: true, timeMultiplier: 2 });
    expect(deadlinesOf(walk)).toEqual({ prompt: null, whole: null });
    expect(deadlinesOf(walk.answer().judge(evaluationDigest()))).toEqual({ prompt: null, whole: null });
    expect(walk.path).toBe('FOLLOW_UP.ANSWERING');
  });

  test.each([{ isUntimed: true }, { timeMultiplier: 3 }])('[M21] %o changes no other limit', (input) => {
    expect(deadlinesOf(reach('IDLE', {}, input))).toEqual({ invitation: T0 + 60 * MINUTE });
    expect(deadlinesOf(pause(accommodated(input)))).toEqual({ pause: T0 + MINUTE });
    expect(deadlinesOf(accommodated(input).answer())).toEqual({ evaluation: T0 + 20 * SECOND });
  });
});

describe('accommodations that change on the way', () => {
  const change = (w: Walk, to: { timeMultiplier?: number; isUntimed?: boolean }) =>
    w.send({ type: 'accommodation.change', ...to });

  test.each(['QUESTIONING.ANSWERING', 'FOLLOW_UP.ANSWERING'] as const)(
    '[M32] in %s give the difference to what runs',
    (path) => {
      const walk = change(reach(path).wait(10 * SECOND), { timeMultiplier: 2 });
      const ownMs = path === 'FOLLOW_UP.ANSWERING' ? MINUTE / 2 : MINUTE;
      expect(deadlinesOf(walk)).toEqual({ prompt: T0 + 2 * ownMs, whole: T0 + 20 * MINUTE });
      expect(walk.last.stoppedIds.sort()).toEqual(['prompt', 'whole']);
    },
  );

  test.each(['QUESTIONING.PAUSED', 'QUESTIONING.AWAY'] as const)(
    '[M32] in %s are there when the clock runs again',
    (path) => {
      const walk = change(reach(path), { timeMultiplier: 1.5 });
      expect(walk.last.started).toEqual([]);
      walk.wait(5 * SECOND).send({ type: path.endsWith('AWAY') ? 'candidate.joined' : 'interview.resume' });
      expect(deadlinesOf(walk)).toEqual({ prompt: walk.now + 90 * SECOND, whole: walk.now + 15 * MINUTE });
    },
  );

  test('[M32] before the start hold from the start on', () => {
    const walk = change(reach('IDLE'), { timeMultiplier: 3 }).send({ type: 'interview.start' });
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + 3 * MINUTE, whole: T0 + 30 * MINUTE });
  });

  test('[M32] while an answer is judged hold for the whole interview and for what is asked next', () => {
    const walk = change(reach('EVALUATING.SCORING'), { timeMultiplier: 2 }).judge();
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + 2 * MINUTE, whole: T0 + 20 * MINUTE });
  });

  test('[M32] that stretch less take nothing from what runs, and hold for what is asked next', () => {
    const walk = reach('QUESTIONING.ANSWERING', {}, { timeMultiplier: 3 });
    change(walk.wait(SECOND), { timeMultiplier: 1 });
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + 3 * MINUTE, whole: T0 + 30 * MINUTE });
    expect(deadlinesOf(walk.skip()).prompt).toBe(walk.now + MINUTE);
  });

  test('[M32] keep what an extension has given', () => {
    const walk = change(extend(reach('QUESTIONING.ANSWERING'), 7_000), { timeMultiplier: 2 });
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + 2 * MINUTE + 7_000, whole: T0 + 20 * MINUTE + 7_000 });
  });

  test('[M32] to untimed end every limit, and back to timed give the whole of it', () => {
    const walk = change(reach('QUESTIONING.ANSWERING'), { isUntimed: true });
    expect(deadlinesOf(walk)).toEqual({ prompt: null, whole: null });
    change(walk.wait(MINUTE), { isUntimed: false });
    expect(deadlinesOf(walk)).toEqual({ prompt: walk.now + MINUTE, whole: walk.now + 10 * MINUTE });
  });

  test('[M32] give no limit to what has none', () => {
    const plan = { totalMs: null, questions: [questionOutline('a', { timeMs: null })] };
    expect(deadlinesOf(change(reach('QUESTIONING.ANSWERING', plan), { timeMultiplier: 2 }))).toEqual({
      prompt: null,
      whole: null,
    });
  });

  test.each([{ timeMultiplier: 0.5 }, { timeMultiplier: Number.NaN }, {}])('[M32] %o is refused', (to) => {
    expect(change(reach('QUESTIONING.ANSWERING'), to).last.isTaken).toBe(false);
  });
});

describe('a missing connection', () => {
  const leave = (w: Walk) => w.send({ type: 'candidate.left' });
  const join = (w: Walk) => w.send({ type: 'candidate.joined' });
  const lenient = { disconnectedMs: MINUTE };

  test('[M33] counts where the plan says nothing', () => {
    const walk = join(leave(reach('QUESTIONING.ANSWERING')).wait(10 * SECOND));
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + MINUTE, whole: T0 + 10 * MINUTE });
  });

  test('[M33] stops the clock until the allowance is spent, over all absences together', () => {
    const walk = leave(reach('QUESTIONING.ANSWERING', lenient).wait(SECOND));
    join(walk.wait(40 * SECOND));
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + 100 * SECOND, whole: T0 + 10 * MINUTE + 40 * SECOND });
    expect(deadlinesOf(leave(walk))).toEqual({ away: walk.now + 20 * SECOND });
    walk.pass('away');
    expect(walk.path).toBe('QUESTIONING.ANSWERING');
    expect(deadlinesOf(walk)).toEqual({ prompt: T0 + 2 * MINUTE, whole: T0 + 11 * MINUTE });
    // Spent: from now on it counts.
    expect(leave(join(walk)).path).toBe('QUESTIONING.ANSWERING');
  });

  test('[M33] costs nothing of the allowance during an evaluation; what is asked then waits for the candidate', () => {
    const walk = leave(reach('EVALUATING.SCORING', lenient).wait(SECOND))
      .wait(5 * SECOND)
      .judge(evaluationDigest());
    expect(walk.path).toBe('FOLLOW_UP.AWAY');
    expect(deadlinesOf(walk)).toEqual({ away: walk.now + MINUTE });
    join(walk.wait(30 * SECOND));
    expect(deadlinesOf(walk).prompt).toBe(walk.now + MINUTE / 2);
  });

  test('[M33] during a pause costs the pause, and after it the allowance', () => {
    const walk = leave(reach('QUESTIONING.PAUSED', lenient)).pass('pause');
    expect(walk.path).toBe('QUESTIONING.AWAY');
    expect(deadlinesOf(walk)).toEqual({ away: walk.now + MINUTE });
  });
});

describe('a downtime', () => {
  const back = (w: Walk, downMs: number) => w.wait(downMs).send({ type: 'service.returned', downMs });

  test.each(['QUESTIONING.ANSWERING', 'FOLLOW_UP.ANSWERING'] as const)('[M34] in %s is given back', (path) => {
    const walk = reach(path);
    const before = deadlinesOf(walk) as { prompt: number; whole: number };
    back(walk.draft(), 90 * SECOND);
    expect(deadlinesOf(walk)).toEqual({ prompt: before.prompt + 90 * SECOND, whole: before.whole + 90 * SECOND });
    expect(walk.context.hasDraft).toBe(true);
  });

  test.each(['QUESTIONING.PAUSED', 'QUESTIONING.AWAY'] as const)('[M34] in %s is given back to that', (path) => {
    const walk = reach(path);
    const [id, at] = Object.entries(deadlinesOf(walk))[0] ?? ['', 0];
    expect(deadlinesOf(back(walk, 2 * MINUTE))).toEqual({ [id]: Number(at) + 2 * MINUTE });
  });

  test('[M34] during an evaluation takes nothing, for the clock is stopped', () => {
    const walk = reach('EVALUATING.SCORING');
    const before = deadlinesOf(walk);
    expect(deadlinesOf(back(walk, MINUTE))).toEqual(before);
    expect(walk.context.totalLeftMs).toBe(10 * MINUTE);
  });
});
