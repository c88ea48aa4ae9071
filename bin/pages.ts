import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// `npm start` builds the pages first, but only when their sources have changed.

const root = join(import.meta.dirname, '..');
const sources = ['web/**/*.{ts,tsx,css,html,svg}', 'src/**/*.ts', 'vite.config.ts', 'package-lock.json'];
const stampFile = join(root, 'dist/web/.sources');

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of globSync(sources, { cwd: root }).sort()) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

const now = fingerprint();
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== now) {
  process.stderr.write('Building the pages…\n');
  const { build } = await import('vite');
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  writeFileSync(stampFile, now);
}
