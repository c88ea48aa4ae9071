import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { build } from '../support/app.ts';

function makePages(): string {
  const root = mkdtempSync(join(tmpdir(), 'viva-pages-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const folder of ['candidate', 'console', 'assets']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'candidate/index.html'), '<!doctype html><title>candidate</title>');
  writeFileSync(join(root, 'console/index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(root, 'assets/app-1a2b.js'), 'export {};');
  writeFileSync(join(root, 'secret.txt'), 'not served');
  return root;
}

test('[T14] every address of a page is that page, and is never kept', async () => {
  const { request } = await build({ webRoot: makePages() });
  for (const [path, title] of [
    ['/interviews/some-id', 'candidate'],
    ['/console', 'console'],
    ['/console/interviews/some-id', 'console'],
  ] as const) {
    const page = await request(path);
    expect(page.text).toContain(`<title>${title}</title>`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('cache-control')).toBe('no-store');
  }
  const root = await request('/');
  expect([root.status, root.headers.get('location')]).toEqual([302, '/console']);
});

test('[T14] assets never change, so they are kept for a year', async () => {
  const { request } = await build({ webRoot: makePages() });
  const asset = await request('/assets/app-1a2b.js');
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-type')).toContain('javascript');
});

test('[T14] nothing else of the disk is served, and what is missing is a problem document', async () => {
  const { request } = await build({ webRoot: makePages() });
  for (const path of [
    '/assets/none.js',
    '/assets/../secret.txt',
    '/assets/%2e%2e/secret.txt',
    '/secret.txt',
    '/assets/',
  ]) {
    const answer = await request(path);
    expect([path, answer.status >= 400, answer.text.includes('not served')]).toEqual([path, true, false]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  }
});

test('pages that are not built say how to build them', async () => {
  const { request } = await build();
  const answer = await request('/console');
  expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND']);
  expect(answer.body.detail).toContain('npm run build');
});

test('[T24] the descriptions are there where the pages are, and say nothing of their files', async () => {
  const { request } = await build({ webRoot: makePages() });
  const { status, body } = await request('/openapi.json');
  expect(status).toBe(200);
  expect(Object.keys(body.paths).filter((path) => path.startsWith('/assets'))).toEqual([]);
  expect((await request('/docs')).status).toBe(200);
});
