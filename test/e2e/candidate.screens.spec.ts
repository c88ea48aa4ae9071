import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig, type PreviewServer, preview } from 'vite';
import { type MockState, mockStates } from '../../web/candidate/mock.ts';
import { searchWithAxe } from '../support/axe.ts';

// Every screen and dialog of the candidate's page in design mode. The pictures are kept in test-results/candidate for
// people to look at.

const root = join(import.meta.dirname, '../..');
let folder: string;
let server: PreviewServer;
let base: string;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'viva-candidate-'));
  const config: InlineConfig = {
    configFile: false,
    root: join(root, 'web'),
    publicDir: false,
    logLevel: 'error',
    plugins: [react()],
    build: { outDir: folder, rolldownOptions: { input: join(root, 'web/candidate/dev.html') } },
    preview: { port: 0, host: '127.0.0.1' },
  };
  await build(config);
  server = await preview(config);
  base = `${server.resolvedUrls?.local[0]}candidate/dev.html`;
});

test.afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Scene {
  name: string;
  state: MockState;
  /** What a person does before the picture is taken. */
  act?: (page: Page) => Promise<void>;
}

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).click();

const scenes: Scene[] = [
  ...(Object.keys(mockStates) as MockState[]).map((state) => ({ name: state, state })),
  { name: 'welcome, declining', state: 'welcome', act: press('I do not want to take part') },
  { name: 'welcome, no consent', state: 'welcome', act: press('Start the interview') },
  { name: 'question, skipping', state: 'question-draft', act: press('Skip') },
  { name: 'question, ending', state: 'question', act: press('End interview') },
  { name: 'question, blank', state: 'question', act: press(/^Submit answer/) },
  { name: 'question, sending without a connection', state: 'reconnecting', act: press(/^Submit answer/) },
  { name: 'follow-up, looking back', state: 'follow-up', act: (page) => page.locator('summary').click() },
  { name: 'paused, ending', state: 'paused', act: press('End interview') },
];

async function show(page: Page, state: MockState): Promise<void> {
  await page.goto(`${base}?state=${state}`);
  await page.locator('h1').waitFor();
}

/** Controls that are smaller than a finger. A checkbox counts with the label around it. */
const tooSmall = (page: Page) =>
  page
    .locator('button:visible, summary:visible, label.consent')
    .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML));

// Each scheme is searched by axe at one width: the colours do not depend on the width, nor places on the scheme.
const looks = [
  { viewport: { width: 1280, height: 800 }, colorScheme: 'light', isSearched: true },
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark', isSearched: true },
  // WCAG 1.4.10: what a window of 1280 by 1024 is at 400 %.
  { viewport: { width: 320, height: 256 }, colorScheme: 'dark', isSearched: false },
] as const;

test.describe('a screen', () => {
  // Colours are measured by axe, so nothing may be in the middle of a transition.
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  for (const { name, state, act } of scenes)
    test(`${name}: fits every width and has no fault that axe finds`, async ({ page }) => {
      const faults: string[] = [];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      // What is left of a minute is the same at the last width as at the first.
      await page.clock.setFixedTime(Date.now());
      for (const [index, { viewport, colorScheme, isSearched }] of looks.entries()) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        // What is only looked at follows the window; what somebody does has to be possible at every width.
        if (index === 0 || act) await show(page, state);
        await act?.(page);
        if (isSearched) faults.push(...(await searchWithAxe(page)));
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
        expect(await tooSmall(page)).toEqual([]);
        const picture = `${name.replaceAll(/[, ]+/g, '-')}-${viewport.width}-${colorScheme}.png`;
        await page.screenshot({ path: join(root, 'test-results/candidate', picture), fullPage: !act });
      }
      expect(faults).toEqual([]);
    });
});

test('the focus goes to the heading of a new screen, and from there to the answer', async ({ page }) => {
  await show(page, 'question');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Your answer')).toBeFocused();
});

test('a new prompt and its time are announced, warnings when the clock passes them', async ({ page }) => {
  await page.clock.install();
  await show(page, 'question');
  const region = page.getByRole('status');
  await expect(region).toHaveText(/^Question 2 of 5\. 3 minutes 5\d seconds to answer\.$/);
  await page.clock.runFor(180_000);
  await expect(region).toHaveText(/^1 minute left\./);
  await page.clock.runFor(45_000);
  await expect(region).toHaveText(/^15 seconds left\./);
  await page.clock.runFor(15_000);
  await expect(page.getByText('Time is up.', { exact: true })).toBeVisible();
  await expect(page.getByLabel('Your answer')).toHaveJSProperty('readOnly', true);
});

test('a dialog starts on the way out, keeps the focus inside, and Escape gives it back', async ({ page }) => {
  await show(page, 'question');
  const end = page.getByRole('button', { name: 'End interview' });
  await end.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog', { name: 'End the interview now?' });
  await expect(dialog.getByRole('button', { name: 'Go on' })).toBeFocused();
  for (let count = 0; count < 4; count += 1) {
    await page.keyboard.press('Tab');
    await expect(dialog.locator(':focus')).toHaveCount(1);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(end).toBeFocused();
});

test('a blank answer is refused in words, next to the box and to the ear', async ({ page }) => {
  await show(page, 'question');
  await page.getByLabel('Your answer').press('Control+Enter');
  await expect(page.getByLabel('Your answer')).toHaveAccessibleDescription(/There is no text yet/);
  await expect(page.getByLabel('Your answer')).toBeFocused();
  await expect(page.getByRole('alert')).toHaveText(/There is no text yet/);
});

test('the box grows with the answer', async ({ page }) => {
  await show(page, 'question');
  const box = page.getByLabel('Your answer');
  const before = await box.boundingBox();
  await box.fill('A line.\n'.repeat(60));
  expect((await box.boundingBox())?.height).toBeGreaterThan((before?.height ?? 0) * 2);
});

test('text from another device is offered back', async ({ page }) => {
  await show(page, 'question-conflict');
  await page.getByRole('button', { name: 'Use the text from this device' }).click();
  await expect(page.getByLabel('Your answer')).toHaveValue(/^An operation is idempotent/);
  await expect(page.getByText('on another device')).toHaveCount(0);
});
