import { expect, test } from '@playwright/test';
import { searchWithAxe } from '../support/axe.ts';
import { type SpawnedService, spawnService } from '../support/service.ts';

// The page of the descriptions, as people read it: on a phone and a wide screen, with a keyboard.

let service: SpawnedService;

test.beforeAll(async () => {
  service = await spawnService({ VIVA_STORE: 'memory' }, 'node');
});

test.afterAll(() => service.kill());

for (const [name, width, colorScheme] of [
  ['phone', 360, 'light'],
  ['wide screen', 1280, 'dark'],
] as const)
  test(`the descriptions are readable on a ${name}`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width, height: 740 }, colorScheme });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${service.url}/docs`);

    const scrolledWidth = await page.evaluate('document.documentElement.scrollWidth');
    expect(scrolledWidth).toBe(width);
    expect(await searchWithAxe(page)).toEqual([]);

    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'To the content' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
    await page.getByRole('navigation').getByRole('link', { name: 'Errors' }).click();
    await expect(page.getByRole('heading', { name: 'Errors' })).toBeInViewport();
    expect(faults).toEqual([]);
    await context.close();
  });
