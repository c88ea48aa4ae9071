import { expect, test } from 'vitest';
import type { Evaluator } from '../../src/evaluators/evaluator.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { QUEUE_LOOKED_AT_MAX } from '../../src/routes/queue.ts';
import { ADMIN_KEY, build, command, type TestApp, viewWhere } from '../support/app.ts';
import { evaluationOf } from '../support/evaluator.ts';
import { makeCreation } from '../support/journal.ts';

// Rules G19 and G20: what waits for a person.

const plan = {
  id: 'doubtful',
  title: 'Doubtful',
  questions: ['first', 'second', 'third'].map((id) => ({
    id,
    text: `What about ${id}?`,
    maxFollowUps: 0,
    rubric: { points: [{ id: 'only', text: 'the only point' }] },
  })),
};

const failing: Evaluator = async () => ({ ok: false, code: 'DOWN', isRetryable: false });

/** Each answer says how sure its judgement is to be: `sure`, a confidence, or `lost` for none at all. */
const byAnswer: Evaluator = async (request, options) => {
  const { answer } = request;
  if (answer === 'lost') return failing(request, options);
  const isSure = answer === 'sure';
  return {
    ok: true,
    evaluation: evaluationOf(request, [], { needsReview: !isSure, confidence: isSure ? 1 : Number(answer) }),
  };
};

async function play(app: TestApp, answers: string[], name?: string) {
  const made = await app.create(name === undefined ? {} : { candidate: { name } }, plan);
  const candidate = await app.enter(made.id, made.candidateToken);
  candidate.send(command('interview.start'));
  for (const [index, text] of answers.entries()) {
    const promptId = plan.questions[index]?.id;
    await viewWhere(candidate, ({ prompt }) => prompt?.id === promptId);
    candidate.send(command('answer.submit', { promptId, text }));
  }
  const isOver = answers.length === plan.questions.length;
  await viewWhere(candidate, ({ state, prompt }) =>
    isOver ? state === 'COMPLETE' : prompt?.id === plan.questions[answers.length]?.id,
  );
  return made;
}

const queue = async ({ request }: Pick<TestApp, 'request'>, query = '', token = ADMIN_KEY) =>
  request(`/api/reviews/queue${query}`, { token });

const named = ({ body }: { body: { cases: { questionId: string; confidence: number | null }[] } }) =>
  body.cases.map(({ questionId, confidence }) => [questionId, confidence]);

test('[G19] the queue has what waits for a person, the most uncertain first, until somebody says something of it', async () => {
  const app = await build({ evaluator: byAnswer, fallback: failing });
  const one = await play(app, ['0.5', 'lost', 'sure'], 'Ada');
  const other = await play(app, ['0.2', 'sure', '0.5']);
  await play(app, ['0.1']);
  const first = await queue(app);
  expect(named(first)).toEqual([
    ['second', null],
    ['first', 0.2],
    ['first', 0.5],
    ['third', 0.5],
  ]);
  expect(first.body.cases[2]).toEqual({
    interviewId: one.id,
    candidate: { name: 'Ada' },
    planId: 'doubtful',
    planVersion: 1,
    questionId: 'first',
    confidence: 0.5,
    at: expect.any(Number),
  });
  expect(first.body).toMatchObject({ found: 4, lookedAt: 2, cursor: null });
  const { body } = await queue(app, '?limit=2');
  expect([named({ body }).length, body.found]).toEqual([2, 4]);

  const say = (id: string, json: object) =>
    app.request(`/api/interviews/${id}/reviews`, { token: ADMIN_KEY, json: { reason: 'because', ...json } });
  await say(one.id, { questionId: 'second', score: 1 });
  expect(named(await queue(app))).toEqual([
    ['first', 0.2],
    ['first', 0.5],
    ['third', 0.5],
  ]);
  await say(other.id, { decision: 'hold' });
  expect(named(await queue(app))).toEqual([['first', 0.5]]);
  await app.request(`/api/interviews/${one.id}`, { method: 'DELETE', token: ADMIN_KEY });
  expect(named(await queue(app))).toEqual([]);
});

test('[G19] the queue is for operators', async () => {
  const app = await build();
  const { candidateToken, reviewerToken } = await app.create();
  for (const token of [candidateToken, reviewerToken]) expect((await queue(app, '', token)).status).toBe(403);
});

test('[G20] a reading looks through so many interviews and goes on there, and no journal is read twice', async () => {
  const store = createMemoryJournal();
  for (let index = 0; index < QUEUE_LOOKED_AT_MAX + 50; index += 1) {
    const creation = makeCreation();
    await store.create({ ...creation, meta: { ...creation.meta, createdAt: 1_000 + index } });
  }
  let count = 0;
  const load: typeof store.load = (id, afterSeq) => {
    count += 1;
    return store.load(id, afterSeq);
  };
  // Whatever state they are in.
  const all: typeof store.list = ({ state: _state, ...query }) => store.list(query);
  const app = await build({ journal: { ...store, load, list: all } });
  const { body } = await queue(app);
  expect([count, body.lookedAt, typeof body.cursor]).toEqual([QUEUE_LOOKED_AT_MAX, QUEUE_LOOKED_AT_MAX, 'string']);
  await queue(app);
  expect(count).toBe(QUEUE_LOOKED_AT_MAX);
  const rest = await queue(app, `?cursor=${body.cursor}`);
  expect(rest.body).toEqual({ cases: [], found: 0, lookedAt: 50, cursor: null });
});
