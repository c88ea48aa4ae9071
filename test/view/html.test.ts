import { expect, test } from 'vitest';
import { ADMIN_KEY, build, command, viewWhere } from '../support/app.ts';
import { evaluationOf } from '../support/evaluator.ts';

// The report as a page, in the words and directions that people write in.

const points = [{ id: 'coast', text: 'المنارة على الساحل' }];
const plan = {
  id: 'mixed',
  title: 'Mixed',
  questions: [
    { id: 'code', text: 'What is wrong here?\n\n  SELECT 1;', maxFollowUps: 0, rubric: { points } },
    { id: 'arabic', text: 'ماذا ترى؟', maxFollowUps: 0, rubric: { points } },
  ],
};

async function page(candidate: object): Promise<string> {
  const { create, enter, request } = await build({
    evaluator: async (asked) => ({
      ok: true,
      evaluation: { ...evaluationOf(asked, ['coast']), needsReview: asked.question.startsWith('What') },
    }),
  });
  const { id, candidateToken } = await create({ candidate }, plan);
  const socket = await enter(id, candidateToken);
  socket.send(command('interview.start'));
  for (const promptId of ['code', 'arabic']) {
    await viewWhere(socket, ({ prompt }) => prompt?.id === promptId);
    socket.send(command('answer.submit', { promptId, text: 'المنارة على الساحل' }));
  }
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  const json = { questionId: 'arabic', score: 1, rater: 'محمد', reason: 'صحيح' };
  expect((await request(`/api/interviews/${id}/reviews`, { token: ADMIN_KEY, json })).status).toBe(201);
  return (await request(`/api/interviews/${id}/report?format=html`, { token: ADMIN_KEY })).text;
}

test('[G10] what runs from right to left does so in the page, and parts the words around it from itself', async () => {
  const html = await page({ name: 'محمد' });
  expect(html).toContain('<p><bdi>محمد</bdi> · finished');
  expect(html).toContain('<h2 dir="auto">2. ماذا ترى؟</h2>');
  expect(html).toMatch(/<div class="answer" dir="auto">[^<]*المنارة/);
  expect(html).toContain('<td><bdi>المنارة على الساحل</bdi></td>');
  expect(html).toContain('<td><bdi>محمد</bdi></td><td>question 2</td><td>100\u00a0%</td><td><bdi>صحيح</bdi></td>');
});

test('[G10] the lines of a question stay lines, and one thing is not called many', async () => {
  const html = await page({});
  expect(html).toContain('1. What is wrong here?\n\n  SELECT 1;</h2>');
  expect(html).toMatch(/h2, h3 \{ white-space: pre-wrap; \}/);
  expect(html).toContain('2 of 2 questions answered, 0 follow-ups, 1 judgement for a person to look at');
});
