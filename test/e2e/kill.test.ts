import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/client.ts';
import type { Report } from '../../src/report/report.ts';
import { seededRandom } from '../../src/simulation/random.ts';
import { comparable, sayingFor, until } from '../support/candidate.ts';
import { takeSeed } from '../support/random.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// Rules D1 and D2: PROTOCOL.md.

interface Run {
  report: unknown;
  promptCount: number;
}

/** Run one interview to its end; kill the service after each of the given answers and start it again. */
async function interview(env: Record<string, string>, killAfter: number[]): Promise<Run> {
  let service: SpawnedService = await spawnService(env);
  onTestFinished(() => service.kill());
  const { port } = new URL(service.url);
  const created = await callApi<{ id: string; candidateToken: string }>(service, '/api/interviews', {
    planId: 'backend-basics',
  });
  const client = createClient({ url: service.url, interviewId: created.id, token: created.candidateToken });
  onTestFinished(() => client.close());
  client.connect();
  await until(client, ({ state }) => state === 'IDLE');
  await client.send({ type: 'interview.start', consent: true });
  let promptCount = 0;
  let view = await until(client, ({ prompt }) => prompt !== null);
  while (view.prompt) {
    const { id } = view.prompt;
    promptCount += 1;
    await client.send({ type: 'answer.draft', promptId: id, text: 'half a thought' });
    if (killAfter.includes(promptCount)) {
      const before = await until(client, ({ prompt }) => prompt?.draft === 'half a thought');
      await service.kill();
      service = await spawnService({ ...env, PORT: port });
      const after = await until(client, ({ prompt }) => prompt?.id === id);
      expect(after.prompt).toEqual(before.prompt);
      await client.send({ type: 'answer.submit', promptId: id, text: sayingFor(id) });
      // Acknowledged this instant: killed before the evaluation can have come far.
      await service.kill();
      service = await spawnService({ ...env, PORT: port });
    } else await client.send({ type: 'answer.submit', promptId: id, text: sayingFor(id) });
    view = await until(client, ({ state, prompt }) => state === 'COMPLETE' || (prompt !== null && prompt.id !== id));
  }
  const report = await callApi<Report>(service, `/api/interviews/${created.id}/report`);
  expect(await service.stop()).toBe(0);
  return { report: comparable(report), promptCount };
}

test('[D1] [D2] an interview that is killed after acknowledged answers ends like an undisturbed one', async () => {
  const random = seededRandom(takeSeed('kill'));
  const folder = mkdtempSync(join(tmpdir(), 'viva-kill-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const undisturbed = await interview({ VIVA_STORE: `sqlite:${folder}/undisturbed.db` }, []);
  expect(undisturbed.report).toMatchObject({ state: 'COMPLETE', outcome: 'finished' });
  expect(undisturbed.promptCount).toBeGreaterThan(6);
  const killAfter = [1, 2].map(() => 1 + Math.floor(random() * undisturbed.promptCount));
  const killed = await interview({ VIVA_STORE: `sqlite:${folder}/killed.db` }, killAfter);
  expect(killed).toEqual(undisturbed);
}, 120_000);
