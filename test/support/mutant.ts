import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { root } from './pages.ts';

/** One thing taken out of an engine, or turned into something that looks as good. */
export interface Mutant {
  /** What is missing then. */
  name: string;
  /** In files of the journal, e.g. `redis/scripts.ts`. Every text has to be there once. */
  edits: readonly (readonly [file: string, text: string, instead: string])[];
}

/** Make a copy of the journal's source with one thing changed; returns the address of a file in it, to be imported. */
export function mutate({ name, edits }: Mutant, entry: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'viva-mutant-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const journal = join(folder, 'src/journal');
  cpSync(join(root, 'src/journal'), journal, { recursive: true });
  for (const shared of ['node_modules', 'package.json', 'machines', 'src/errors.ts'])
    symlinkSync(join(root, shared), join(folder, shared));
  for (const [file, text, instead] of edits) {
    const source = readFileSync(join(journal, file), 'utf8');
    const count = source.split(text).length - 1;
    if (count !== 1) throw new Error(`mutant "${name}": ${JSON.stringify(text)} is ${count} times in ${file}`);
    const mutated = source.replace(text, () => instead);
    writeFileSync(join(journal, file), mutated);
  }
  return pathToFileURL(join(journal, entry)).href;
}
