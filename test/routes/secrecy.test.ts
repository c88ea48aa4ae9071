import { describe, expect, test } from 'vitest';
import { ADMIN_KEY, build, command, plan, type TestApp, viewWhere } from '../support/app.ts';

const MARK = 'zanzibar-blend';

/** Go through an interview with answers that carry a mark, a follow-up, refusals and a bad frame. */
async function interviewWith(app: TestApp, of: typeof plan) {
  const made = await app.create({ candidate: { name: `${MARK}-name`, email: `${MARK}@example.com` } }, of);
  const socket = await app.enter(made.id, made.candidateToken);
  socket.send(command('interview.start', { consent: true }));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'water');
  socket.send(command('answer.draft', { promptId: 'water', text: `${MARK} draft` }));
  socket.send(command('answer.submit', { promptId: 'nowhere', text: `${MARK} stale` }));
  await socket.next('error');
  socket.send(command('answer.submit', { promptId: 'water', text: `${MARK}: I would use boiling water.` }));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
  socket.send(command('answer.submit', { promptId: 'time', text: `${MARK}: it depends on the size of the cup.` }));
  const view = await viewWhere(socket, ({ state }) => state === 'FOLLOW_UP' || state === 'COMPLETE');
  if (view.prompt) socket.send(command('prompt.skip', { promptId: view.prompt.id }));
  if (view.state !== 'COMPLETE') await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  socket.send(`{"type":"answer.submit","text":"${MARK} malformed`);
  await socket.closed;
  return { ...made, texts: socket.texts };
}

describe('a candidate', () => {
  test('[V1] sees no score, rubric or key point, in any frame or body', async () => {
    const app = await build();
    const { texts, id, candidateToken } = await interviewWith(app, plan);
    const bodies = await Promise.all(
      ['', '/transcript', '/report', '/journal', '/tickets', '/commands'].map(
        async (path) => (await app.request(`/api/interviews/${id}${path}`, { token: candidateToken })).text,
      ),
    );
    const seen = [...texts, ...bodies].join('\n');
    // The frames are there at all, and so is what a candidate may see.
    expect(seen).toContain('How hot should the water be?');
    expect(seen).toContain(`${MARK}: I would use boiling water.`);
    for (const hidden of [
      'w1-',
      'w2 ',
      'w3-',
      'w4 ',
      'w5 ',
      'coverage',
      'verdict',
      'threshold',
      'pointId',
      '"score"',
      'results',
      'confidence',
      'rubric',
      'evaluator',
      'decision',
      'statePath',
    ])
      expect(seen.includes(hidden), `a candidate saw ${hidden}`).toBe(false);
  });

  test('[V1] sees their scores where the plan says so, when it is over', async () => {
    const app = await build();
    const open = { ...plan, candidate: { seesScores: true } };
    const { texts, id, candidateToken } = await interviewWith(app, open);
    const { body } = await app.request(`/api/interviews/${id}/transcript`, { token: candidateToken });
    expect(body.results).toMatchObject([{ questionId: 'water', score: expect.any(Number) }, { questionId: 'time' }]);
    const before = texts.filter((text) => !text.includes('"COMPLETE"')).join('\n');
    expect(before).not.toContain('results');
    expect(texts.join('\n')).not.toContain('w2 ');
  });
});

test('[V2] a reviewer sees the evaluations, the evidence and the decisions', async () => {
  const app = await build();
  const { id, reviewerToken } = await interviewWith(app, plan);
  const { body } = await app.request(`/api/interviews/${id}/transcript`, { token: reviewerToken });
  expect(body.entries[0]).toMatchObject({
    promptId: 'water',
    answer: { text: expect.stringContaining(MARK) },
    evaluation: { score: expect.any(Number), points: [{ id: 'w1-boiling', text: expect.any(String) }] },
    decision: { isAsked: false, reason: expect.any(String) },
  });
});

test('[T13] nothing that a candidate wrote or is called is in the logs, and no credential', async () => {
  const app = await build();
  const made = await interviewWith(app, plan);
  await app.request('/api/interviews', {
    token: ADMIN_KEY,
    body: `{"planId":"${MARK}`,
    headers: { 'content-type': 'application/json' },
  });
  await app.request('/api/interviews', { token: ADMIN_KEY, json: { planId: 'tea', candidate: { email: MARK } } });
  const logs = app.logs.join('\n');
  expect(app.logs.length).toBeGreaterThan(10);
  expect(logs).toContain(made.id);
  for (const secret of [MARK, ADMIN_KEY, made.candidateToken, made.reviewerToken]) expect(logs).not.toContain(secret);
});
