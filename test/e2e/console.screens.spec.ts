import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig, type PreviewServer, preview } from 'vite';
import { searchWithAxe } from '../support/axe.ts';

// Every screen of the console in design mode, wide and light, narrow and dark. The pictures are kept in
// test-results/console for people to look at.

const root = join(import.meta.dirname, '../..');
let folder: string;
let server: PreviewServer;
let base: string;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'viva-console-'));
  const config: InlineConfig = {
    configFile: false,
    root: join(root, 'web'),
    publicDir: false,
    logLevel: 'error',
    plugins: [react()],
    build: { outDir: folder, rolldownOptions: { input: join(root, 'web/console/dev.html') } },
    preview: { port: 0, host: '127.0.0.1' },
  };
  await build(config);
  server = await preview(config);
  base = `${server.resolvedUrls?.local[0]}console/dev.html`;
});

test.afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Scene {
  name: string;
  /** What a person does before the picture is taken. */
  act?: (page: Page) => Promise<void>;
}

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();

const scenes: Scene[] = [
  { name: 'list' },
  { name: 'list-long' },
  { name: 'list-empty' },
  { name: 'list-lost' },
  { name: 'list', act: press('New interview') },
  {
    name: 'list',
    act: async (page) => {
      await press('New interview')(page);
      await press('Create interview')(page);
      await expect(page.getByRole('heading', { name: 'Interview created' })).toBeVisible();
    },
  },
  { name: 'statistics' },
  { name: 'statistics', act: press('As a table: Scores') },
  { name: 'statistics-few' },
  { name: 'statistics-none' },
  { name: 'access' },
  { name: 'running' },
  { name: 'running', act: press('1 quote') },
  {
    name: 'running',
    act: async (page) => {
      await press(/^Records/)(page);
      const records = page.getByRole('region', { name: 'Records, newest first' });
      await expect(records.getByRole('row')).toHaveCount(6);
    },
  },
  {
    name: 'running',
    act: async (page) => {
      await press('Cancel interview')(page);
      await page.getByLabel('Reason').fill('Wrong plan');
      await press('Cancel the interview')(page);
      await expect(page.getByText('Not possible in this state.')).toBeVisible();
    },
  },
  { name: 'running', act: press('Extend time') },
  { name: 'running', act: press('Links') },
  { name: 'evaluating' },
  { name: 'invited' },
  { name: 'away' },
  { name: 'paused' },
  { name: 'cancelled' },
  { name: 'queue' },
  { name: 'queue-empty' },
  { name: 'queue-blind' },
  { name: 'queue-case' },
  { name: 'judged' },
  { name: 'blind' },
  { name: 'judged', act: press('Judge question 2') },
  { name: 'judged', act: press('Override the verdict on point 1') },
  { name: 'judged', act: press('Sign off') },
  { name: 'judged', act: press('Keys') },
  { name: 'reviewer' },
  { name: 'reconnecting' },
  { name: 'opening' },
  { name: 'refused' },
];

/** The boxes whose text runs over their edge. */
const spilling = (page: Page) =>
  page
    .locator('.step, .badge, .fact, .button, .choice-face, .field')
    .evaluateAll((boxes) => boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.textContent));

/** Let the next moment of the interview arrive. */
const advance = (page: Page) => page.evaluate("dispatchEvent(new Event('mock-advance'))");

async function show(page: Page, name: string): Promise<void> {
  await page.goto(`${base}?scene=${name}`);
  await page.locator('h1').first().waitFor({ state: 'attached' });
}

