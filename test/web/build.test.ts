import { join } from 'node:path';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

// The pages as they are shipped: what a candidate downloads, and that a policy of 'self' alone is enough for them.

const root = join(import.meta.dirname, '../..');
type Output = Rolldown.OutputChunk | Rolldown.OutputAsset;
let outputs: Output[] = [];

beforeAll(async () => {
  const built = (await build({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'silent',
    build: { write: false },
  })) as Rolldown.RolldownOutput;
  outputs = built.output;
}, 60_000);

function page(name: string): string {
  const found = outputs.find(({ fileName }) => fileName === `${name}/index.html`);
  return found?.type === 'asset' ? String(found.source) : '';
}

/** The scripts that a page loads, those loaded by others included; `isLazy` = also what it loads on demand. */
function chunksOf(name: string, isLazy = true): Rolldown.OutputChunk[] {
  const byName = new Map(outputs.filter((one) => one.type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
  const found = new Set<Rolldown.OutputChunk>();
  const visit = (fileName: string): void => {
    const chunk = byName.get(fileName);
    if (!chunk || found.has(chunk)) return;
    found.add(chunk);
    for (const next of [...chunk.imports, ...(isLazy ? chunk.dynamicImports : [])]) visit(next);
  };
  for (const [, src] of page(name).matchAll(/<script[^>]*\ssrc="\/([^"]+)"/g)) visit(src ?? '');
  return [...found];
}

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
  it('downloads nothing of the console', () => {
    const modules = chunksOf('candidate').flatMap(({ moduleIds }) => moduleIds);
    expect(modules.some((id) => id.includes('/web/candidate/'))).toBe(true);
    expect(modules.filter((id) => id.includes('/web/console/'))).toEqual([]);
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
