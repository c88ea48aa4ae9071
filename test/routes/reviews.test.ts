import { expect, test } from 'vitest';
import type { Evaluator, Flag } from '../../src/evaluators/evaluator.ts';
import { verifyChain } from '../../src/journal/chain.ts';
import { toOutline } from '../../src/plans/outline.ts';
import { findPlan } from '../../src/plans/publish.ts';
import { restore } from '../../src/restore.ts';
import { ADMIN_KEY, build, command, viewWhere } from '../support/app.ts';
import { evaluationOf } from '../support/evaluator.ts';

// Rules G1 to G6, G12, G13, G16 and G18: what people and evaluators say of an interview beside its course.

const plan = {
  id: 'judged',
  title: 'Judged',
  questions: ['first', 'second'].map((id) => ({
    id,
    text: `What about ${id}?`,
    maxFollowUps: 0,
    rubric: {
      points: [
        { id: 'heavy', weight: 3, text: 'the heavy point' },
        { id: 'light', weight: 1, text: 'the light point' },
      ],
    },
  })),
};

/** An interview that is over: of each question the light point is met. What comes afterwards is judged by `later`. */
async function finished(
  later: Evaluator = async () => ({ ok: false, code: 'NOT_ASKED', isRetryable: false }),
  flags: Flag[] = [],
) {
  let isOver = false;
  const evaluator: Evaluator = async (request, options) =>
    isOver ? later(request, options) : { ok: true, evaluation: { ...evaluationOf(request, ['light']), flags } };
  const app = await build({ evaluator });
  const interview = await app.create({}, plan);
  const { id, candidateToken, reviewerToken } = interview;
  const candidate = await app.enter(id, candidateToken);
  candidate.send(command('interview.start'));
  for (const promptId of ['first', 'second']) {
    await viewWhere(candidate, ({ prompt }) => prompt?.id === promptId);
    candidate.send(command('answer.submit', { promptId, text: `Something light about ${promptId}.` }));
  }
  await viewWhere(candidate, ({ state }) => state === 'COMPLETE');
  isOver = true;
  const post = (path: string, json: object, token = reviewerToken) =>
    app.request(`/api/interviews/${id}${path}`, { token, json });
  const read = async (path: string, token = reviewerToken) =>
    (await app.request(`/api/interviews/${id}${path}`, { token })).body;
  return { ...app, ...interview, candidate, post, read };
}

test('[G1] a review stands beside the evaluation, with its reason, and both stay', async () => {
  const { post, read } = await finished();
  const before = await read('/report');
  expect(before).toMatchObject({ score: 0.25, reviewedScore: null, reviews: [] });
  const review = { questionId: 'first', score: 0.9, rater: 'Kim', reason: 'said in other words' };
  const made = await post('/reviews', review);
  expect(made.status).toBe(201);
  const signed = await post('/reviews', { decision: 'advance', reason: 'good enough for the next round' });
  const after = await read('/report');
  expect(after.reviews).toEqual([
    { seq: made.body.seq, at: expect.any(Number), by: 'reviewer', ...review },
    {
      seq: signed.body.seq,
      at: expect.any(Number),
      by: 'reviewer',
      decision: 'advance',
      reason: 'good enough for the next round',
    },
  ]);
  expect(after).toMatchObject({ score: 0.25, reviewedScore: (0.9 + 0.25) / 2, state: 'COMPLETE' });
  expect(
    after.questions.map(({ score, reviewedScore }: { score: number; reviewedScore: number | null }) => [
      score,
      reviewedScore,
    ]),
  ).toEqual([
    [0.25, 0.9],
    [0.25, null],
  ]);
  expect(after.questions[0].entries).toEqual(before.questions[0].entries);
  expect(after.chain).toMatchObject({ isIntact: true, recordCount: before.chain.recordCount + 2 });
  expect((await read('/transcript')).reviews).toEqual(after.reviews);
});

test('[G2] whatever a person said last of a question holds: a score, or verdicts on its points by weight', async () => {
  const { post, read } = await finished();
  const reviewed = async () => (await read('/report')).questions[0].reviewedScore;
  const say = (review: object) => post('/reviews', { questionId: 'first', reason: 'because', ...review });
  await say({ pointId: 'heavy', verdict: 'partial' });
  expect(await reviewed()).toBe((3 * 0.5 + 1) / 4);
  await say({ pointId: 'light', verdict: 'contradicted' });
  expect(await reviewed()).toBe((3 * 0.5) / 4);
  await say({ score: 1 });
  expect(await reviewed()).toBe(1);
  await say({ pointId: 'heavy', verdict: 'met' });
  expect(await reviewed()).toBe(3 / 4);
});

