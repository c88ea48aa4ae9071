import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Evaluator } from '../../src/evaluators/evaluator.ts';
import { createRubricEvaluator } from '../../src/evaluators/rubric.ts';
import { ADMIN_KEY, build, command, viewWhere } from '../support/app.ts';
import { run, runWith } from '../support/cli.ts';
import { makePath, openSqlite } from '../support/journal.sqlite.ts';
import { complete, modelServer, sayAll } from '../support/model.server.ts';

// Rules G7 and G8: what was answered, judged again.

const point = (id: string, text: string, weight = 1) => ({ id, text, weight });

const plan = {
  id: 'again',
  title: 'Again',
  questions: [
    {
      id: 'cache',
      text: 'When do you invalidate a cache?',
      maxFollowUps: 1,
      rubric: { threshold: 0.9, points: [point('write', 'after every write to the database')] },
    },
    {
      id: 'queue',
      text: 'What does a full queue do?',
      maxFollowUps: 0,
      rubric: { points: [point('refuse', 'it refuses new messages')] },
    },
  ],
};

/** The same questions, judged by another rubric; the last one is gone. */
const stricter = {
  ...plan,
  questions: [
    {
      ...plan.questions[0],
      maxFollowUps: 0,
      rubric: {
        threshold: 0.5,
        points: [
          point('write', 'after every write to the database'),
          point('expiry', 'when its expiry time has passed'),
        ],
      },
    },
  ],
};

const rubric = createRubricEvaluator();

async function serve(later: Evaluator = rubric) {
  const path = makePath();
  let isOver = false;
  const evaluator: Evaluator = (request, options) => (isOver ? later : rubric)(request, options);
  const app = await build({ journal: openSqlite(path), evaluator });
  const { id, candidateToken } = await app.create({}, plan);
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'cache');
  socket.send(
    command('answer.submit', { promptId: 'cache', text: 'I clear the cache after every write to the database.' }),
  );
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'queue');
  socket.send(command('answer.submit', { promptId: 'queue', text: 'A full queue refuses new messages.' }));
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  isOver = true;
  const file = join(path, '..', 'stricter.json');
  writeFileSync(file, JSON.stringify(stricter));
  return { app, id, path, file };
}

test('[G7] viva rerun shows scores, verdicts and decisions of then and of another plan side by side', async () => {
  const { app, id, path, file } = await serve();
  const before = await app.journal.load(id);
  const again = (...more: string[]) => run('rerun', id, '--plan', file, '--store', `sqlite:${path}`, ...more);
  const { code, out } = await again('--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject([
    {
      promptId: 'cache',
      before: { score: 1, verdicts: { write: 'met' }, decision: { isAsked: false, reason: 'threshold-reached' } },
      after: { verdicts: { write: 'met', expiry: 'not_met' }, decision: { isAsked: false } },
    },
    { promptId: 'queue', before: { score: 1 }, after: null, because: 'the plan has no such question' },
  ]);
  expect(JSON.parse(out)[0].after.score).toBeLessThan(0.9);
  const text = (await again()).out;
  expect(text).toMatch(
    /^cache {2}100 % → \d+ %\n {2}expiry: - → not_met\n {2}as then: asks nothing \(threshold-reached\)\n/,
  );
  expect(text).toContain('queue  100 % → the plan has no such question');
  expect(text).toMatch(/\n\n2 answers: 1 score, 1 verdict and 0 decisions other than then; 1 not judged\n$/);
  expect(await app.journal.load(id)).toEqual(before);
});

test('[G7] viva rerun judges by another published version of the plan, and says where all is as it was', async () => {
  const { app, id, path } = await serve();
  await app.request('/api/plans', { token: ADMIN_KEY, json: stricter });
  const by = (version: string) => run('rerun', id, '--plan-version', version, '--store', `sqlite:${path}`);
  const same = await by('1');
  expect(same.out).toBe(
    'cache  100 % as then\n  as then: asks nothing (threshold-reached)\n' +
      'queue  100 % as then\n  as then: asks nothing (threshold-reached)\n' +
      '\n2 answers: 0 scores, 0 verdicts and 0 decisions other than then\n',
  );
  expect((await by('2')).out).toContain('  expiry: - → not_met\n');
  expect(await by('3')).toMatchObject({ code: 1, err: expect.stringContaining('in version 3') });
  expect(await by('x')).toMatchObject({ code: 2, err: expect.stringContaining('--plan-version') });
});

test('[G7] viva rerun shows what another evaluator makes of the same answers and the same plan', async () => {
  const { id, path } = await serve();
  const { settings } = await modelServer(({ points }, response) => complete(response, sayAll(points, 'not_met', '')));
  const env = { VIVA_LLM_URL: settings.url, VIVA_LLM_MODEL: settings.model };
  const { code, out } = await runWith(env, 'rerun', id, '--evaluator', 'llm', '--json', '--store', `sqlite:${path}`);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject([
    { promptId: 'cache', before: { score: 1 }, after: { score: 0, needsReview: true, decision: { isAsked: true } } },
    { promptId: 'queue', before: { score: 1 }, after: { score: 0, decision: { reason: 'limit-reached' } } },
  ]);
});

test('[G7] viva rerun says what is wrong with the interview, the plan or the command', async () => {
  const { app, id, path, file } = await serve();
  const store = ['--store', `sqlite:${path}`];
  expect(await run('rerun', 'nobody', '--plan', file, ...store)).toMatchObject({
    code: 1,
    err: expect.stringContaining('no interview'),
  });
  const missing = await run('rerun', id, '--plan', `${file}.not`, ...store);
  expect(missing).toEqual({ code: 1, out: '', err: `${file}.not does not exist\n` });
  writeFileSync(file, '{"id": "again"}');
  expect(await run('rerun', id, '--plan', file, ...store)).toMatchObject({
    code: 1,
    err: expect.stringContaining('questions'),
  });
  expect(await run('rerun', id, ...store)).toMatchObject({ code: 2, err: expect.stringContaining('--plan') });
  expect(await run('rerun', '--help')).toMatchObject({ code: 0, out: expect.stringContaining('Usage: viva rerun') });
  await app.request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY });
  writeFileSync(file, JSON.stringify(plan));
  expect(await run('rerun', id, '--plan', file, ...store)).toMatchObject({
    code: 1,
    err: expect.stringContaining('erased'),
  });
});

test('[G8] viva re-evaluate has the service judge again, and tells what came of it', async () => {
  const { app, id } = await serve(async (request, options) =>
    request.question.includes('queue') ? { ok: false, code: 'UPSTREAM', isRetryable: true } : rubric(request, options),
  );
  const env = { VIVA_ADMIN_KEY: ADMIN_KEY, VIVA_SECRET: 'a-secret-of-thirty-two-characters!' };
  const again = (...more: string[]) => runWith(env, 're-evaluate', id, '--url', app.url, ...more);
  const all = await again();
  expect(all).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^cache {2}1 → 1 {2}record \d+\nqueue {2}failed: UPSTREAM\n$/),
  });
  expect(await again('--question', 'cache')).toMatchObject({ code: 0 });
  const { body } = await app.request(`/api/interviews/${id}/report`, { token: ADMIN_KEY });
  expect(body.questions[0].entries[0].reevaluations).toHaveLength(2);
  expect(await again('--question', 'nothing')).toMatchObject({
    code: 1,
    err: expect.stringContaining('REQUEST_INVALID'),
  });
  await app.app.close();
  const nobody = await again();
  expect(nobody).toMatchObject({ code: 2, err: expect.stringContaining('is the service running?') });
});
