import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { type Client, createClient } from '../../src/client.ts';
import { searchWithAxe } from '../support/axe.ts';
import { until } from '../support/candidate.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// The course of an interview in the console: the statechart, the way over it, and the page at earlier moments.

const pictures = join(import.meta.dirname, '../../test-results/console');
const firstAnswer = 'Sending the same request twice has the same effect on the server as sending it once.';
const secondAnswer = 'After a timeout the client cannot know whether the first attempt was processed, so it retries.';

let folder: string;
let service: SpawnedService;
const clients: Client[] = [];

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'viva-console-flow-'));
  service = await spawnService({ VIVA_STORE: `sqlite:${folder}/viva.db` });
});

test.afterAll(async () => {
  for (const client of clients) client.close();
  await service.kill();
  rmSync(folder, { recursive: true });
});

interface Made {
  id: string;
  candidateToken: string;
  reviewerUrl: string;
}

function create(): Promise<Made> {
  return callApi(service, '/api/interviews', { planId: 'backend-basics', candidate: { name: 'Ada Lovelace' } });
}

function enter({ id, candidateToken }: Made): Client {
  const client = createClient({ url: service.url, interviewId: id, token: candidateToken });
  clients.push(client);
  client.connect();
  return client;
}

/** Start, write, pause, go on, answer, answer the follow-up. */
async function playFirstQuestion(client: Client): Promise<void> {
  await until(client, ({ state }) => state === 'IDLE');
  await client.send({ type: 'interview.start', consent: true });
  const { prompt } = await until(client, (view) => view.prompt !== null);
  await client.send({ type: 'answer.draft', promptId: prompt?.id ?? '', text: 'Sending the same' });
  await client.send({ type: 'interview.pause' });
  await client.send({ type: 'interview.resume' });
  await client.send({ type: 'answer.submit', promptId: prompt?.id ?? '', text: firstAnswer });
  const followUp = await until(client, (view) => view.prompt?.kind === 'followUp');
  await client.send({ type: 'answer.submit', promptId: followUp.prompt?.id ?? '', text: secondAnswer });
}

/** A whole interview: after the first question the others are skipped. */
async function play(): Promise<Made> {
  const made = await create();
  const client = enter(made);
  await playFirstQuestion(client);
  let view = await until(client, ({ prompt }) => prompt?.index === 2);
  while (view.prompt) {
    const { id } = view.prompt;
    await client.send({ type: 'prompt.skip', promptId: id });
    // The ack comes before the view.
    view = await until(client, ({ prompt, state }) => state === 'COMPLETE' || (prompt !== null && prompt.id !== id));
  }
  client.close();
  return made;
}

let played: Promise<Made> | undefined;
const readPlayed = () => {
  played ??= play();
  return played;
};

/** Open an interview as its reviewer, at a part of its address. */
async function open(page: Page, { reviewerUrl }: Made, query = ''): Promise<void> {
  const url = new URL(reviewerUrl);
  url.search = query;
  await page.goto(url.href);
  await expect(page.getByRole('heading', { level: 1, name: 'Ada Lovelace' })).toBeVisible();
}

const slider = (page: Page) => page.getByRole('slider', { name: 'Moment' });
const chart = (page: Page) => page.getByRole('region', { name: 'Statechart' });
const path = (page: Page) => page.locator('.interview-path code').first();

async function records(made: Made): Promise<{ seq: number; state: string; event: { type: string } }[]> {
  return (await callApi<{ records: never[] }>(service, `/api/interviews/${made.id}/journal`)).records;
}

const seqOf = (all: Awaited<ReturnType<typeof records>>, type: string) =>
  all.find(({ event }) => event.type === type)?.seq ?? 0;

test('arrow keys move the whole page through the interview, and the address keeps the moment', async ({ page }) => {
  const made = await readPlayed();
  const all = await records(made);
  await open(page, made);
  await expect(slider(page)).toHaveAttribute('aria-valuetext', new RegExp(`^Record ${all.length} of ${all.length}`));
  await expect(path(page)).toHaveText('COMPLETE');
  await slider(page).focus();
  await page.keyboard.press('Home');
  await expect(path(page)).toHaveText('IDLE');
  await expect(page.getByText('The candidate has not started yet.')).toBeVisible();
  await expect(page.getByRole('article')).toHaveCount(0);

  const paused = seqOf(all, 'interview.pause');
  for (let seq = 1; seq < paused; seq += 1) await page.keyboard.press('ArrowRight');
  await expect(path(page)).toHaveText('QUESTIONING.PAUSED');
  await expect(page.locator('.badge-state')).toHaveText('Paused');
  await expect(page).toHaveTitle(/^Finished/);
  await expect(page).toHaveURL(new RegExp(`\\?at=${paused}$`));
  await expect(page.getByText('draft of 16 characters')).toBeVisible();
  await expect(page.getByText(firstAnswer.slice(0, 20))).toHaveCount(0);
  await expect(page.locator('.fact').filter({ hasText: 'Score' })).toContainText('none yet');

  // The moment is still there for who opens the address, and without the secret in it.
  expect(page.url()).not.toContain('#');
  await page.reload();
  await expect(path(page)).toHaveText('QUESTIONING.PAUSED');
  await expect(slider(page)).toHaveValue(String(paused));

  await page.getByRole('button', { name: 'Latest' }).click();
  await expect(path(page)).toHaveText('COMPLETE');
  await expect(page.locator('.badge-state')).toHaveText('Finished');
  await expect(page).not.toHaveURL(/at=/);
  await expect(page.getByText(firstAnswer.slice(0, 20)).first()).toBeVisible();
});

