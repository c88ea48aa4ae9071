import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { searchWithAxe } from '../support/axe.ts';
import { runBin } from '../support/cli.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// What a candidate takes away at the end, against a real service; and that an erasure leaves nothing on the device.

let folder: string;
let service: SpawnedService;

const question = (id: string) => ({
  id,
  text: `What do you know about ${id}?`,
  maxFollowUps: 0,
  rubric: { points: [{ id: 'first', text: 'It mentions a lighthouse at the coast' }] },
});

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'viva-receipt-'));
  service = await spawnService({ VIVA_STORE: `sqlite:${folder}/viva.db` });
  const plan = { id: 'calm', title: 'Calm', questions: [question('harbours'), question('weather')] };
  await callApi(service, '/api/plans', plan);
});

test.afterAll(async () => {
  await service.kill();
  rmSync(folder, { recursive: true });
});

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const receipt = (page: Page) => page.getByRole('region', { name: 'Your receipt' });

async function begin(page: Page): Promise<string> {
  const invited = await callApi<{ id: string; candidateUrl: string }>(service, '/api/interviews', { planId: 'calm' });
  const { id, candidateUrl } = invited;
  await page.goto(candidateUrl);
  await page.getByRole('button', { name: 'Start the interview' }).click();
  await expect(page.getByLabel('Your answer')).toBeVisible();
  return id;
}

async function finish(page: Page): Promise<string> {
  const id = await begin(page);
  await page.getByLabel('Your answer').fill('There is a lighthouse,\n  and ships.');
  await page.getByLabel('Your answer').press('Control+Enter');
  await expect(heading(page)).toHaveText('What do you know about weather?');
  await page.getByRole('button', { name: 'Skip' }).click();
  await page.getByRole('button', { name: 'Skip it' }).click();
  await expect(heading(page)).toHaveText('That was the last question. Thank you.');
  await expect(receipt(page)).toBeVisible();
  return id;
}

const keysLeft = (page: Page) =>
  page.evaluate<string[]>("Object.keys(localStorage).filter((key) => key.startsWith('viva.'))");

async function download(page: Page, name: string): Promise<{ name: string; text: string }> {
  const begun = page.waitForEvent('download');
  await page.getByRole('button', { name }).click();
  const file = await begun;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

for (const { viewport, colorScheme } of [
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
] as const)
  test.describe(`${viewport.width} px, ${colorScheme}`, () => {
    test.use({ viewport, colorScheme, contextOptions: { reducedMotion: 'reduce' } });

    test('the receipt says what was asked and answered, where the time went and what happens now', async ({ page }) => {
      const faults: string[] = [];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      const id = await finish(page);
      const region = receipt(page);
      await expect(region.getByRole('heading', { name: 'What happens now' })).toBeVisible();
      await expect(region.getByRole('row', { name: /^Thinking and writing/ })).toBeVisible();
      await expect(region.getByRole('row', { name: /^In all/ })).toBeVisible();
      const details = region.getByText('What you were asked, and what you answered');
      await details.focus();
      await page.keyboard.press('Enter');
      await expect(region.getByText('There is a lighthouse,')).toBeVisible();
      await expect(region.getByText('You skipped it.')).toBeVisible();
      // Reading a receipt is no reason to lose what a reader was at.
      await expect(details).toBeFocused();
      expect(await searchWithAxe(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);

      const text = await download(page, 'Download as text');
      expect(text.name).toBe(`interview-${id}.txt`);
      expect(text.text).toContain('There is a lighthouse,\n  and ships.');
      const json = await download(page, 'Download as JSON');
      const { interviewId, entries, chain } = JSON.parse(json.text);
      expect([interviewId, entries.length, chain.isIntact]).toEqual([id, 2, true]);
      await expect(region.locator('code')).toHaveText(chain.headHash);
      expect(text.text).toContain(chain.headHash);
      // The code is one that the team can check.
      const checked = await runBin([], 'verify', id, '--head', chain.headHash, '--store', `sqlite:${folder}/viva.db`);
      expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('receipt: the head after record') });
      expect(await keysLeft(page)).toEqual([]);
      expect(faults).toEqual([]);
    });
  });

test('a receipt that cannot be had now is offered again, and the link brings it back later', async ({ page }) => {
  await page.route('**/transcript', (route) => route.fulfill({ status: 503, body: '' }));
  await finish(page);
  const again = receipt(page).getByRole('button', { name: 'Load the receipt' });
  await expect(again).toBeVisible();
  await page.unroute('**/transcript');
  await again.click();
  await expect(receipt(page).getByRole('heading', { name: 'The code to quote' })).toBeVisible();
  await page.reload();
  await expect(receipt(page).getByRole('heading', { name: 'The code to quote' })).toBeVisible();
});

test('[C12] an interview that is erased leaves no draft on the device, whether its page was open or is opened later', async ({
  page,
}) => {
  const id = await begin(page);
  await page.getByLabel('Your answer').fill('A lighthouse');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  expect(await keysLeft(page)).not.toEqual([]);
  const left = await page.evaluate<[string, string][]>('Object.entries(localStorage)');
  const erase = await fetch(`${service.url}/api/interviews/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${service.adminKey}` },
  });
  expect(erase.status).toBe(204);
  await expect(heading(page)).toHaveText('This interview has been erased');
  await expect.poll(() => keysLeft(page)).toEqual([]);

  await page.evaluate(`for (const [key, value] of ${JSON.stringify(left)}) localStorage.setItem(key, value)`);
  await page.reload();
  await expect(heading(page)).toHaveText('This interview has been erased');
  await expect.poll(() => keysLeft(page)).toEqual([]);
});
