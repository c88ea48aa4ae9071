import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { callApi, spawnService } from '../support/service.ts';

test('[J69] a service whose journal has lost its thread refuses what it cannot store and ends with 1', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'viva-thread-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const env = { VIVA_STORE: `sqlite:${folder}/viva.db` };
  const service = await spawnService({ ...env, VIVA_TEST_TRAP: 'a trap' }, 'threadless');
  onTestFinished(() => service.kill());
  const stored = await callApi<{ id: string }>(service, '/api/interviews', { planId: 'backend-basics' });
  const creation = { planId: 'backend-basics', externalId: 'a trap' };
  await expect(callApi(service, '/api/interviews', creation)).rejects.toThrow(/503|fetch failed/);
  expect(await service.ended).toBeNull();
  expect(await service.stop()).toBe(1);

  const next = await spawnService(env, 'node');
  onTestFinished(() => next.kill());
  expect(await callApi(next, `/api/interviews/${stored.id}`)).toMatchObject({ interviewId: stored.id });
});