test('the statechart shows the way that was taken, and each transition its records', async ({ page }) => {
  const made = await readPlayed();
  const all = await records(made);
  const scripts: string[] = [];
  page.on('request', (request) => request.url().endsWith('.js') && scripts.push(request.url()));
  await open(page, made);
  await expect(slider(page)).toBeVisible();
  expect(scripts.filter((url) => url.includes('/chart-'))).toEqual([]);
  await page.getByRole('button', { name: /^Flow/ }).click();
  await expect(chart(page).getByRole('button', { name: 'COMPLETE is here' })).toBeVisible();
  expect(scripts.filter((url) => url.includes('/chart-'))).toHaveLength(1);

  const pause = chart(page).getByRole('button', { name: /^interview\.pause/ });
  await expect(pause.filter({ hasText: 'taken' })).toHaveCount(1);
  await pause.filter({ hasText: 'taken' }).focus();
  await page.keyboard.press('Enter');
  const chosen = page.getByRole('region', { name: 'Chosen on the chart' });
  await chosen.getByRole('button', { name: `Go to record ${seqOf(all, 'interview.pause')}` }).click();
  await expect(path(page)).toHaveText('QUESTIONING.PAUSED');
  await expect(chart(page).getByRole('button', { name: 'PAUSED is here' })).toHaveCount(1);
  await expect(chart(page).getByRole('button', { name: /interview\.resume.*may come next/ })).toHaveCount(1);
  await expect(chart(page).getByRole('button', { name: /interview\.resume.*taken/ })).toHaveCount(0);

  await chart(page).getByRole('button', { name: 'PAUSED is here' }).focus();
  await expect(chart(page).getByText("The candidate's clock is stopped until they resume")).toBeVisible();
  expect(await searchWithAxe(page)).toEqual([]);
});

test('as a table the flow says the same in words', async ({ page }) => {
  const made = await readPlayed();
  const all = await records(made);
  await open(page, made, '?flow');
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  const table = page.getByRole('region', { name: 'Transitions' });
  await expect(table.getByRole('rowheader', { name: /^COMPLETE is here/ })).toBeVisible();
  await page.getByLabel('Only what was taken').check();
  const skipped = all.filter(({ event }) => event.type === 'prompt.skip');
  await expect(
    table.getByRole('row', { name: /^prompt\.skip isSkippable QUESTIONING/ }).getByRole('button'),
  ).toHaveCount(skipped.length - 1);
  await table.getByRole('button', { name: `Go to record ${skipped[0]?.seq}` }).click();
  await expect(slider(page)).toHaveValue(String(skipped[0]?.seq));
  expect(await searchWithAxe(page)).toEqual([]);
});

test('a live interview is followed until one moves away, and again when one comes back', async ({ page }) => {
  const made = await create();
  const client = enter(made);
  await open(page, made, '?flow');
  await expect(chart(page).getByRole('button', { name: 'IDLE is here' })).toBeVisible();
  await playFirstQuestion(client);
  const { prompt } = await until(client, (view) => view.prompt?.index === 2);
  await expect(path(page)).toHaveText('QUESTIONING.ANSWERING');
  await expect(chart(page).getByRole('button', { name: /answer\.submit.*taken/ })).toHaveCount(2);

  await slider(page).focus();
  await page.keyboard.press('ArrowLeft');
  const shown = await slider(page).inputValue();
  await client.send({ type: 'prompt.skip', promptId: prompt?.id ?? '' });
  await until(client, (view) => view.prompt?.index === 3);
  await expect(slider(page)).toHaveAttribute('max', String(Number(shown) + 2));
  await expect(slider(page)).toHaveValue(shown);
  await expect(path(page)).toHaveText('EVALUATING.SCORING');
  await page.getByRole('button', { name: 'Back to live' }).click();
  await expect(path(page)).toHaveText('QUESTIONING.ANSWERING');
  await expect(page.getByText(/^Question 3 of/)).toBeVisible();
  client.close();
});

for (const { width, height, colorScheme } of [
  { width: 1280, height: 900, colorScheme: 'light' },
  { width: 1280, height: 900, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const)
  test.describe(`${width} px, ${colorScheme}`, () => {
    test.use({ viewport: { width, height }, colorScheme, contextOptions: { reducedMotion: 'reduce' } });

    test('the flow fits and has no fault that axe finds', async ({ page }) => {
      const made = await readPlayed();
      const faults: string[] = [];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(message.text()));
      const at = seqOf(await records(made), 'interview.resume');
      await open(page, made, `?flow&at=${at}`);
      await expect(chart(page).getByRole('button', { name: 'QUESTIONING is here' })).toHaveCount(1);
      await expect(page.getByText('draft of 16 characters')).toBeVisible();
      const take = (name: string) =>
        page.screenshot({ path: join(pictures, `flow-${name}-${width}-${colorScheme}.png`), fullPage: true });
      await chart(page)
        .getByRole('button', { name: /^interview\.pause.*taken/ })
        .focus();
      await page.keyboard.press('Enter');
      await take('chart');
      faults.push(...(await searchWithAxe(page)));
      await chart(page).getByRole('button', { name: 'Fit View' }).click();
      await take('whole');
      await page.getByRole('button', { name: 'Table', exact: true }).click();
      await take('table');
      faults.push(...(await searchWithAxe(page)));
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(faults).toEqual([]);
    });
  });
