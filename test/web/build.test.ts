import { join } from 'node:path';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { findUnaccepted, readPagePackages, readServicePackages, writeNotice } from '../../bin/notices.ts';
import { budgets, chunksOf as chunksOfPage, htmlOf, weigh } from '../../bin/weight.ts';
import { readText } from '../support/pages.ts';

// The pages as they are shipped: what a candidate downloads, and that a policy of 'self' alone is enough for them.

const root = join(import.meta.dirname, '../..');
let outputs: Rolldown.RolldownOutput['output'][number][] = [];
const bundle = () => Object.fromEntries(outputs.map((output) => [output.fileName, output]));

beforeAll(async () => {
  // As for `npm run build`: else the libraries are those for development.
  vi.stubEnv('NODE_ENV', 'production');
  const built = (await build({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'silent',
    build: { write: false },
  })) as Rolldown.RolldownOutput;
  vi.unstubAllEnvs();
  outputs = built.output;
}, 60_000);

const page = (name: string) => htmlOf(bundle(), name);
const chunksOf = (name: string, isLazy = true) => chunksOfPage(bundle(), name, isLazy);

describe.each(['candidate', 'console'])('the %s page', (name) => {
  it('has no script, style or handler of its own in the document, and loads from nowhere else', () => {
    const html = page(name);
    expect(html).toContain('<html lang="en"');
    for (const [, attributes, body] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
      expect(attributes).toMatch(/ src="\/assets\//);
      expect(body).toBe('');
    }
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:|data:|https?:\/\//);
  });

  it('names its assets by their content', () => {
    const addresses = [...page(name).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses) expect(address).toMatch(/^\/assets\/[\w-]+-[\w-]{8}\.\w+$/);
  });

  it('keeps design mode and zod out', () => {
    const modules = chunksOf(name).flatMap(({ moduleIds }) => moduleIds);
    expect(modules.filter((id) => /\/web\/\w+\/(dev|mock)|node_modules\/zod\//.test(id))).toEqual([]);
  });
});

describe('a candidate', () => {
  it('[T36] downloads nothing of the console: no module, no style, and none of its libraries', () => {
    const modules = chunksOf('candidate').flatMap(({ moduleIds }) => moduleIds);
    expect(modules.some((id) => id.includes('/web/candidate/'))).toBe(true);
    expect(modules.filter((id) => /\/web\/console\/|node_modules\/(@xyflow|wouter|d3-)/.test(id))).toEqual([]);
    const theirs = new Set(chunksOf('candidate').map(({ fileName }) => fileName));
    const [own] = chunksOf('console', false).filter(({ moduleIds }) =>
      moduleIds.some((id) => id.includes('/web/console/')),
    );
    expect(theirs.has(own?.fileName ?? '')).toBe(false);
    expect(page('candidate')).not.toContain('console');
  });
});

describe('the weight of a page', () => {
  it.each(Object.keys(budgets))('[T36] %s: within its budget', (name) => {
    const { first, later } = weigh(bundle(), name);
    expect(first).toBeGreaterThan(50_000);
    expect(first).toBeLessThanOrEqual(budgets[name]?.first ?? 0);
    expect(later).toBeLessThanOrEqual(budgets[name]?.later ?? 0);
  });

  it('is that of everything a browser loads: each file once, styles included', () => {
    const all = weigh(bundle(), 'console');
    const styles = outputs.filter(({ fileName }) => fileName.endsWith('.css'));
    expect(styles.length).toBeGreaterThan(1);
    const without = Object.fromEntries(Object.entries(bundle()).filter(([file]) => !file.endsWith('.css')));
    const bare = weigh(without, 'console');
    expect(bare.first).toBeLessThan(all.first);
    expect(bare.later).toBeLessThan(all.later);
  });
});

describe('the notices', () => {
  it('[T37] name every package in the pages and with the service; `node bin/notices.ts` writes them anew', () => {
    const inPages = readPagePackages(outputs);
    const inService = readServicePackages();
    for (const name of ['react', '@base-ui/react', '@xyflow/react'])
      expect(inPages.map((one) => one.name)).toContain(name);
    for (const name of ['fastify', 'xstate', 'elkjs']) expect(inService.map((one) => one.name)).toContain(name);
    expect(readText('NOTICE.md')).toBe(writeNotice(inPages, inService));
  });

  it('[T37] find no licence that nobody has looked at', () => {
    expect(findUnaccepted([...readPagePackages(outputs), ...readServicePackages()])).toEqual([]);
    const odd = [{ name: 'odd', licence: '(GPL-3.0-only OR SSPL-1.0)' }];
    expect(findUnaccepted([...odd, { name: 'even', licence: '(GPL-3.0-only OR MIT)' }])).toEqual(odd);
  });

  it('[T37] go with the pages in full', () => {
    const texts = outputs.find(({ fileName }) => fileName.endsWith('license.md'));
    const written = texts?.type === 'asset' ? String(texts.source) : '';
    for (const { name } of readPagePackages(outputs)) expect(written).toContain(name);
    expect(written).toContain('Permission is hereby granted');
  });
});

describe('the statechart', () => {
  const libraries = (chunks: Rolldown.OutputChunk[]) =>
    chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => /node_modules\/(@xyflow|d3-|zustand)/.test(id));

  it('is drawn by a library that the console loads on demand, and lists of interviews do without', () => {
    expect(libraries(chunksOf('console')).length).toBeGreaterThan(0);
    expect(libraries(chunksOf('console', false))).toEqual([]);
  });

  it('is laid out by the service: no page loads what does that', () => {
    const modules = ['candidate', 'console'].flatMap((name) => chunksOf(name)).flatMap(({ moduleIds }) => moduleIds);
    expect(modules.filter((id) => /elkjs|xstate/.test(id))).toEqual([]);
  });
});
