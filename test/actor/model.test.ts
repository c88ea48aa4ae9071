import { describe, expect, test } from 'vitest';
import { openLlmEvaluator } from '../../src/evaluators/llm/open.ts';
import { createRubricEvaluator } from '../../src/evaluators/rubric.ts';
import { toOutline } from '../../src/plans/outline.ts';
import type { Plan } from '../../src/plans/schema.ts';
import { planSchema } from '../../src/plans/schema.ts';
import { toHtml } from '../../src/report/html.ts';
import { readInterview } from '../../src/report/read.ts';
import { buildReport } from '../../src/report/report.ts';
import { replay, restore, writeSnapshot } from '../../src/restore.ts';
import { ask, listener, type World, world } from '../support/actors.ts';
import { hostiles, order } from '../support/model.hostile.ts';
import { type Behaviour, complete, honest, modelServer, sayAll } from '../support/model.server.ts';
import { published } from '../support/plans.ts';

// Rules E21, E23 and E24, in whole interviews: PROTOCOL.md.

const plan: Plan = planSchema.parse({
  id: 'tables',
  title: 'Tables',
  evaluation: { attempts: 1, timeoutSeconds: 300 },
  questions: ['table', 'tree'].map((id) => ({
    id,
    text: `How does a ${id} find a value, and what is the cost?`,
    maxFollowUps: 1,
    rubric: {
      threshold: 0.75,
      points: [
        { id: 'bucket', text: 'A hash function maps the key to a bucket' },
        { id: 'cost', text: 'Lookup takes constant time on average' },
      ],
    },
  })),
});
const answer = `A hash function maps the key to a bucket. Bananas are yellow. ${order}`;

async function interviewWith(behave: Behaviour, settings: { timeoutMs?: number; interviewTokensMax?: number } = {}) {
  const server = await modelServer(behave);
  const w = world({
    published: published(plan),
    evaluator: openLlmEvaluator({ ...server.settings, ...settings }),
    fallback: createRubricEvaluator(),
  });
  return { w, id: await w.create(), asked: server.asked };
}

/** Answer whatever is asked until the interview is over. */
async function finish(w: World, id: string, say = answer): Promise<void> {
  const actor = await w.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  await ask(actor, { type: 'interview.start' });
  const answered = new Set<string>();
  for (;;) {
    const view = await candidate.until(
      ({ state, prompt }) =>
        state === 'COMPLETE' || (prompt !== null && state !== 'EVALUATING' && !answered.has(prompt.id)),
    );
    if (view.state === 'COMPLETE' || !view.prompt) return;
    answered.add(view.prompt.id);
    await ask(actor, { type: 'answer.submit', promptId: view.prompt.id, text: say });
  }
}

async function reportOf({ journal, published: found }: World, id: string) {
  return buildReport(await readInterview(journal, async () => found, id));
}

describe('an interview goes on with', () => {
  test.each(Object.entries(hostiles))('[E21] %s', async (_, hostile) => {
    const { w, id } = await interviewWith(
      hostile.behave,
      hostile.timeoutMs === undefined ? {} : { timeoutMs: hostile.timeoutMs },
    );
    await finish(w, id);
    const report = await reportOf(w, id);
    expect(report.outcome).toBe('finished');
    const evaluations = report.questions.flatMap(({ entries }) =>
      entries.flatMap(({ evaluation }) => evaluation ?? []),
    );
    expect(evaluations.length).toBeGreaterThanOrEqual(2);
    for (const { needsReview, isDegraded, evaluator } of evaluations) {
      expect(needsReview || isDegraded).toBe(true);
      expect(evaluator.id).toBe(hostile.code === undefined ? 'llm' : 'rubric');
      expect(isDegraded).toBe(hostile.code !== undefined);
    }
  });
});

