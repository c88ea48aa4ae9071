import { expect, test } from 'vitest';
import { downSchema, type View } from '../../src/protocol.ts';
import { recordFor } from '../../src/view.ts';
import { ask, listener, look, world } from '../support/actors.ts';
import { published, smallPlan } from '../support/plans.ts';

// Rules V1–V8: PROTOCOL.md.

/** Walk one interview through every state that a view can show, and collect a candidate's views. */
async function walk(plan = smallPlan(2)) {
  const w = world({ published: published(plan) });
  const id = await w.create();
  const actor = await w.open(id);
  const candidate = listener();
  const { view } = await actor.attach(candidate);
  candidate.views.push(view);
  const reviewer = listener('reviewer');
  await actor.attach(reviewer);
  await ask(actor, { type: 'interview.start', consent: true });
  await ask(actor, { type: 'answer.draft', promptId: 'q1', text: 'alp' });
  await ask(actor, { type: 'interview.pause' });
  await ask(actor, { type: 'interview.resume' });
  await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha' });
  await candidate.until(({ state }) => state === 'FOLLOW_UP');
  await ask(actor, { type: 'prompt.skip', promptId: 'q1.1' });
  await ask(actor, { type: 'answer.submit', promptId: 'q2', text: 'alpha beta' });
  await candidate.until(({ state }) => state === 'COMPLETE');
  return { ...w, id, actor, candidate, reviewer };
}

const secrets =
  /secret point|"score"|threshold|verdict|coverage|evaluation|confidence|rubric|weight|flags|decision|alternatives/;

test('[V1] no view of a candidate tells of scores, rubric or points', async () => {
  const { candidate } = await walk();
  const states = new Set(candidate.views.map(({ state }) => state));
  expect([...states].sort()).toEqual(['COMPLETE', 'EVALUATING', 'FOLLOW_UP', 'IDLE', 'QUESTIONING']);
  for (const view of candidate.views) expect(JSON.stringify(view)).not.toMatch(secrets);
});

test('[V1] a plan may show scores, when the interview is over', async () => {
  const { candidate } = await walk(smallPlan(2, { candidate: { seesScores: true } }));
  const last = candidate.views.at(-1) as View;
  expect(last.role === 'candidate' && last.results).toEqual([
    { questionId: 'q1', text: 'Question number 1?', score: expect.closeTo(2 / 3) },
    { questionId: 'q2', text: 'Question number 2?', score: 1 },
  ]);
  for (const view of candidate.views.slice(0, -1)) expect(JSON.stringify(view)).not.toMatch(secrets);
});

test('[V2] the reviewer sees points, decisions and the path of the machine', async () => {
  const { reviewer } = await walk();
  const last = reviewer.views.at(-1) as View;
  if (last.role === 'candidate') throw new Error('a reviewer got a candidate view');
  expect(last.statePath).toBe('COMPLETE');
  expect(last.transcript.entries.map(({ promptId, passed }) => [promptId, passed])).toEqual([
    ['q1', undefined],
    ['q1.1', 'skip'],
    ['q2', undefined],
  ]);
  expect(last.transcript.entries[0]).toMatchObject({
    evaluation: {
      evaluator: { id: 'scripted' },
      points: [{ id: 'alpha', verdict: 'met', text: 'secret point alpha' }, {}],
    },
    decision: { isAsked: true, reason: 'point-missing', pointId: 'beta' },
  });
  expect(last.transcript.entries[2]?.decision).toMatchObject({ isAsked: false, reason: 'threshold-reached' });
});

test('[V7] every view is one of the protocol', async () => {
  const { candidate, reviewer } = await walk();
  for (const view of [...candidate.views, ...reviewer.views])
    expect(downSchema.parse({ type: 'view', seq: 1, view })).toEqual({ type: 'view', seq: 1, view });
});

