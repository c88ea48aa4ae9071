import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

// What a page weighs over the network, and how much it may.

type Output = Rolldown.OutputChunk | Rolldown.OutputAsset;
type Bundle = Readonly<Record<string, Output>>;

/** Bytes as a browser gets them at the best, with gzip: what a page begins with, and what it loads on demand. */
export interface Weight {
  first: number;
  later: number;
}

/** What each page may weigh. Units: bytes. */
export const budgets: Record<string, Weight> = {
  candidate: { first: 125_000, later: 10_000 },
  console: { first: 200_000, later: 100_000 },
};

/** The scripts of a page, those that they load included; `isLazy` = also what they load on demand. */
export function chunksOf(bundle: Bundle, page: string, isLazy = true): Rolldown.OutputChunk[] {
  const found = new Set<Rolldown.OutputChunk>();
  const visit = (fileName: string): void => {
    const chunk = bundle[fileName];
    if (chunk?.type !== 'chunk' || found.has(chunk)) return;
    found.add(chunk);
    for (const next of [...chunk.imports, ...(isLazy ? chunk.dynamicImports : [])]) visit(next);
  };
  for (const [, src = ''] of htmlOf(bundle, page).matchAll(/<script[^>]*\ssrc="\/([^"]+)"/g)) visit(src);
  return [...found];
}

/** The document of a page. */
export function htmlOf(bundle: Bundle, page: string): string {
  const found = bundle[`${page}/index.html`];
  return found?.type === 'asset' ? String(found.source) : '';
}

/** The scripts of a page and what they bring along: styles, fonts, pictures. */
function filesOf(bundle: Bundle, page: string, isLazy: boolean): Set<string> {
  const chunks = chunksOf(bundle, page, isLazy);
  const linked = [...htmlOf(bundle, page).matchAll(/\s(?:href|src)="\/([^"]+)"/g)].map(([, file = '']) => file);
  const brought = chunks.flatMap(({ fileName, viteMetadata }) => [
    fileName,
    ...(viteMetadata?.importedCss ?? []),
    ...(viteMetadata?.importedAssets ?? []),
  ]);
  return new Set([`${page}/index.html`, ...linked, ...brought]);
}

function bytesOf(output: Output | undefined): number {
  if (!output) return 0;
  return gzipSync(output.type === 'chunk' ? output.code : output.source).length;
}

/** What a page weighs. */
export function weigh(bundle: Bundle, page: string): Weight {
  const first = filesOf(bundle, page, false);
  const later = [...filesOf(bundle, page, true)].filter((file) => !first.has(file));
  const sum = (files: readonly string[]) => files.reduce((bytes, file) => bytes + bytesOf(bundle[file]), 0);
  return { first: sum([...first]), later: sum(later) };
}

const kilo = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;

/** A line for each page: what it weighs, of how much. */
function describeWeights(bundle: Bundle): string[] {
  return Object.entries(budgets).map(([page, budget]) => {
    const { first, later } = weigh(bundle, page);
    const isOver = first > budget.first || later > budget.later;
    const parts = `${kilo(first)} of ${kilo(budget.first)}, on demand ${kilo(later)} of ${kilo(budget.later)}`;
    return `${page} page, gzip: ${parts}${isOver ? ' TOO MUCH' : ''}`;
  });
}

/** Says at the end of a build what the pages weigh. */
export function sayWeights(): Plugin {
  return {
    name: 'weights',
    writeBundle(_options, bundle) {
      for (const line of describeWeights(bundle)) this.info(line);
    },
  };
}