test('[E23] what models cost is remembered over a crash, and over budget the embedded evaluator judges', async () => {
  const { w, id, asked } = await interviewWith(
    (one, response) =>
      complete(response, sayAll(one.points, 'not_met', ''), { prompt_tokens: 5_000, completion_tokens: 1_000 }),
    { interviewTokensMax: 7_000 },
  );
  const actor = await w.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  await ask(actor, { type: 'interview.start' });
  await ask(actor, { type: 'answer.submit', promptId: 'table', text: 'Bananas are yellow.' });
  await candidate.until(({ state }) => state === 'FOLLOW_UP');
  expect(asked).toHaveLength(1);

  // A process that knows nothing of the first one's calls.
  const server = await modelServer((one, response) => complete(response, honest(one)));
  const restarted = world({
    clock: w.clock,
    journal: w.journal,
    published: w.published,
    evaluator: openLlmEvaluator({ ...server.settings, interviewTokensMax: 7_000 }),
    fallback: createRubricEvaluator(),
  });
  const again = await restarted.open(id);
  const seen = listener();
  const { view } = await again.attach(seen);
  await ask(again, { type: 'answer.submit', promptId: view.prompt?.id ?? '', text: 'Bananas are still yellow.' });
  await seen.until(({ prompt }) => prompt?.id === 'tree');
  expect(server.asked).toHaveLength(0);
  const report = await reportOf(restarted, id);
  expect(report.questions[0]?.entries[1]).toMatchObject({
    failures: [{ attempt: 1, code: 'BUDGET_SPENT' }],
    evaluation: { isDegraded: true, evaluator: { id: 'rubric' } },
  });
});

test('[E23] what models cost is counted once, wherever a snapshot was taken', async () => {
  const { w, id, asked } = await interviewWith((one, response) =>
    complete(response, sayAll(one.points, 'not_met', ''), { prompt_tokens: 900, completion_tokens: 100 }),
  );
  await finish(w, id, 'Bananas are yellow.');
  const records = (await w.journal.load(id))?.records ?? [];
  const outline = toOutline(w.published);
  expect(asked.length).toBeGreaterThan(1);
  for (const { seq } of records) {
    const snapshot = writeSnapshot(replay(id, outline, records.slice(0, seq)));
    const tail = records.slice(seq);
    const { working } = await restore(id, outline, { snapshot, tail }, async (after) => records.slice(after));
    expect(working.tokensSpent).toBe(asked.length * 1_000);
  }
});

test('[E23] [E31] a model that is silent ends in time, and the journal tells what it cost', async () => {
  const hasty = { ...plan, evaluation: { ...plan.evaluation, timeoutSeconds: 0.2 } };
  const { settings } = await modelServer(() => {});
  const w = world({
    published: published(hasty),
    evaluator: openLlmEvaluator(settings),
    fallback: createRubricEvaluator(),
  });
  const id = await w.create();
  // The clock of the machine stands still: what ends the evaluation is the evaluator.
  await finish(w, id);
  const report = await reportOf(w, id);
  expect(report.questions[0]?.entries[0]).toMatchObject({
    failures: [{ attempt: 1, code: 'TIMEOUT' }],
    evaluation: { isDegraded: true },
  });
  const records = (await w.journal.load(id))?.records ?? [];
  const costs = records.flatMap(({ event }) => (event.output as { tokens?: number } | undefined)?.tokens ?? []);
  expect(costs.length).toBeGreaterThanOrEqual(2);
  for (const cost of costs) expect(cost).toBeGreaterThan(100);
  const spent = costs.reduce((sum, cost) => sum + cost, 0);
  expect(replay(id, toOutline(w.published), records).working.tokensSpent).toBe(spent);
});

test('[E24] a report tells which model judged, with which words, and what it cost', async () => {
  const { w, id } = await interviewWith((one, response) => complete(response, honest(one)));
  await finish(w, id, 'A hash function maps the key to a bucket. Lookup takes constant time on average.');
  const report = await reportOf(w, id);
  expect(report.questions[0]?.entries[0]?.evaluation).toMatchObject({
    score: 1,
    evaluator: { id: 'llm' },
    model: { name: 'm', answeredBy: 'm-2026-01-01', tokens: { input: 900, output: 100 } },
  });
  const html = toHtml(report);
  expect(html).toContain('Model m (m-2026-01-01 answered)');
  expect(html).toContain('900 tokens in and 100 out');
});
