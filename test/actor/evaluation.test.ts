import { expect, test } from 'vitest';
import { createRubricEvaluator } from '../../src/evaluators/rubric.ts';
import { planSchema } from '../../src/plans/schema.ts';
import { readInterview } from '../../src/report/read.ts';
import { buildReport } from '../../src/report/report.ts';
import { ask, listener, look, world } from '../support/actors.ts';
import { evaluationOf, scriptedEvaluator } from '../support/evaluator.ts';
import { published } from '../support/plans.ts';

// Rules A13–A15: PROTOCOL.md.

test('[A13] an evaluator that is given up is replaced by the embedded one, and the result says so', async () => {
  const { evaluator, next } = scriptedEvaluator();
  const w = world({ evaluator });
  const actor = await w.open(await w.create());
  const reviewer = listener('reviewer');
  await actor.attach(reviewer);
  await ask(actor, { type: 'interview.start' });
  await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha beta' });
  (await next()).reply({ ok: false, code: 'QUOTA', isRetryable: false });
  const view = await reviewer.until((seen) => seen.prompt?.id === 'q2');
  expect(view.role === 'reviewer' && view.transcript.entries[0]).toMatchObject({
    failures: [{ attempt: 1, code: 'QUOTA' }],
    evaluation: { isDegraded: true, flags: ['degraded'], score: 1 },
  });
});

test('[A13] a defect of both evaluators leaves the answer to a person, and the interview goes on', async () => {
  const first = scriptedEvaluator();
  const second = scriptedEvaluator();
  const w = world({ evaluator: first.evaluator, fallback: second.evaluator });
  const actor = await w.open(await w.create());
  const reviewer = listener('reviewer');
  await actor.attach(reviewer);
  await ask(actor, { type: 'interview.start' });
  await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha beta' });
  (await first.next()).crash();
  (await second.next()).crash();
  const view = await reviewer.until((seen) => seen.prompt?.id === 'q2');
  expect(view.role === 'reviewer' && view.transcript.entries[0]).toMatchObject({
    evaluation: null,
    decision: { isAsked: false, reason: 'not-evaluated' },
  });
  expect(w.problems.map(({ message }) => message)).toEqual(['an effect is defective', 'an effect is defective']);
});

test('[A14] the answers to a question are judged together, and not knowing more ends the asking', async () => {
  const plan = planSchema.parse({
    id: 'retries',
    title: 'Retries',
    questions: [
      {
        id: 'idempotency',
        text: 'What makes an operation safe to retry?',
        maxFollowUps: 3,
        rubric: {
          threshold: 0.95,
          points: [
            { id: 'effect', text: 'Repeating the request has the same effect on the server as sending it once' },
            { id: 'key', text: 'An idempotency key lets the server recognise a duplicate' },
            { id: 'order', text: 'Retries must not overtake a later write' },
          ],
        },
      },
    ],
  });
  const w = world({ published: published(plan), evaluator: createRubricEvaluator() });
  const actor = await w.open(await w.create());
  const reviewer = listener('reviewer');
  await actor.attach(reviewer);
  await ask(actor, { type: 'interview.start' });
  const text = 'Repeating it has the same effect on the server as sending the request once.';
  await ask(actor, { type: 'answer.submit', promptId: 'idempotency', text });
  await reviewer.until(({ state }) => state === 'FOLLOW_UP');
  const score = await scoreOf(actor);
  await ask(actor, { type: 'answer.submit', promptId: 'idempotency.1', text: 'I do not know.' });
  const view = await reviewer.until(({ state }) => state === 'COMPLETE');
  const entries = view.role === 'reviewer' ? view.transcript.entries : [];
  expect(entries.at(-1)?.decision).toMatchObject({ isAsked: false, reason: 'candidate-does-not-know' });
  expect(entries.at(-1)?.evaluation?.score).toBeGreaterThanOrEqual(score);
});

async function scoreOf(actor: Parameters<typeof look>[0]): Promise<number> {
  const view = await look(actor, 'reviewer');
  return view.role === 'candidate' ? 0 : (view.transcript.entries[0]?.evaluation?.score ?? 0);
}

test('[A15] an evaluation that would lower a score leaves the better one', async () => {
  const { evaluator, next } = scriptedEvaluator();
  const w = world({ evaluator });
  const id = await w.create();
  const actor = await w.open(id);
  const reviewer = listener('reviewer');
  await actor.attach(reviewer);
  await ask(actor, { type: 'interview.start' });
  await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'one' });
  const first = await next();
  first.reply({ ok: true, evaluation: evaluationOf(first.request, ['alpha']) });
  await reviewer.until(({ state }) => state === 'FOLLOW_UP');
  await ask(actor, { type: 'answer.submit', promptId: 'q1.1', text: 'two' });
  const second = await next();
  const prompt = w.published.plan.questions[0]?.rubric.points.find(({ id }) => id === 'beta')?.followUp;
  expect(second.request).toMatchObject({ answer: 'one', followUps: [{ prompt, answer: 'two' }] });
  second.reply({ ok: true, evaluation: evaluationOf(second.request, []) });
  await reviewer.until(({ prompt }) => prompt?.id !== 'q1.1' && prompt !== null);
  const report = buildReport(await readInterview(w.journal, async () => w.published, id));
  expect(report.questions[0]?.score).toBeCloseTo(2 / 3);
});
