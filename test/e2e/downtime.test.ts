import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/client.ts';
import { OUTAGE_MIN_MS } from '../../src/downtime.ts';
import type { Report } from '../../src/report/report.ts';
import { until } from '../support/candidate.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

const plan = {
  id: 'short',
  title: 'Short',
  questions: [
    {
      id: 'only',
      text: 'What do you say?',
      timeSeconds: 10,
      rubric: { points: [{ id: 'word', text: 'a single word' }] },
    },
  ],
};

/** As long as it takes to be a downtime, whatever the machine is busy with. */
const DOWN_MS = OUTAGE_MIN_MS + 2_000;

test('[W5] a service that was killed for longer than the prompt lasts gives the candidate their time back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'viva-down-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const env = { VIVA_STORE: `sqlite:${folder}/viva.db`, VIVA_SECRET: 'the-secret-of-both-of-these-services' };
  const first: SpawnedService = await spawnService(env, 'node');
  onTestFinished(() => first.kill());
  const { port } = new URL(first.url);
  await callApi(first, '/api/plans', plan);
  const created = await callApi<{ id: string; candidateToken: string }>(first, '/api/interviews', { planId: plan.id });
  const client = createClient({ url: first.url, interviewId: created.id, token: created.candidateToken });
  onTestFinished(() => client.close());
  client.connect();
  await until(client, ({ state }) => state === 'IDLE');
  await client.send({ type: 'interview.start' });
  const before = await until(client, ({ prompt }) => prompt !== null);

  await first.kill();
  // A downtime is real time without a process: there is nothing else to wait for.
  await pass(DOWN_MS);
  const second = await spawnService({ ...env, PORT: port }, 'node');
  onTestFinished(() => second.kill());
  const after = await until(client, ({ prompt }) => (prompt?.deadlineAt ?? 0) > (before.prompt?.deadlineAt ?? 0));
  expect(after.prompt?.id).toBe('only');
  await client.send({ type: 'answer.submit', promptId: 'only', text: 'A single word.' });
  await until(client, ({ state }) => state === 'COMPLETE');
  const report = await callApi<Report>(second, `/api/interviews/${created.id}/report`);
  expect(report.outcome).toBe('finished');
  expect(report.timeLedger.downMs).toBeGreaterThanOrEqual(DOWN_MS);
  expect(Number(after.prompt?.deadlineAt) - Number(before.prompt?.deadlineAt)).toBe(report.timeLedger.downMs);
  const { totalMs, ...accounts } = report.timeLedger;
  expect(Object.values(accounts).reduce((sum, ms) => sum + ms, 0)).toBe(totalMs);
  expect(totalMs).toBe(Number(report.completedAt) - Number(report.startedAt));
  expect(await second.stop()).toBe(0);
}, 120_000);
