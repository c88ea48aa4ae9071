import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { searchWithAxe } from '../support/axe.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// Where the time went and where everything comes from, in the console of a real service.

let folder: string;
let service: SpawnedService;

const question = (id: string) => ({
  id,
  text: `What do you know about ${id}?`,
  timeSeconds: 600,
  maxFollowUps: 0,
  rubric: { points: [{ id: 'first', text: 'It mentions a lighthouse at the coast' }] },
});

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'viva-facts-'));
  service = await spawnService({ VIVA_STORE: `sqlite:${folder}/viva.db` });
  const limits = { totalMinutes: 30, pauseMinutes: 10, disconnectedMinutes: 5 };
  await callApi(service, '/api/plans', {
    id: 'calm',
    title: 'Calm',
    limits,
    questions: ['harbours', 'weather'].map(question),
  });
});

test.afterAll(async () => {
  await service.kill();
  rmSync(folder, { recursive: true });
});

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

/** A candidate who has begun, in a window of their own. */
async function begin(browser: Browser) {
  const invited = await callApi<{ id: string; candidateUrl: string; reviewerUrl: string }>(service, '/api/interviews', {
    planId: 'calm',
  });
  const candidate = await browser.newPage();
  await candidate.goto(invited.candidateUrl);
  await candidate.getByRole('button', { name: 'Start the interview' }).click();
  await expect(candidate.getByLabel('Your answer')).toBeVisible();
  return { ...invited, candidate };
}

async function openConsole(page: Page, id: string): Promise<void> {
  await page.goto(service.consoleUrl.replace('/console#', `/console/interviews/${id}#`));
  await expect(page.getByRole('heading', { name: 'Where this comes from' })).toBeVisible();
}

const ledger = (page: Page) => page.getByRole('region', { name: 'Where the time went' });
const provenance = (page: Page) => page.getByRole('region', { name: 'Where this comes from' });
const fact = (page: Page, name: string) =>
  page.locator('.fact', { has: page.getByText(name, { exact: true }) }).locator('dd');

for (const { viewport, colorScheme } of [
  { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
] as const)
  test.describe(`${viewport.width} px, ${colorScheme}`, () => {
    test.use({ viewport, colorScheme, contextOptions: { reducedMotion: 'reduce' } });

    test('the ledger follows the interview and the moment, the chain is checked, the time allowed is changed', async ({
      page,
      browser,
    }) => {
      const faults: string[] = [];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      const { id, candidate } = await begin(browser);
      await openConsole(page, id);
      await candidate.getByRole('button', { name: 'Pause' }).click();
      await expect(fact(page, 'Time left')).toHaveText(/^stopped at \d+:\d\d.*of the pause$/);
      await candidate.getByRole('button', { name: 'Resume' }).click();
      await expect(ledger(page).getByRole('row', { name: /^Paused .*does not count/ })).toBeVisible();
      await candidate.getByLabel('Your answer').fill('There is a lighthouse at the coast.');
      await candidate.getByLabel('Your answer').press('Control+Enter');
      await expect(heading(candidate)).toHaveText('What do you know about weather?');
      await expect(
        ledger(page)
          .getByRole('row', { name: /^(Typing|Thinking)/ })
          .first(),
      ).toBeVisible();
      await expect(ledger(page).getByRole('img', { name: /Paused \d+:\d\d/ })).toBeVisible();
      await expect(provenance(page).getByText(/^rubric \d+$/)).toBeVisible();

      await page.getByRole('button', { name: 'Time allowed' }).click();
      const dialog = page.getByRole('dialog', { name: 'Change the time allowed' });
      await expect(dialog.getByLabel('Time', { exact: true })).toHaveValue('1');
      await dialog.getByLabel('Time', { exact: true }).selectOption('2');
      await dialog.getByLabel('Reason (optional)').fill('reads slowly');
      expect(await searchWithAxe(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Change' }).click();
      await expect(dialog).toHaveCount(0);
      await expect(provenance(page).getByText('2 times that of the plan')).toBeVisible();
      await expect(fact(page, 'Time left')).toHaveText(/(19|20):\d\d.*this prompt.*(59|1:00):\d\d/);

      await provenance(page).getByRole('button', { name: 'Check the chain now' }).click();
      await expect(provenance(page).getByText(/holds over \d+ records/)).toBeVisible();
      await expect(provenance(page).getByText('not checked yet')).toHaveCount(0);

      // An earlier moment has the ledger of that moment, and nothing to check.
      await page.goto(`${page.url().replace(/\?.*|#.*/, '')}?at=2`);
      await expect(ledger(page).getByText('Nothing yet: the time begins with the interview.')).toBeVisible();
      await expect(provenance(page).getByText('holds over 2 records')).toBeVisible();
      await expect(provenance(page).getByRole('button', { name: 'Check the chain now' })).toHaveCount(0);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
      expect(await searchWithAxe(page)).toEqual([]);
      expect(faults).toEqual([]);
      await candidate.close();
    });
  });

test('time that a missing connection stops is shown as stopped, and a chain that was broken says where', async ({
  page,
  browser,
}) => {
  const { id, candidate } = await begin(browser);
  await openConsole(page, id);
  await expect(fact(page, 'Time left')).toHaveText(/this prompt/);
  await candidate.close();
  // A candidate is on record as away after 10 s without a connection.
  await expect(fact(page, 'Time left')).toHaveText(/^stopped, away at (10:00|9:\d\d)$/, { timeout: 30_000 });
  await expect(ledger(page).getByRole('row', { name: /^Without a connection/ })).toBeVisible();

  const db = new DatabaseSync(`${folder}/viva.db`);
  db.prepare(
    `UPDATE record SET cause = 'operator' WHERE seq = 2 AND interview = (SELECT rowid FROM interview WHERE id = ?)`,
  ).run(id);
  db.close();
  await provenance(page).getByRole('button', { name: 'Check the chain now' }).click();
  await expect(provenance(page).getByText('is broken at record 2')).toBeVisible();
});
