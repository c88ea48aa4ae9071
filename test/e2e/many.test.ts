import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { findPlan } from '../../src/plans/publish.ts';
import { readInterview } from '../../src/report/read.ts';
import { buildReport } from '../../src/report/report.ts';
import { ADMIN_KEY, build, type Created, plan } from '../support/app.ts';
import { until } from '../support/candidate.ts';
import { answerAll, enter, type Member } from '../support/crowd.clients.ts';
import { audit, inParallel } from '../support/crowd.ts';

// Rule D11: PROTOCOL.md.

const INTERVIEWS = 1_000;

test(`[D11] ${INTERVIEWS} interviews at once in one process all come to their end, each with its own words`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'viva-many-'));
  const journal = createSqliteJournal({ path: join(folder, 'viva.db') });
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const app = await build({ journal, sockets: { addressSocketsMax: INTERVIEWS } });
  await app.request('/api/plans', { token: ADMIN_KEY, json: plan });
  const created: Created[] = [];
  await inParallel(Array(INTERVIEWS).keys(), 20, async () => {
    created.push((await app.request('/api/interviews', { token: ADMIN_KEY, json: { planId: plan.id } })).body);
  });

  const members: Member[] = created.map(({ id, candidateToken }) => enter(app.url, id, candidateToken));
  onTestFinished(() => {
    for (const { client } of members) client.close();
  });
  await Promise.all(members.map(({ client }) => until(client, ({ state }) => state === 'IDLE')));
  const startedAt = performance.now();
  await Promise.all(members.map((member) => answerAll(member)));
  const seconds = (performance.now() - startedAt) / 1_000;
  expect(app.actors.liveCount).toBe(INTERVIEWS);
  const turns = members.flatMap(({ acknowledged }) => acknowledged).length;
  process.stdout.write(`${turns} turns in ${seconds.toFixed(1)} s: ${Math.round(turns / seconds)} turns/s\n`);

  for (const { client } of members) client.close();
  await app.actors.drain();
  const find = (planId: string, version?: number) => findPlan(journal, planId, version);
  let reported = 0;
  for (const { id, acknowledged } of members) {
    const reading = await readInterview(journal, find, id);
    await audit(journal, reading.published, id, acknowledged);
    const { state, outcome, counts, questions, score } = buildReport(reading);
    expect({ state, outcome, answered: counts.answered }).toEqual({
      state: 'COMPLETE',
      outcome: 'finished',
      answered: plan.questions.length,
    });
    const entries = questions.flatMap((question) => question.entries);
    expect(entries.map(({ answer }) => answer?.text)).toEqual(acknowledged.map(({ text }) => text));
    expect(entries).toHaveLength(counts.asked + counts.followUps);
    const scores = questions.map((question) => question.score ?? Number.NaN);
    expect(score).toBeCloseTo(scores.reduce((sum, value) => sum + value, 0) / scores.length);
    reported += entries.length;
  }
  expect(reported).toBe(turns);
  expect(turns).toBeGreaterThan(INTERVIEWS * plan.questions.length);
}, 120_000);
