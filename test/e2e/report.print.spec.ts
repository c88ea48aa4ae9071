import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { createClient } from '../../src/client.ts';
import { searchWithAxe } from '../support/axe.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// A report as a page, on screens and on the paper sizes that offices have.

let folder: string;
let service: SpawnedService;
let html: string;

const question = (id: string) => ({
  id,
  text: `What do you know about ${id}, and about averyveryverylongwordwithoutanyplaceatwhichitcouldbebrokenintotwolinesbysomebodykind?`,
  maxFollowUps: 0,
  rubric: {
    points: ['coast', 'rain', 'wind'].map((word) => ({ id: word, text: `It mentions what the ${word} does` })),
  },
});

/** Answer everything, and have the report of it. */
async function report(): Promise<string> {
  const invited = await callApi<{ id: string; candidateToken: string }>(service, '/api/interviews', { planId: 'calm' });
  const { id: interviewId, candidateToken: token } = invited;
  const client = createClient({ url: service.url, interviewId, token });
  const over = new Promise<void>((done) => {
    let shown = '';
    client.subscribe(() => {
      const { view } = client.getState();
      const now = view?.prompt?.id ?? view?.state ?? shown;
      if (!view || now === shown) return;
      shown = now;
      if (view.state === 'IDLE') client.send({ type: 'interview.start' });
      if (view.state === 'COMPLETE') done();
      const text = 'The coast breaks the waves, and the wind does what it wants. '.repeat(30);
      if (view.prompt) client.send({ type: 'answer.submit', promptId: view.prompt.id, text });
    });
  });
  client.connect();
  await over;
  client.close();
  const headers = { authorization: `Bearer ${service.adminKey}` };
  return (await fetch(`${service.url}/api/interviews/${interviewId}/report?format=html`, { headers })).text();
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'viva-print-'));
  service = await spawnService({ VIVA_STORE: `sqlite:${folder}/viva.db` });
  const questions = ['harbours', 'weather', 'ships'].map(question);
  await callApi(service, '/api/plans', { id: 'calm', title: 'Calm', questions });
  html = await report();
});

test.afterAll(async () => {
  await service.kill();
  rmSync(folder, { recursive: true });
});

/** CSS pixels of the paper, less the margins of the page. */
const MARGINS_PX = 2 * 18 * (96 / 25.4);
const papers = { A4: { width: 210 * (96 / 25.4), height: 297 * (96 / 25.4) }, Letter: { width: 816, height: 1_056 } };

for (const [format, { width, height }] of Object.entries(papers))
  test(`[G32] on ${format} nothing is cut off, and what belongs together stays together`, async ({ page }) => {
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: Math.floor(width - MARGINS_PX), height: Math.floor(height - MARGINS_PX) });
    await page.setContent(html);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(Math.floor(width - MARGINS_PX));
    const cut = page.locator('.wide, table, td, .answer, h2');
    expect(
      await cut.evaluateAll((all) =>
        all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML),
      ),
    ).toEqual([]);
    const whole = page.locator('tr, .answer, section.whole');
    expect(await whole.count()).toBeGreaterThan(10);
    const torn = await page.evaluate(`[...document.querySelectorAll('tr, .answer, section.whole')].filter((one) =>
      getComputedStyle(one).breakInside !== 'avoid' || one.getBoundingClientRect().height > ${height - MARGINS_PX}).length`);
    expect(torn).toBe(0);
    const pdf = await page.pdf({ format, preferCSSPageSize: false });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g) ?? [];
    expect(pages.length).toBeGreaterThan(1);
    const box = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf.toString('latin1'));
    // Browsers round the paper to whole pixels.
    expect(Math.abs(Number(box?.[1]) - width * 0.75)).toBeLessThan(2);
    expect(Math.abs(Number(box?.[2]) - height * 0.75)).toBeLessThan(2);
  });

for (const { viewport, colorScheme } of [
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
] as const)
  test(`[G10] on a screen of ${viewport.width} px, ${colorScheme}, it fits and has no fault that axe finds`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await page.setContent(html);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
    await expect(page.getByRole('heading', { name: 'Where this comes from' })).toBeVisible();
    expect(await searchWithAxe(page)).toEqual([]);
  });
