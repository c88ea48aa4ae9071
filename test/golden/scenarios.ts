import { goldenPlan } from './plans.ts';
import { openStage, type Stage } from './stage.ts';

// The interviews that are recorded of each machine version. Between them they take every way through the machine.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const candidate = { name: 'Ada Golden', email: 'ada@example.org', locale: 'en' };

function answer(stage: Stage, promptId: string, text: string): Promise<void> {
  return stage.give({ type: 'answer.submit', promptId, text });
}

async function finished(): Promise<Stage> {
  const stage = await openStage(goldenPlan(), { candidate, externalId: 'application-17' });
  stage.pass(MINUTE);
  await stage.give({ type: 'interview.start' });
  stage.pass(20 * SECOND);
  await stage.give({ type: 'answer.draft', promptId: 'retries', text: 'the effect' });
  await answer(stage, 'retries', 'the effect stays that of one call');
  stage.pass(2 * SECOND);
  await stage.judge(['effect']);
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  await answer(stage, 'retries.1', 'a key says that it is the same one');
  await stage.judge(['effect', 'key']);
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.2');
  stage.pass(5 * SECOND);
  await answer(stage, 'retries.2', 'I do not know more');
  await stage.judge(['effect', 'key'], { flags: ['hedging'] });
  await stage.reach('QUESTIONING.ANSWERING', 'caching');
  await answer(stage, 'caching', 'no idea');
  await stage.judge([], { flags: ['non-answer'] });
  await stage.reach('QUESTIONING.ANSWERING', 'queues');
  await answer(stage, 'queues', 'it refuses what comes');
  await stage.judge(['refuse']);
  await stage.reach('COMPLETE');
  return stage;
}

async function skipped(): Promise<Stage> {
  const stage = await openStage(goldenPlan());
  await stage.give({ type: 'interview.start' });
  await stage.give({ type: 'prompt.skip', promptId: 'retries' });
  await answer(stage, 'caching', 'when it is stale');
  await stage.judge([]);
  await stage.reach('FOLLOW_UP.ANSWERING', 'caching.1');
  await stage.give({ type: 'prompt.skip', promptId: 'caching.1' });
  stage.pass(5 * MINUTE);
  await stage.reach('COMPLETE');
  return stage;
}

async function paused(): Promise<Stage> {
  const stage = await openStage(goldenPlan());
  await stage.give({ type: 'interview.start' });
  stage.pass(30 * SECOND);
  await stage.give({ type: 'deadline.extend', byMs: MINUTE, reason: 'the fire alarm rang' }, 'operator');
  await stage.give({ type: 'interview.pause' });
  await stage.give({ type: 'answer.draft', promptId: 'retries', text: 'on its way' });
  stage.pass(2 * MINUTE);
  await stage.give({ type: 'deadline.extend', byMs: 2 * MINUTE }, 'operator');
  await stage.give({ type: 'interview.resume' });
  await answer(stage, 'retries', 'the effect');
  await stage.give({ type: 'deadline.extend', byMs: 3 * MINUTE }, 'operator');
  await stage.judge(['key']);
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  await stage.give({ type: 'interview.pause' });
  stage.pass(3 * MINUTE);
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  await stage.give({ type: 'deadline.extend', byMs: MINUTE }, 'operator');
  stage.pass(10 * SECOND);
  await stage.give({ type: 'interview.end' });
  return stage;
}

async function drafted(): Promise<Stage> {
  const stage = await openStage(goldenPlan({ limits: { totalMinutes: 4, invitationDays: 7, pauseMinutes: 0 } }));
  await stage.give({ type: 'interview.start' });
  await stage.give({ type: 'answer.draft', promptId: 'retries', text: 'the eff' });
  await stage.give({ type: 'answer.draft', promptId: 'retries', text: 'the effect is one' });
  stage.pass(2 * MINUTE);
  await stage.reach('EVALUATING.SCORING');
  await stage.judge(['effect', 'key', 'answer']);
  await stage.reach('QUESTIONING.ANSWERING', 'caching');
  await stage.give({ type: 'answer.draft', promptId: 'caching', text: 'when what it holds' });
  stage.pass(2 * MINUTE);
  await stage.reach('EVALUATING.SCORING');
  await stage.judge(['stale', 'shared']);
  await stage.reach('COMPLETE');
  return stage;
}