test('[G3] a review is for reviewers and operators, names what is in the plan, and counts once', async () => {
  const { post, read, candidateToken } = await finished();
  const review = { questionId: 'first', score: 0.5, reason: 'half of it' };
  expect((await post('/reviews', review, candidateToken)).status).toBe(403);
  const wrong: [object, RegExp][] = [
    [{ ...review, questionId: 'third' }, /questionId: accepted are first, second/],
    [{ questionId: 'first', pointId: 'no', verdict: 'met', reason: 'r' }, /pointId: accepted are heavy, light/],
    [{ ...review, reason: ' ' }, /reason/],
    [{ ...review, score: 2 }, /score/],
    [{ questionId: 'first', pointId: 'heavy', reason: 'r' }, /verdict/],
    [{ score: 1, reason: 'r' }, /questionId/],
    [{ reason: 'nothing said' }, /decision/],
    [{ ...review, colour: 'red' }, /colour/],
  ];
  for (const [json, told] of wrong) {
    const { status, text } = await post('/reviews', json);
    expect([status, text]).toEqual([400, expect.stringMatching(told)]);
  }
  expect((await read('/report')).reviews).toEqual([]);
  const id = crypto.randomUUID();
  const first = await post('/reviews', { id, ...review }, ADMIN_KEY);
  const again = await post('/reviews', { id, ...review }, ADMIN_KEY);
  expect(again.body).toEqual({ ...first.body, duplicate: true });
  expect((await post('/reviews', { id, ...review, score: 0.6 }, ADMIN_KEY)).body.code).toBe('COMMAND_ID_REUSED');
  expect((await read('/report')).reviews).toMatchObject([{ by: 'operator', score: 0.5 }]);
});

test('[G4] candidates are told nothing of it, and have missed nothing', async () => {
  const { post, read, enter, id, candidateToken, reviewerToken, candidate } = await finished();
  const told = candidate.texts.length;
  const reviewer = await enter(id, reviewerToken);
  const { seq } = (await post('/reviews', { questionId: 'first', score: 0, reason: 'a secret reason' })).body;
  expect((await reviewer.next('record')).seq).toBe(seq);
  expect((await reviewer.next('view')).view).toMatchObject({ transcript: { reviews: [{ score: 0 }] } });
  expect(candidate.texts.slice(told)).toEqual([]);
  expect(JSON.stringify(await read('/transcript', candidateToken))).not.toMatch(/secret reason|reviews/);
  const again = await enter(id, candidateToken, seq - 1);
  expect(again.welcome).toMatchObject({ seq, resumed: true });
});

test('[G5] an evaluation made again is a record of its own beside the first one', async () => {
  const keys: string[] = [];
  const { post, read, id } = await finished(async (request, { key }) => {
    keys.push(key);
    if (request.question.includes('second')) return { ok: false, code: 'UPSTREAM', isRetryable: true };
    return { ok: true, evaluation: evaluationOf(request, ['heavy', 'light']) };
  });
  const { body } = await post('/evaluations', {}, ADMIN_KEY);
  expect(body.evaluations).toEqual([
    { questionId: 'first', promptId: 'first', ok: true, seq: expect.any(Number), score: 1, before: 0.25 },
    { questionId: 'second', promptId: 'second', ok: false, code: 'UPSTREAM' },
  ]);
  await post('/evaluations', { questionId: 'first' }, ADMIN_KEY);
  expect(keys.map((key) => key.replace(/-[0-9a-f-]{36}$/, ''))).toEqual([
    `${id}/first/again`,
    `${id}/second/again`,
    `${id}/first/again`,
  ]);
  // A provider that has seen a key before would not judge again.
  expect(new Set(keys).size).toBe(3);
  const { questions, score, chain } = await read('/report');
  expect(questions[0].entries[0]).toMatchObject({
    evaluation: { score: 0.25 },
    reevaluations: [{ seq: body.evaluations[0].seq, score: 1 }, { score: 1 }],
  });
  expect(questions[1].entries[0].reevaluations).toBeUndefined();
  expect(score).toBe(0.25);
  expect(chain.isIntact).toBe(true);
});

test('[G5] answers are judged again once the interview is over, by operators, and only where there is one', async () => {
  const { post, create, request } = await finished();
  expect((await post('/evaluations', {})).status).toBe(403);
  expect((await post('/evaluations', { questionId: 'third' }, ADMIN_KEY)).body.code).toBe('REQUEST_INVALID');
  const open = await create({}, plan);
  const { status, body } = await request(`/api/interviews/${open.id}/evaluations`, { token: ADMIN_KEY, json: {} });
  expect([status, body.code, body.state]).toEqual([409, 'NOT_ACCEPTED', 'IDLE']);
});