test('[V3] what is allowed follows the state', async () => {
  const { candidate } = await walk();
  const allowedByState = new Map(candidate.views.map((view) => [view.paused ? 'PAUSED' : view.state, view.allowed]));
  expect(Object.fromEntries(allowedByState)).toEqual({
    IDLE: ['interview.start', 'interview.end'],
    QUESTIONING: ['answer.submit', 'answer.draft', 'prompt.skip', 'interview.pause', 'interview.end'],
    PAUSED: ['answer.draft', 'interview.resume', 'interview.end'],
    EVALUATING: [],
    FOLLOW_UP: ['answer.submit', 'answer.draft', 'prompt.skip', 'interview.pause', 'interview.end'],
    COMPLETE: [],
  });
});

test('[V4] the earlier of both deadlines is shown', async () => {
  const plan = smallPlan(1, { limits: { totalMinutes: 0.5, invitationDays: 1, pauseMinutes: 0 } });
  const w = world({ published: published(plan) });
  const actor = await w.open(await w.create());
  const startedAt = w.clock.now();
  await ask(actor, { type: 'interview.start' });
  expect(await look(actor)).toMatchObject({ prompt: { deadlineAt: startedAt + 30_000 } });
});

test('[V8] for how long a missing connection stops the clock is told where the plan says it', async () => {
  const limits = { invitationDays: 1, pauseMinutes: 0 };
  const tell = async (plan = smallPlan(1, { limits })) => {
    const w = world({ published: published(plan) });
    return (await look(await w.open(await w.create()))).plan;
  };
  expect(await tell(smallPlan(1, { limits: { ...limits, disconnectedMinutes: 7 } }))).toMatchObject({
    disconnectedMinutes: 7,
  });
  expect(await tell()).not.toHaveProperty('disconnectedMinutes');
});

test('[V5] after a crash the prompt, the draft and the deadline are the same', async () => {
  const w = world();
  const id = await w.create();
  const actor = await w.open(id);
  await ask(actor, { type: 'interview.start' });
  await ask(actor, { type: 'answer.draft', promptId: 'q1', text: 'half a thought' });
  const before = await look(actor);
  const after = await look(await w.crash().open(id));
  expect(after).toEqual(before);
  expect(after.prompt).toMatchObject({ draft: 'half a thought' });
});

test('[V3] an operator may extend, accommodate and cancel, a reviewer nothing', async () => {
  const w = world();
  const actor = await w.open(await w.create());
  const allowed = ['interview.cancel', 'deadline.extend', 'accommodation.change'];
  expect((await look(actor, 'operator')).allowed).toEqual(allowed);
  expect((await look(actor, 'reviewer')).allowed).toEqual([]);
  await ask(actor, { type: 'interview.cancel' }, 'operator');
  expect((await look(actor, 'operator')).allowed).toEqual([]);
});

test('[V6] the words of a draft are shown to nobody but the candidate', async () => {
  const w = world();
  const actor = await w.open(await w.create());
  const reviewer = listener('reviewer');
  await actor.attach(reviewer);
  await ask(actor, { type: 'interview.start' });
  await ask(actor, { type: 'answer.draft', promptId: 'q1', text: 'a half thought' });
  expect(await look(actor)).toMatchObject({ prompt: { draft: 'a half thought' } });
  const told = reviewer.commits.map(({ record, viewFor }) => [record && recordFor(record), viewFor('reviewer')]);
  expect(JSON.stringify(told)).not.toContain('a half thought');
  expect(JSON.stringify(told.at(-1))).toContain('"draftChars":14');
  await ask(actor, { type: 'interview.end' });
  expect(JSON.stringify(await look(actor, 'operator'))).not.toContain('a half thought');
});

test('[V3] the page is told the limit that is enforced', async () => {
  const w = world({ limits: { answerCharsMax: 500 } });
  const actor = await w.open(await w.create());
  await ask(actor, { type: 'interview.start' });
  expect(await look(actor)).toMatchObject({ plan: { answerCharsMax: 500 } });
  const text = 'x'.repeat(501);
  expect(await ask(actor, { type: 'answer.submit', promptId: 'q1', text })).toMatchObject({
    problem: { code: 'ANSWER_TOO_LONG' },
  });
});
