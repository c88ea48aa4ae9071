import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { Evaluator } from '../../src/evaluators/evaluator.ts';
import { canonicalJson } from '../../src/journal/canonical.ts';
import type { Report } from '../../src/report/report.ts';
import { ADMIN_KEY, build, command, plan, viewWhere } from '../support/app.ts';
import { evaluationOf } from '../support/evaluator.ts';

const model = {
  provider: 'local',
  name: 'small-1',
  answeredBy: 'small-1-0301',
  prompt: { version: '3', hash: 'a'.repeat(64) },
  rubricHash: 'c'.repeat(64),
  calls: 1,
  tokens: { input: 900, output: 120 },
  cost: 0.002,
  scores: [0.5],
  scoreByWords: 0.4,
  doubts: ['no-quote'],
};

/** Judges as a model would. */
const byModel: Evaluator = async (request) => {
  const evaluation = evaluationOf(request, ['w1-boiling']);
  return { ok: true, evaluation: { ...evaluation, evaluator: { id: 'llm', version: '1' }, model } };
};

/** Reports of an interview from its invitation to its end, and after a review, another judgement and its erasure. */
async function readReports(evaluator: Evaluator): Promise<{ reports: Report[]; schema: object; html: string }> {
  const { create, enter, request } = await build({ evaluator });
  const { id, candidateToken } = await create({ candidate: { name: 'Ada' }, externalId: 'x-1' });
  const reports: Report[] = [];
  const read = async () => {
    const { body } = await request(`/api/interviews/${id}/report`, { token: ADMIN_KEY });
    reports.push(body);
  };
  await read();
  const socket = await enter(id, candidateToken);
  socket.send(command('interview.start'));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'water');
  await read();
  socket.send(command('answer.draft', { promptId: 'water', text: 'boil' }));
  socket.send(command('answer.submit', { promptId: 'water', text: 'boiling water' }));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
  await read();
  socket.send(command('interview.end'));
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  const json = { questionId: 'water', score: 0.5, rater: 'K', reason: 'half of it' };
  await request(`/api/interviews/${id}/reviews`, { token: ADMIN_KEY, json });
  await request(`/api/interviews/${id}/evaluations`, { token: ADMIN_KEY, json: {} });
  await read();
  const { text: html } = await request(`/api/interviews/${id}/report?format=html`, { token: ADMIN_KEY });
  await request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY });
  await read();
  return { reports, schema: (await request('/report.schema.json')).body, html };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}

test('[G30] a report names plan, rubrics, machine, judges with model and prompt, and the head of the chain', async () => {
  const { reports, html } = await readReports(byModel);
  const judged = reports.at(-2);
  if (!judged) throw new Error('there is no report');
  const { provenance } = judged;
  expect(provenance).toMatchObject({
    plan: { id: 'tea', version: 1, hash: judged.plan.hash },
    machines: [judged.machineVersion],
    recordForms: [2],
    chainHead: judged.chain.headHash,
  });
  const { answeredBy, name, provider, prompt } = model;
  const judge = { evaluator: { id: 'llm', version: '1' }, model: { provider, name, answeredBy }, prompt, count: 2 };
  expect(provenance.judges).toEqual([judge]);
  expect(reports[0]?.provenance.judges).toEqual([]);
  // The hash of a rubric is that of its canonical JSON, defaults filled in: anybody can make it again.
  const [point] = plan.questions[0]?.rubric.points ?? [];
  const rubric = { threshold: 0.6, points: [{ ...point, weight: 1, alternatives: [] }] };
  expect(provenance.rubrics[0]).toEqual({ questionId: 'water', hash: await sha256(canonicalJson(rubric)) });
  expect(provenance.rubrics[1]?.hash).not.toBe(provenance.rubrics[0]?.hash);
  for (const part of [
    judged.plan.hash,
    ...provenance.rubrics.map(({ questionId, hash }) => `${questionId} ${hash.slice(0, 16)}`),
    'version 2; records of form 2',
    `llm 1, model small-1 at local, answered by small-1-0301, prompt 3 ${prompt.hash} (2 judgements)`,
    judged.chain.headHash,
  ])
    expect(html).toContain(part);
});

test.each([
  ['the embedded evaluator', undefined],
  ['a model', byModel],
])('[G31] real reports, judged by %s, are what the published schema says, and nothing more', async (_, evaluator) => {
  const { reports, schema } = await readReports(
    evaluator ?? (await import('../../src/evaluators/rubric.ts')).createRubricEvaluator(),
  );
  expect(reports).toHaveLength(5);
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  for (const report of reports) {
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
  }
  const [first] = reports;
  expect(validate({ ...first, mood: 'good' })).toBe(false);
  expect(validate({ ...first, score: 'A' })).toBe(false);
  const { provenance: _provenance, ...bare } = first ?? {};
  expect(validate(bare)).toBe(false);
});