async function troubled(): Promise<Stage> {
  const stage = await openStage(goldenPlan());
  await stage.give({ type: 'interview.start' });
  await answer(stage, 'retries', 'all of it');
  await stage.fail('UPSTREAM', true);
  await stage.reach('EVALUATING.BACKING_OFF');
  stage.pass(SECOND);
  await stage.reach('EVALUATING.SCORING');
  await stage.judge(['effect', 'key', 'answer'], { needsReview: true, confidence: 0.3 });
  await stage.reach('QUESTIONING.ANSWERING', 'caching');
  await answer(stage, 'caching', 'slowly judged');
  await stage.silence();
  stage.pass(20 * SECOND);
  await stage.reach('EVALUATING.BACKING_OFF');
  stage.pass(SECOND);
  await stage.reach('EVALUATING.SCORING');
  await stage.fail('UPSTREAM', false);
  await stage.reach('EVALUATING.FALLBACK');
  await stage.judge(['stale', 'shared']);
  await stage.reach('QUESTIONING.ANSWERING', 'queues');
  await answer(stage, 'queues', 'never judged');
  await stage.crash();
  await stage.reach('EVALUATING.FALLBACK');
  await stage.fail('UPSTREAM', false);
  await stage.reach('COMPLETE');
  return stage;
}

async function interrupted(): Promise<Stage> {
  const stage = await openStage(goldenPlan());
  await stage.give({ type: 'interview.start' });
  await answer(stage, 'retries', 'said before the restart');
  await stage.silence();
  await stage.restart(5 * SECOND);
  await stage.judge(['effect', 'key', 'answer']);
  await stage.reach('QUESTIONING.ANSWERING', 'caching');
  await answer(stage, 'caching', 'stale and shared');
  await stage.judge(['stale', 'shared']);
  await stage.reach('QUESTIONING.ANSWERING', 'queues');
  await stage.restart(10 * MINUTE);
  await stage.reach('COMPLETE');
  return stage;
}

/** The evaluator proposes no point, so the machine weighs by itself. */
const unproposed = { followUp: { due: true, urgency: 0.5 } };

async function weighed(): Promise<Stage> {
  const stage = await openStage(goldenPlan());
  await stage.give({ type: 'interview.start' });
  await answer(stage, 'retries', 'something');
  await stage.judge([], {
    ...unproposed,
    score: 0.3,
    points: [
      { id: 'effect', verdict: 'partial', coverage: 0.4, evidence: [] },
      { id: 'key', verdict: 'contradicted', coverage: 0, evidence: [] },
      { id: 'answer', verdict: 'not_met', coverage: 0.2, evidence: [] },
    ],
  });
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  await stage.give({ type: 'interview.pause' });
  stage.pass(10 * SECOND);
  await stage.give({ type: 'interview.resume' });
  stage.pass(MINUTE);
  await stage.reach('QUESTIONING.ANSWERING', 'caching');
  await answer(stage, 'caching', 'every word, and yet not much');
  await stage.judge(['stale', 'shared'], { score: 0.5 });
  await stage.reach('QUESTIONING.ANSWERING', 'queues');
  await answer(stage, 'queues', 'no');
  await stage.judge([]);
  await stage.reach('COMPLETE');
  return stage;
}

async function exhausted(): Promise<Stage> {
  const stage = await openStage(goldenPlan({ limits: { totalMinutes: 3, invitationDays: 7, pauseMinutes: 5 } }));
  await stage.give({ type: 'interview.start' });
  await answer(stage, 'retries', 'the effect and the answer');
  await stage.judge(['effect', 'answer'], unproposed);
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  await stage.give({ type: 'answer.draft', promptId: 'retries.1', text: 'there may be a' });
  stage.pass(MINUTE);
  await stage.reach('EVALUATING.SCORING');
  await stage.judge(['effect', 'answer'], unproposed);
  await stage.reach('QUESTIONING.ANSWERING', 'caching');
  stage.pass(110 * SECOND);
  await answer(stage, 'caching', 'ten seconds before the end');
  await stage.judge(['stale'], { score: 0.4 });
  await stage.reach('QUESTIONING.ANSWERING', 'queues');
  stage.pass(10 * SECOND);
  await stage.reach('COMPLETE');
  return stage;
}

async function unjudged(): Promise<Stage> {
  const stage = await openStage(goldenPlan({ evaluation: { timeoutSeconds: 20, attempts: 3, backoffSeconds: 1 } }));
  await stage.give({ type: 'interview.start' });
  await answer(stage, 'retries', 'three attempts fail');
  for (const backOffMs of [SECOND, 2 * SECOND]) {
    await stage.fail('UPSTREAM', true);
    await stage.reach('EVALUATING.BACKING_OFF');
    stage.pass(backOffMs);
    await stage.reach('EVALUATING.SCORING');
  }
  await stage.fail('UPSTREAM', true);
  await stage.reach('EVALUATING.FALLBACK');
  await stage.silence();
  stage.pass(20 * SECOND);
  await stage.reach('QUESTIONING.ANSWERING', 'caching');
  await answer(stage, 'caching', 'three attempts take too long');
  for (const backOffMs of [SECOND, 2 * SECOND]) {
    await stage.silence();
    stage.pass(20 * SECOND);
    await stage.reach('EVALUATING.BACKING_OFF');
    stage.pass(backOffMs);
    await stage.reach('EVALUATING.SCORING');
  }
  await stage.silence();
  stage.pass(20 * SECOND);
  await stage.reach('EVALUATING.FALLBACK');
  await stage.crash();
  await stage.reach('QUESTIONING.ANSWERING', 'queues');
  await stage.give({ type: 'interview.end' });
  return stage;
}

