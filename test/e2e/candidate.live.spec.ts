import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Report } from '../../src/report/report.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// The candidate's page against a real service: what survives a refresh, a second tab, a deadline, a pause.

let folder: string;
let service: SpawnedService;

function question(id: string, timeSeconds: number) {
  return {
    id,
    text: `What do you know about ${id}?`,
    timeSeconds,
    maxFollowUps: 1,
    rubric: {
      points: [
        { id: 'first', text: 'It mentions a lighthouse at the coast', followUp: 'What stands at the coast?' },
        { id: 'second', text: 'It mentions an umbrella for rainy days', followUp: 'What helps on rainy days?' },
      ],
    },
  };
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'viva-candidate-live-'));
  service = await spawnService({ VIVA_STORE: `sqlite:${folder}/viva.db` });
  const plans = [
    { id: 'calm', title: 'Calm', questions: [question('harbours', 600), question('weather', 600)] },
    {
      id: 'hasty',
      title: 'Hasty',
      candidate: { seesScores: true },
      questions: [{ ...question('harbours', 6), maxFollowUps: 0 }],
    },
  ];
  for (const plan of plans) await callApi(service, '/api/plans', plan);
});

test.afterAll(async () => {
  await service.kill();
  rmSync(folder, { recursive: true });
});

/** What goes wrong in the page, a refusal by the content policy included. */
let faults: string[] = [];
test.beforeEach(({ page }) => {
  faults = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
});

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const box = (page: Page) => page.getByLabel('Your answer');

async function invite(planId: string): Promise<{ id: string; candidateUrl: string }> {
  return callApi(service, '/api/interviews', { planId });
}

async function begin(page: Page, planId: string): Promise<{ id: string; candidateUrl: string }> {
  const invited = await invite(planId);
  await page.goto(invited.candidateUrl);
  await page.getByRole('button', { name: 'Start the interview' }).click();
  await expect(box(page)).toBeVisible();
  return invited;
}

const keysLeft = (page: Page) =>
  page.evaluate<string[]>("Object.keys(localStorage).filter((key) => key.startsWith('viva.'))");

test('a keystroke that was never sent survives a refresh, and another device gets it', async ({ page, browser }) => {
  let line = { isCut: false };
  await page.routeWebSocket(/\/socket$/, (socket) => {
    const own = { isCut: false };
    line = own;
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      if (!own.isCut) server.send(message);
    });
  });
  const { candidateUrl } = await begin(page, 'calm');
  await box(page).fill('A lighthouse');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();

  // Nothing that is typed now can leave the device, not even on the way out.
  line.isCut = true;
  await box(page).pressSequentially(' at the coast');
  await page.reload();
  await expect(box(page)).toHaveValue('A lighthouse at the coast');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();

  const other = await browser.newPage();
  await other.goto(candidateUrl);
  await expect(box(other)).toHaveValue('A lighthouse at the coast');

  // The newer place takes over, and gives it back with what was written there.
  await expect(heading(page)).toHaveText('The interview is open somewhere else');
  await box(other).pressSequentially(', and ships');
  await expect(other.getByText('Saved', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Continue here' }).click();
  await expect(box(page)).toHaveValue('A lighthouse at the coast, and ships');
  await expect(heading(other)).toHaveText('The interview is open somewhere else');
  await other.close();
  expect(faults).toEqual([]);
});

test('a follow-up shows its reason and the earlier answer; a pause stops the clock; skip and end ask first', async ({
  page,
}) => {
  await begin(page, 'calm');
  await expect(heading(page)).toBeFocused();
  await box(page).fill('There is a lighthouse at the coast, I believe.');
  await box(page).press('Control+Enter');
  await expect(heading(page)).toHaveText('What helps on rainy days?');
  await expect(heading(page)).toBeFocused();
  await expect(page.getByRole('complementary', { name: 'Why this is asked' })).toBeVisible();
  await page.getByText('The question and what you wrote').click();
  await expect(page.locator('.earlier-question')).toHaveText('What do you know about harbours?');
  await expect(page.locator('.earlier-answer')).toHaveText('There is a lighthouse at the coast, I believe.');

  await box(page).fill('An umbr');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(heading(page)).toHaveText('Paused. Your time has stopped.');
  await expect(page.getByText('What helps on rainy days?')).toHaveCount(0);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(box(page)).toHaveValue('An umbr');

  await page.getByRole('button', { name: 'Skip' }).click();
  await page.getByRole('button', { name: 'Skip it' }).click();
  await expect(heading(page)).toHaveText('What do you know about weather?');
  await expect(page.getByText('Time was up')).toHaveCount(0);
  await page.getByRole('button', { name: 'End interview' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'End interview' }).click();
  await expect(heading(page)).toHaveText('You ended the interview.');
  expect(await keysLeft(page)).toEqual([]);
  expect(faults).toEqual([]);
});

test('when time runs out under the fingers, the last words are the answer', async ({ page }) => {
  const { id } = await begin(page, 'hasty');
  const words = 'A lighthouse at the coast';
  // Less than a second is left: a save after a second of rest would come too late.
  await page.evaluate(
    `new Promise((resolve) => {
      const look = () =>
        document.querySelector('[role=timer]')?.textContent === '0:01' ? resolve() : requestAnimationFrame(look);
      look();
    })`,
  );
  await box(page).fill(words);
  await expect(heading(page)).toHaveText(/last question/, { timeout: 15_000 });
  await expect(page.getByRole('heading', { name: 'Your results' })).toBeVisible();
  const report = await callApi<Report>(service, `/api/interviews/${id}/report`);
  expect(JSON.stringify(report)).toContain(`"text":"${words}"`);
  expect(await keysLeft(page)).toEqual([]);
  expect(faults).toEqual([]);
});

test('an interview can be declined', async ({ page }) => {
  const { candidateUrl } = await invite('calm');
  await page.goto(candidateUrl);
  await page.getByRole('button', { name: 'I do not want to take part' }).click();
  await page.getByRole('button', { name: 'Decline' }).click();
  await expect(heading(page)).toHaveText('You declined this interview.');
  expect(faults).toEqual([]);
});

test('a link that is wrong or cut in two says so', async ({ page }) => {
  const { candidateUrl } = await invite('calm');
  await page.goto(`${candidateUrl}x`);
  await expect(heading(page)).toHaveText('This link does not open the interview');
  await page.goto(candidateUrl.replace(/#.*/, ''));
  await expect(heading(page)).toHaveText('This link is not complete');
});

test('the page loads nothing from elsewhere and nothing of the console', async ({ page }) => {
  const { candidateUrl } = await invite('calm');
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  await page.goto(candidateUrl);
  await expect(heading(page)).toBeVisible();
  expect(addresses.filter((address) => !address.startsWith(service.url))).toEqual([]);
  expect(addresses.filter((address) => address.includes('console'))).toEqual([]);
  expect(addresses.some((address) => address.endsWith('.js'))).toBe(true);
});
