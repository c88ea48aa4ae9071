import { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { runEvaluate } from '../../src/cli/evaluate.ts';
import type { LlmSettings } from '../../src/config.ts';
import { hostiles } from '../support/model.hostile.ts';
import { complete, honest, modelServer } from '../support/model.server.ts';
import { root } from '../support/pages.ts';

// `viva evaluate` with a model that is asked over HTTP.

const plan = `${root}/examples/plans/backend-basics.yaml`;
const answer = 'Repeating the request has the same effect on the server as sending it once.';

function envOf({ url, model, key }: LlmSettings) {
  return { VIVA_LLM_URL: url, VIVA_LLM_MODEL: model, VIVA_LLM_KEY: key ?? '' };
}

async function run(argv: string[], env: Record<string, string>, input = answer) {
  const texts = { out: '', err: '' };
  const sink = (name: keyof typeof texts) =>
    new Writable({
      write(chunk, _, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const stdin = Readable.from([input]);
  const exitCode = await runEvaluate({ argv, stdin, stdout: sink('out'), stderr: sink('err'), env });
  return { exitCode, ...texts };
}

test('[E24] three variables are enough: the whole result is shown, with who judged', async () => {
  const { settings, asked } = await modelServer((one, response) => complete(response, honest(one)));
  const { exitCode, out } = await run([plan, 'idempotency'], envOf(settings));
  expect(exitCode).toBe(0);
  expect(asked.length).toBeGreaterThan(0);
  expect(JSON.parse(out)).toMatchObject({
    questionId: 'idempotency',
    evaluator: { id: 'llm' },
    points: expect.arrayContaining([expect.objectContaining({ id: 'same-effect', verdict: 'met' })]),
    model: { name: 'm', answeredBy: 'm-2026-01-01', doubts: [] },
  });
});

test('[E21] a model that gives nothing is named, and the embedded evaluator judges as in a service', async () => {
  const { settings } = await modelServer(hostiles['no JSON']?.behave ?? (() => {}));
  const { exitCode, out } = await run([plan, 'idempotency'], envOf(settings));
  expect(exitCode).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ failure: 'INVALID_OUTPUT', evaluator: { id: 'rubric' } });
  expect(JSON.parse(out).flags).toContain('degraded');
});

test('--batch asks nobody unless it is told to, and rubric never does', async () => {
  const { settings, asked } = await modelServer((one, response) => complete(response, honest(one)));
  const line = JSON.stringify({
    id: 'c1',
    question: 'What is idempotence?',
    rubric: { points: [{ id: 'same', text: 'the same effect on the server' }] },
    answer: 'The same effect on a server.',
  });
  const offline = await run(['--batch'], envOf(settings), line);
  expect(offline.exitCode).toBe(0);
  expect((await run([plan, 'idempotency', '--evaluator', 'rubric'], envOf(settings))).exitCode).toBe(0);
  expect(asked).toEqual([]);
  const online = await run(['--batch', '--evaluator', 'llm'], envOf(settings), line);
  expect(online.exitCode).toBe(0);
  expect(asked).toHaveLength(1);
  expect(Object.keys(JSON.parse(online.out))).toEqual(Object.keys(JSON.parse(offline.out)));
});

test.each([
  [['--evaluator', 'oracle'], {}, '--evaluator oracle: accepted are rubric and llm'],
  [['--evaluator', 'llm'], {}, 'VIVA_LLM_URL is not set'],
  [[], { VIVA_LLM_URL: 'nowhere', VIVA_LLM_MODEL: 'm' }, 'VIVA_LLM_URL="nowhere": accepted'],
] as const)('%j with %j is refused by name', async (argv, env, message) => {
  const { exitCode, err, out } = await run([plan, 'idempotency', ...argv], env);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toContain(message);
});