test('[G6] what is added changes nothing of the interview, and its reasons are erased with the rest', async () => {
  const { post, read, journal, id, request } = await finished();
  const before = await read('');
  await post('/reviews', { questionId: 'first', score: 0.5, reason: 'he was nervous' });
  await post('/reviews', { decision: 'advance', reason: 'he was friendly' });
  const { transcript: _before, serverTime: _then, ...rest } = before;
  expect(await read('')).toMatchObject(rest);
  const loaded = await journal.load(id);
  if (!loaded) throw new Error('nothing is stored');
  const { meta } = loaded.head;
  const outline = toOutline(await findPlan(journal, meta.planId, meta.planVersion));
  const standing = await restore(id, outline, { snapshot: null, tail: loaded.records }, async () => []);
  expect(standing).toMatchObject({ seq: loaded.head.headSeq, snapshot: { value: 'COMPLETE' } });

  expect((await request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY })).status).toBe(204);
  const erased = await journal.load(id);
  expect(JSON.stringify(erased)).not.toMatch(/nervous|friendly/);
  expect(erased && verifyChain(erased.head, erased.records).isIntact).toBe(true);
  expect((await read('/report')).reviews).toMatchObject([{ score: 0.5 }, { decision: 'advance' }]);
  expect((await post('/reviews', { decision: 'advance', reason: 'too late' })).body.code).toBe('INTERVIEW_ERASED');
  expect((await post('/evaluations', {}, ADMIN_KEY)).body.code).toBe('INTERVIEW_ERASED');
});

test('[G12] one review judges several points of a question for one reason, each of them once', async () => {
  const { post, read } = await finished();
  const review = { questionId: 'first', reason: 'read it again', rater: 'Kim', isBlind: true };
  const both = [
    { pointId: 'heavy', verdict: 'met' },
    { pointId: 'light', verdict: 'partial' },
  ];
  const wrong: [object, RegExp][] = [
    [{ ...review, verdicts: [both[0], { pointId: 'no', verdict: 'met' }] }, /pointId: accepted are heavy, light/],
    [{ ...review, verdicts: [both[0], both[0]] }, /verdicts: each point once/],
    [{ ...review, verdicts: [] }, /verdicts/],
    [{ ...review, pointId: 'heavy', verdict: 'met', verdicts: both }, /verdicts: a point of its own, or several/],
    [{ reason: 'r', verdicts: both }, /questionId/],
  ];
  for (const [json, told] of wrong) {
    const { status, text } = await post('/reviews', json);
    expect([status, text]).toEqual([400, expect.stringMatching(told)]);
  }
  const { body } = await post('/reviews', { ...review, verdicts: both });
  const { reviews, questions } = await read('/report');
  expect(reviews).toEqual([{ seq: body.seq, at: expect.any(Number), by: 'reviewer', ...review, verdicts: both }]);
  expect(questions[0]).toMatchObject({ score: 0.25, reviewedScore: (3 + 0.5) / 4 });
  await post('/reviews', { ...review, verdicts: both, score: 0.1 });
  expect((await read('/report')).questions[0].reviewedScore).toBe(0.1);
});

test('[G13] an interview takes 200 reviews and no more, whoever asks at once', async () => {
  const { post, read } = await finished();
  const ids = Array.from({ length: 205 }, () => crypto.randomUUID());
  const review = { decision: 'advance', reason: 'good enough' };
  const answers = await Promise.all(ids.map((id) => post('/reviews', { id, ...review })));
  const refused = answers.filter(({ status }) => status !== 201);
  expect(refused.map(({ status, body }) => [status, body.code])).toEqual(Array(5).fill([409, 'REVIEWS_FULL']));
  const { reviews, chain } = await read('/report');
  expect(reviews).toHaveLength(200);
  expect(chain.isIntact).toBe(true);
  // What was taken is told again, and judging by an evaluator is no review.
  const taken = answers.findIndex(({ status }) => status === 201);
  expect((await post('/reviews', { id: ids[taken], ...review })).body.duplicate).toBe(true);
  expect((await post('/evaluations', {}, ADMIN_KEY)).status).toBe(200);
});

test('[G16] [G18] the report tells how far raters agree, explains each flag and says whose each review is', async () => {
  const { post, read, request, id, reviewerToken } = await finished(undefined, ['hedging']);
  const say = (review: object, token = reviewerToken) =>
    post('/reviews', { questionId: 'first', reason: 'because', ...review }, token);
  const both = (heavy: string, light: string) => ({
    verdicts: [
      { pointId: 'heavy', verdict: heavy },
      { pointId: 'light', verdict: light },
    ],
  });
  await say({ rater: 'Kim <b>', isBlind: true, ...both('not_met', 'met') });
  await say({ rater: 'Ada', isBlind: true, ...both('partial', 'met') }, ADMIN_KEY);
  const { agreement } = await read('/report');
  expect(agreement).toEqual([
    { first: 'Kim <b>', second: null, points: 2, same: 2, blind: 2, kappa: null },
    { first: 'Ada', second: null, points: 2, same: 1, blind: 2, kappa: null },
    { first: 'Kim <b>', second: 'Ada', points: 2, same: 1, blind: 2, kappa: null },
  ]);
  const { text } = await request(`/api/interviews/${id}/report?format=html`, { token: reviewerToken });
  expect(text).toContain('<strong>Hedging.</strong> The answer commits to little');
  expect(text).toContain(
    '<td><bdi>Kim &lt;b&gt;, blind</bdi></td><td>question 1</td><td>heavy not met, light met</td>',
  );
  expect(text).toContain('Kim &lt;b&gt; and Ada: 1 of 2 points judged alike (50%)');
  expect(text).not.toContain('Kim <b>');
});
