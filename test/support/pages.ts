import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the repository is. */
export const root = join(import.meta.dirname, '../..');

/** A file of the repository as text. */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The part of a page below a heading, up to the next heading of the same or a higher level. */
export function section(page: string, heading: string): string {
  const [marks = ''] = heading.split(' ');
  const lines = page.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`there is no heading "${heading}"`);
  const end = lines.findIndex((line, index) => index > start && /^#+ /.test(line) && line.indexOf(' ') <= marks.length);
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
}

/** The rows of the first table in a text, without its head; back quotes are left out. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  const rows = lines.slice(start, end < 0 ? undefined : end).slice(2);
  if (start < 0 || rows.length === 0) throw new Error('there is no table here');
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
}

/** The code blocks of a language in a text, in order. */
export function codeBlocks(text: string, language: string): string[] {
  const fence = '```';
  return [...text.matchAll(new RegExp(`^${fence}${language}\\n([\\s\\S]*?)^${fence}$`, 'gm'))].map(
    ([, code = '']) => code,
  );
}
