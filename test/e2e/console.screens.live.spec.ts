import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { type Client, createClient } from '../../src/client.ts';
import { searchWithAxe } from '../support/axe.ts';
import { until } from '../support/candidate.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// The console against a real service: an operator creates an interview, a candidate answers, a reviewer watches.

let folder: string;
let service: SpawnedService;
let candidate: Client;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'viva-console-live-'));
  service = await spawnService({ VIVA_STORE: `sqlite:${folder}/viva.db` });
});

test.afterAll(async () => {
  candidate?.close();
  await service.kill();
  rmSync(folder, { recursive: true });
});

/** The candidate of a link, over a real socket. */
function connectCandidate(link: string): Client {
  const { pathname, hash } = new URL(link);
  const interviewId = pathname.split('/').at(-1) ?? '';
  const client = createClient({ url: service.url, interviewId, token: hash.slice(1) });
  client.connect();
  return client;
}

const state = (page: Page) => page.locator('.badge-state');

async function saved(page: Page, name: string): Promise<Record<string, unknown>> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  expect(download.suggestedFilename()).toMatch(new RegExp(`^viva-.+-${name.toLowerCase()}\\.json$`));
  return JSON.parse(readFileSync(await download.path(), 'utf8')) as Record<string, unknown>;
}

test('an operator creates, follows, extends and cancels an interview', async ({ page, browser }) => {
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));

  await page.goto(service.consoleUrl);
  await expect(page.getByRole('heading', { name: 'Interviews' })).toBeVisible();
  // The key is in the tab, and in no place that is copied, bookmarked or kept in the history.
  expect(page.url()).toBe(`${service.url}/console`);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Interviews' })).toBeVisible();

  await page.getByRole('button', { name: 'New interview' }).click();
  await page.getByLabel('Plan', { exact: true }).selectOption('backend-basics');
  await page.getByLabel('Candidate name').fill('Ada Lovelace');
  await page.getByLabel('Time').selectOption('1.5');
  await page.getByRole('button', { name: 'Create interview' }).click();
  // A stray click beside the links must not lose them.
  await page.mouse.click(5, 5);
  const link = await page.getByLabel('Candidate link', { exact: true }).inputValue();
  const reviewerLink = await page.getByLabel('Reviewer link', { exact: true }).inputValue();
  await page.getByRole('button', { name: 'Done' }).click();

  const row = page.getByRole('row').filter({ hasText: 'Ada Lovelace' });
  await expect(row.getByText('Invited')).toBeVisible();
  await row.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1, name: 'Ada Lovelace' })).toBeFocused();
  await expect(state(page)).toHaveText('Invited');
  await expect(page.getByText('away', { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Links' }).click();
  await expect(page.getByLabel('Candidate link', { exact: true })).toHaveValue(link);
  await expect(page.getByLabel('Reviewer link', { exact: true })).toHaveValue(reviewerLink);
  await page.getByRole('button', { name: 'Close' }).click();

  candidate = connectCandidate(link);
  await expect(page.getByText('here', { exact: true })).toBeVisible();
  await until(candidate, ({ state: one }) => one === 'IDLE');
  await candidate.send({ type: 'interview.start', consent: true });
  await expect(state(page)).toHaveText('Answering');
  const { prompt } = await until(candidate, (view) => view.prompt !== null);
  if (!prompt) throw new Error('nothing was asked');
  // 240 s × 1.5, in the candidate's view and on the reviewer's clock.
  expect((prompt.deadlineAt ?? 0) - prompt.askedAt).toBe(360_000);
  await expect(page.getByText(/^5:\d\d$/)).toBeVisible();

  await candidate.send({ type: 'answer.draft', promptId: prompt.id, text: 'x'.repeat(42) });
  await expect(page.getByText('draft of 42 characters')).toBeVisible();
  const text = 'Sending the same request twice has the same effect on the server as sending it once.';
  await candidate.send({ type: 'answer.submit', promptId: prompt.id, text });
  await expect(state(page)).toHaveText('Follow-up');
  const card = page.getByRole('article').first();
  await expect(card.getByText(text.slice(0, 20), { exact: false }).first()).toBeVisible();
  await expect(card.locator('mark').first()).toBeVisible();
  await expect(card.getByText(/Asked further/)).toBeVisible();
  await expect(card.getByText('threshold 60% not reached')).toBeVisible();

  await page.getByRole('button', { name: /^Records/ }).click();
  const records = page.getByRole('region', { name: 'Records, newest first' });
  await expect(records.getByText('answer.submit')).toBeVisible();
  await expect(records.getByText('followUp.decided')).toBeVisible();

  const before = (await until(candidate, (view) => view.prompt?.kind === 'followUp')).prompt;
  await page.getByRole('button', { name: 'Extend time' }).click();
  await page.getByLabel('By').selectOption('5');
  await page.getByRole('button', { name: 'Extend', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await until(candidate, (view) => view.prompt?.deadlineAt === (before?.deadlineAt ?? 0) + 300_000);
  await expect(records.getByText('deadline.extend', { exact: true })).toBeVisible();

  expect(((await saved(page, 'Report')).candidate as { name: string }).name).toBe('Ada Lovelace');
  expect((await saved(page, 'Transcript')).entries).toHaveLength(2);

  const context = await browser.newContext();
  const reviewer = await context.newPage();
  await reviewer.goto(reviewerLink);
  await expect(state(reviewer)).toHaveText('Follow-up');
  expect(reviewer.url()).not.toContain('#');
  await expect(reviewer.getByRole('button', { name: /Cancel|Extend|Links/ })).toHaveCount(0);
  expect(await searchWithAxe(reviewer)).toEqual([]);

  await page.getByRole('button', { name: 'Cancel interview' }).click();
  await page.getByLabel('Reason').fill('The position is filled');
  await page.getByRole('button', { name: 'Cancel the interview' }).click();
  for (const watcher of [page, reviewer]) await expect(state(watcher)).toHaveText('Cancelled');
  await until(candidate, ({ outcome }) => outcome === 'cancelled');
  await expect(page.getByRole('button', { name: 'Cancel interview' })).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByRole('button', { name: 'Cancel interview' })).toBeFocused();
  await expect(records.getByText('reason: The position is filled')).toBeVisible();
  expect(await searchWithAxe(page)).toEqual([]);
  await context.close();

  await page.getByRole('link', { name: 'Interviews' }).click();
  await expect(row.getByText('Cancelled', { exact: true })).toBeVisible();
  await page.getByRole('radio', { name: 'Invited' }).check();
  await expect(row).toHaveCount(0);
  await page.goBack();
  await expect(row).toBeVisible();
  expect(faults).toEqual([]);
});

test('a key that is not accepted is asked for again, and the right one opens the list', async ({ page }) => {
  await page.goto(`${service.url}/console#key=wrong`);
  await expect(page.getByRole('alert').filter({ hasText: 'did not accept' })).toBeVisible();
  await page.getByLabel('Admin key').fill(service.adminKey);
  await page.getByRole('button', { name: 'Open the console' }).click();
  await expect(page.getByRole('heading', { name: 'Interviews' })).toBeVisible();
});

test('a link that is not accepted says so instead of trying for ever', async ({ page }) => {
  const { interviews } = await callApi<{ interviews: { id: string }[] }>(service, '/api/interviews');
  await page.goto(`${service.url}/console/interviews/${interviews[0]?.id}#not.a.token`);
  await expect(page.getByRole('alert').filter({ hasText: 'did not accept' })).toBeVisible();
});

test('an interview that does not exist is named as such', async ({ page }) => {
  await page.goto(service.consoleUrl);
  await expect(page.getByRole('heading', { name: 'Interviews' })).toBeVisible();
  await page.goto(`${service.url}/console/interviews/no-such-one`);
  await expect(page.getByRole('heading', { name: 'No such interview' })).toBeVisible();
});
