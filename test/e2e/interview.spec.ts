import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { createClient } from '../../src/client.ts';
import type { Report } from '../../src/report/report.ts';
import { searchWithAxe } from '../support/axe.ts';
import { comparable, sayingFor, until } from '../support/candidate.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// D1 and D2 of PROTOCOL.md, through the page: a candidate in a real browser, the service killed under them.

let folder: string;
let service: SpawnedService;
let env: Record<string, string>;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'viva-page-'));
  env = { VIVA_STORE: `sqlite:${folder}/viva.db` };
  service = await spawnService(env);
  env.PORT = new URL(service.url).port;
});

test.afterAll(async () => {
  await service.kill();
  rmSync(folder, { recursive: true });
});

interface Created {
  id: string;
  candidateUrl: string;
  candidateToken: string;
  reviewerUrl: string;
}

function create(): Promise<Created> {
  return callApi<Created>(service, '/api/interviews', { planId: 'backend-basics', candidate: { name: 'Ada' } });
}

function report(id: string): Promise<Report> {
  return callApi<Report>(service, `/api/interviews/${id}/report`);
}

/** The same answers through the client, with nothing broken. */
async function undisturbedReport(): Promise<unknown> {
  const { id, candidateToken } = await create();
  const client = createClient({ url: service.url, interviewId: id, token: candidateToken });
  client.connect();
  await until(client, ({ state }) => state === 'IDLE');
  await client.send({ type: 'interview.start', consent: true });
  let view = await until(client, ({ prompt }) => prompt !== null);
  while (view.prompt) {
    const promptId = view.prompt.id;
    await client.send({ type: 'answer.submit', promptId, text: sayingFor(promptId) });
    view = await until(
      client,
      ({ state, prompt }) => state === 'COMPLETE' || (prompt !== null && prompt.id !== promptId),
    );
  }
  client.close();
  return comparable(await report(id));
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const answerBox = (page: Page) => page.getByRole('textbox');

/** The id of the prompt that is on the screen, as the reviewer sees it. */
async function promptId(id: string): Promise<string | undefined> {
  const view = await callApi<{ prompt: { id: string } | null }>(service, `/api/interviews/${id}`);
  return view.prompt?.id;
}

test('[D1] [D2] a candidate finishes in the browser although the service is killed twice', async ({ page }) => {
  const expected = await undisturbedReport();
  const { id, candidateUrl, reviewerUrl } = await create();
  await page.goto(candidateUrl);
  expect(await searchWithAxe(page)).toEqual([]);
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Start the interview' }).click();
  await expect(answerBox(page)).toBeVisible();

  for (let count = 1; (await heading(page).textContent())?.includes('last question') !== true; count += 1) {
    const current = await promptId(id);
    if (current === undefined) break;
    const asked = await heading(page).textContent();
    const saying = sayingFor(current);
    await answerBox(page).fill(saying.slice(0, 10));
    if (count === 3) {
      await expect(page.getByText('Saved', { exact: false }).first()).toBeVisible();
      await service.kill();
      await expect(page.getByText(/reconnecting/i).first()).toBeVisible();
      // Typing goes on without the service.
      await answerBox(page).fill(saying.slice(0, 20));
      service = await spawnService(env);
      await expect(page.getByText(/reconnecting/i)).toHaveCount(0, { timeout: 20_000 });
      await page.reload();
      await expect(answerBox(page)).toHaveValue(saying.slice(0, 20));
    }
    await answerBox(page).fill(saying);
    if (count === 2) expect(await searchWithAxe(page)).toEqual([]);
    await answerBox(page).press('Control+Enter');
    if (count === 5) {
      // Wait for the acknowledgement only, then kill.
      await expect
        .poll(
          async () =>
            (await callApi<{ state: string; prompt: { id: string } | null }>(service, `/api/interviews/${id}`)).prompt
              ?.id,
        )
        .not.toBe(current);
      await service.kill();
      service = await spawnService(env);
    }
    await expect(heading(page)).not.toHaveText(asked ?? '', { timeout: 20_000 });
    await expect(answerBox(page).or(heading(page).filter({ hasText: 'last question' }))).toBeVisible({
      timeout: 20_000,
    });
    expect(count).toBeLessThan(60);
  }

  await expect(heading(page)).toHaveText(/last question/);
  expect(await searchWithAxe(page)).toEqual([]);
  const done = await report(id);
  expect(done.counts.asked).toBeGreaterThanOrEqual(5);
  expect(done.counts.followUps).toBeGreaterThan(0);
  expect(comparable(done)).toEqual(expected);

  await page.goto(reviewerUrl);
  await expect(heading(page)).toBeVisible();
  await expect(page.getByText(/Finished|finished/).first()).toBeVisible();
});