async function overslept(): Promise<Stage> {
  const stage = await openStage(goldenPlan());
  await stage.give({ type: 'interview.start' });
  await answer(stage, 'retries', 'the effect');
  await stage.judge(['effect']);
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  await stage.restart(40 * MINUTE);
  await stage.reach('COMPLETE');
  return stage;
}

async function cancelled(): Promise<Stage> {
  const stage = await openStage(goldenPlan(), { candidate });
  await stage.give({ type: 'interview.start' });
  await stage.give({ type: 'answer.draft', promptId: 'retries', text: 'half a sen' });
  await stage.give({ type: 'interview.cancel', reason: 'the position is filled' }, 'operator');
  return stage;
}

async function expired(): Promise<Stage> {
  const stage = await openStage(goldenPlan());
  stage.pass(7 * 24 * 60 * MINUTE);
  await stage.reach('COMPLETE');
  return stage;
}

async function declined(): Promise<Stage> {
  const stage = await openStage(goldenPlan());
  await stage.give({ type: 'interview.end' });
  return stage;
}

async function accommodated(): Promise<Stage> {
  const plan = goldenPlan({ candidate: { seesScores: true, consent: 'Your answers are kept for a year.' } });
  const stage = await openStage(plan, { candidate: { name: 'Bo' }, accommodations: { timeMultiplier: 1.5 } });
  await stage.give({ type: 'interview.start', consent: true });
  stage.pass(179 * SECOND);
  await answer(stage, 'retries', 'in the last second of time and a half');
  await stage.judge(['effect', 'key', 'answer']);
  await stage.reach('QUESTIONING.ANSWERING', 'caching');
  stage.pass(45 * MINUTE);
  await stage.reach('COMPLETE');
  return stage;
}

async function untimed(): Promise<Stage> {
  const stage = await openStage(goldenPlan(), { accommodations: { untimed: true } });
  await stage.give({ type: 'interview.start' });
  stage.pass(300 * MINUTE);
  await answer(stage, 'retries', 'after five hours');
  await stage.judge([]);
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  stage.pass(300 * MINUTE);
  await stage.give({ type: 'interview.end' });
  return stage;
}

async function away(): Promise<Stage> {
  const limits = { totalMinutes: 30, invitationDays: 7, pauseMinutes: 5, disconnectedMinutes: 3 };
  const stage = await openStage(goldenPlan({ limits }));
  await stage.join();
  await stage.give({ type: 'interview.start' });
  stage.pass(30 * SECOND);
  await stage.leave();
  await stage.reach('QUESTIONING.AWAY');
  await stage.give({ type: 'deadline.extend', byMs: MINUTE }, 'operator');
  stage.pass(MINUTE);
  await stage.join();
  await stage.give({ type: 'accommodation.change', timeMultiplier: 1.5, reason: 'a slow line' }, 'operator');
  await answer(stage, 'retries', 'the effect');
  await stage.leave();
  await stage.judge(['effect']);
  await stage.reach('FOLLOW_UP.AWAY', 'retries.1');
  stage.pass(3 * MINUTE);
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  await stage.restart(2 * MINUTE, true);
  await stage.join();
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  await stage.give({ type: 'interview.pause' });
  await stage.restart(10 * MINUTE, true);
  await stage.give({ type: 'accommodation.change', untimed: true }, 'operator');
  await stage.give({ type: 'interview.resume' });
  stage.pass(60 * MINUTE);
  await stage.give({ type: 'interview.end' });
  return stage;
}

async function erased(): Promise<Stage> {
  const stage = await finished();
  await stage.erase();
  return stage;
}

async function erasedUnderway(): Promise<Stage> {
  const stage = await openStage(goldenPlan(), { candidate, externalId: 'application-18' });
  await stage.give({ type: 'interview.start' });
  await stage.give({ type: 'deadline.extend', byMs: MINUTE, reason: 'her chair broke' }, 'operator');
  await answer(stage, 'retries', 'my name is Ada');
  await stage.judge(['effect']);
  await stage.reach('FOLLOW_UP.ANSWERING', 'retries.1');
  await stage.give({ type: 'answer.draft', promptId: 'retries.1', text: 'and I live in' });
  await stage.erase();
  return stage;
}

/** How to play each interview that is recorded, by the name of its file. */
export const scenarios: Readonly<Record<string, () => Promise<Stage>>> = {
  accommodated,
  away,
  cancelled,
  declined,
  drafted,
  erased,
  'erased-underway': erasedUnderway,
  exhausted,
  expired,
  finished,
  interrupted,
  overslept,
  paused,
  skipped,
  troubled,
  unjudged,
  untimed,
  weighed,
};
