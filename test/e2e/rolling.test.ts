import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { findPlan } from '../../src/plans/publish.ts';
import { socketLimits } from '../../src/routes/limits.ts';
import { answerAll, enter, type Member } from '../support/crowd.clients.ts';
import { audit, inParallel } from '../support/crowd.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// Rule D10: PROTOCOL.md.

const INTERVIEWS = 200;
const RESTARTS = 2;
const GRACE_SECONDS = 10;

/** More prompts than can be answered while the test runs. */
const plan = {
  id: 'long',
  title: 'A long one',
  questions: Array.from({ length: 50 }, (_, index) => ({
    id: `q${index}`,
    text: 'How do you make tea?',
    maxFollowUps: 5,
    rubric: {
      points: Array.from({ length: 6 }, (_, point) => ({ id: `p${point}`, text: `secret ingredient number ${point}` })),
    },
  })),
};

/** Resolves when every candidate has had another answer stored. */
async function allGoOn(members: Member[]): Promise<void> {
  await Promise.all(
    members.map(({ client, acknowledged }) => {
      const before = acknowledged.length;
      return new Promise<void>((resolve) => {
        const stop = client.subscribe(() => {
          if (acknowledged.length <= before) return;
          stop();
          resolve();
        });
      });
    }),
  );
}

/** Stop a service by SIGTERM; it has to end by itself, and in time. */
async function stop(service: SpawnedService): Promise<void> {
  const startedAt = performance.now();
  expect(await service.stop()).toBe(0);
  const seconds = (performance.now() - startedAt) / 1_000;
  expect(seconds).toBeLessThan(GRACE_SECONDS);
  process.stdout.write(`stopped in ${seconds.toFixed(2)} s\n`);
}

test(`[D10] ${RESTARTS} restarts under ${INTERVIEWS} active interviews lose no answer and show no client more than a reconnect`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'viva-rolling-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'viva.db');
  const env = {
    VIVA_STORE: `sqlite:${path}`,
    VIVA_ADDRESS_SOCKETS_MAX: '1000',
    VIVA_ADDRESS_REQUESTS_PER_MINUTE_MAX: '100000',
    VIVA_SOCKET_FRAMES_PER_MINUTE_MAX: '100000',
    VIVA_SOCKET_BYTES_PER_MINUTE_MAX: '100000000',
    VIVA_GRACE_SECONDS: String(GRACE_SECONDS),
  };
  let service = await spawnService(env, 'node');
  onTestFinished(() => service.kill());
  const { port } = new URL(service.url);
  await callApi(service, '/api/plans', plan);
  const members: Member[] = [];
  onTestFinished(() => {
    for (const { client } of members) client.close();
  });
  await inParallel(Array(INTERVIEWS).keys(), 10, async () => {
    const created = await callApi<{ id: string; candidateToken: string }>(service, '/api/interviews', {
      planId: plan.id,
    });
    members.push(enter(service.url, created.id, created.candidateToken));
  });
  let isEnough = false;
  const done = Promise.all(members.map((member) => answerAll(member, () => isEnough)));
  await allGoOn(members);
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    await stop(service);
    service = await spawnService({ ...env, PORT: port }, 'node');
    await allGoOn(members);
  }
  isEnough = true;
  await done;
  await stop(service);

  for (const { weather } of members) {
    expect([...weather.states].sort()).toEqual(['open', 'reconnecting']);
    expect(weather.retriesAfterMs.length).toBeGreaterThanOrEqual(RESTARTS);
    expect(weather.closeCodes.filter((code) => code === 1012).length).toBeGreaterThanOrEqual(RESTARTS);
  }
  const retriesAfterMs = members.flatMap(({ weather }) => weather.retriesAfterMs);
  const spreadMs = socketLimits.restartSpreadMs;
  expect(Math.min(...retriesAfterMs)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...retriesAfterMs)).toBeLessThanOrEqual(spreadMs);
  const tenths = new Set(retriesAfterMs.map((ms) => Math.floor((ms / spreadMs) * 10)));
  expect(tenths.size).toBeGreaterThanOrEqual(10);

  const journal = createSqliteJournal({ path });
  onTestFinished(() => journal.close());
  const published = await findPlan(journal, plan.id);
  for (const { id, acknowledged } of members) {
    const records = await audit(journal, published, id, acknowledged);
    expect(records.filter(({ event }) => event.type === 'answer.submit')).toHaveLength(acknowledged.length);
    expect(records.at(-1)).toMatchObject({ event: { type: 'interview.end' }, state: 'COMPLETE' });
  }
  const answers = members.flatMap(({ acknowledged }) => acknowledged).length;
  process.stdout.write(`${answers} answers over ${RESTARTS} restarts\n`);
}, 120_000);