// Each width and each scheme is searched by axe once: the colours do not depend on the width, nor places on the scheme.
const looks = [
  { viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const;

test.describe('a screen', () => {
  // Colours are measured by axe, so nothing may be in the middle of a transition.
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  for (const [index, { name, act }] of scenes.entries())
    test(`${name}${act ? ` ${index}` : ''} fits both widths and has no fault that axe finds`, async ({ page }) => {
      const faults: string[] = [];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      for (const [turn, { viewport, colorScheme }] of looks.entries()) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        // What is only looked at follows the window; what somebody does has to be possible at both widths.
        if (turn === 0 || act) await show(page, name);
        await act?.(page);
        faults.push(...(await searchWithAxe(page)));
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
        expect(await spilling(page)).toEqual([]);
        const picture = `${String(index).padStart(2, '0')}-${name}-${viewport.width}-${colorScheme}.png`;
        await page.screenshot({ path: join(root, 'test-results/console', picture) });
      }
      expect(faults).toEqual([]);
    });
});

for (const { viewport, colorScheme } of looks)
  test.describe(`${viewport.width} px, ${colorScheme}`, () => {
    test.use({ viewport, colorScheme, contextOptions: { reducedMotion: 'reduce' } });

    test('nothing that is being read moves when live data comes', async ({ page }) => {
      await show(page, 'playing');
      const read = [
        page.locator('h1'),
        page.getByRole('button', { name: 'Cancel interview' }),
        page.locator('.facts'),
        page.getByRole('navigation', { name: 'Questions' }),
        page.locator('#question-1'),
      ];
      const places = async () => Promise.all(read.map((one) => one.boundingBox()));
      await expect(page.getByText('Candidate is answering')).toBeVisible();
      const before = await places();
      const words = page.locator('.question-words .answer').first();
      await advance(page);
      await expect(words).toBeVisible();
      expect(await places()).toEqual(before);
      const answered = await words.boundingBox();
      await advance(page);
      await expect(page.getByRole('heading', { name: 'Follow-up 1' })).toBeVisible();
      expect(await places()).toEqual(before);
      // The evidence marks make the lines of an answer no longer than a number each.
      expect((await words.boundingBox())?.y).toBe(answered?.y);
    });
  });

test('says a change of state to screen readers, and not the state that was there at first', async ({ page }) => {
  await show(page, 'playing');
  // Other regions say what is on the screen; this one speaks only.
  const region = page.getByRole('status').and(page.locator('.visually-hidden')).first();
  await expect(region).toHaveText('');
  await advance(page);
  await expect(region).toHaveText('An answer arrived and is being evaluated.');
  await advance(page);
  await expect(region).toHaveText('A follow-up to question 1 of 5 was asked.');
});

test('works with the keyboard alone: choose a judgement, mark evidence, open the records, leave a dialog', async ({
  page,
}) => {
  await show(page, 'running');
  const first = page.getByRole('article').first();
  await first.getByRole('radio', { name: /Follow-up 1/ }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(first.getByRole('radio', { name: /First answer/ })).toBeChecked();
  await expect(first.getByText('52%', { exact: true }).first()).toBeVisible();
  // The follow-up's answer was not known to the first judgement.
  await expect(first.locator('.follow-ups mark')).toHaveCount(0);
  const quote = first.getByRole('button', { name: '1 quote' }).first();
  await quote.focus();
  await page.keyboard.press('Space');
  await expect(quote).toHaveAttribute('aria-pressed', 'true');
  await expect(first.locator('mark.is-active')).toHaveText(/^doing it several times/);

  const records = page.getByRole('button', { name: /^Records/ });
  await records.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Records, newest first' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('region', { name: 'Records, newest first' })).toBeFocused();

  const cancel = page.getByRole('button', { name: 'Cancel interview' });
  await cancel.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page.getByLabel('Reason')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(cancel).toBeFocused();
});

test('goes to a question from the overview and puts the focus there', async ({ page }) => {
  await show(page, 'running');
  await page
    .getByRole('navigation', { name: 'Questions' })
    .getByRole('button', { name: /Question 2/ })
    .click();
  await expect(page.locator('#question-2')).toBeFocused();
  await expect(page.locator('#question-2')).toBeInViewport();
});

test('shows a quote as evidence only where the answer says it', async ({ page }) => {
  await show(page, 'running');
  const second = page.getByRole('article').nth(1);
  await expect(second.locator('mark')).toHaveText(['more indexes always make queries faster (evidence for point 2)']);
  await expect(second.getByText('Quoted, but it does not stand there in the answer')).toBeVisible();
});

test('gives reviewers nothing that only operators may do', async ({ page }) => {
  await show(page, 'reviewer');
  await expect(page.getByRole('button', { name: 'Report' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Cancel|Extend|Links/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Interviews' })).toHaveCount(0);
});

test('a statechart that cannot be read says so', async ({ page }) => {
  await show(page, 'running');
  await press(/^Flow/)(page);
  await expect(page.getByRole('status').filter({ hasText: 'The statechart could not be read.' })).toBeVisible();
});

test('[G14] the queue does not tell who judges blind how sure the evaluator was', async ({ page }) => {
  const column = page.getByRole('row').locator('td:nth-child(3)');
  await show(page, 'queue');
  await expect(column.first()).toHaveText(/^(\d+%|not judged)$/);
  await show(page, 'queue-blind');
  await expect(column.first()).toHaveText('hidden');
  await expect(page.locator('.queue')).not.toHaveText(/%|not judged/);
});

test('however long a rubric is, the way to send what was judged stays in sight, and covers nothing in focus', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 560 });
  await show(page, 'judged');
  await press('Judge question 2')(page);
  const send = page.getByRole('button', { name: 'Put on record' });
  await expect(send).toBeInViewport({ ratio: 1 });
  const dialog = page.getByRole('dialog');
  for (const name of ['Score in per cent (optional)', 'Reason', 'Your name']) {
    const field = dialog.getByLabel(name);
    await field.focus();
    const [box, bar] = [await field.boundingBox(), await dialog.locator('.dialog-actions').boundingBox()];
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0);
    await expect(send).toBeInViewport({ ratio: 1 });
  }
});
