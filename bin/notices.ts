import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Rolldown } from 'vite';

// `node bin/notices.ts` writes NOTICE.md: the packages of others that are shipped, in the pages and with the service,
// and under which licences, as the installed packages say it.

const root = join(import.meta.dirname, '..');

/** Licences under which a package may be shipped. A choice names one of them. */
const accepted = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'EPL-2.0',
];

interface Package {
  name: string;
  licence: string;
}

/** The package in a folder of `node_modules`; null = it is not installed. */
function readPackage(path: string): Package | null {
  const file = join(root, path, 'package.json');
  if (!existsSync(file)) return null;
  const { name, license } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; license?: string };
  return { name, licence: license ?? 'none' };
}

/** Every name once, in order. */
function unique(packages: readonly (Package | null)[]): Package[] {
  const licencesByName = new Map(packages.flatMap((one) => (one ? [[one.name, one.licence] as const] : [])));
  return [...licencesByName].map(([name, licence]) => ({ name, licence })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the service runs on: all that `npm ci --omit=dev` installs. */
export function readServicePackages(): Package[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  const shipped = Object.entries(lock.packages).filter(([path, { dev, devOptional }]) => path && !dev && !devOptional);
  return unique(shipped.map(([path]) => readPackage(path)));
}

/** What is in the pages, by the modules of their build. */
export function readPagePackages(outputs: Rolldown.RolldownOutput['output'][number][]): Package[] {
  const paths = outputs
    .flatMap((output) => (output.type === 'chunk' ? output.moduleIds : []))
    .flatMap((id) => /.*(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []);
  return unique(paths.map(readPackage));
}

/** Packages under a licence that nobody has looked at yet. */
export function findUnaccepted(packages: readonly Package[]): Package[] {
  return packages.filter(
    ({ licence }) =>
      !licence
        .replaceAll(/[()]/g, '')
        .split(' OR ')
        .some((one) => accepted.includes(one)),
  );
}

function describePackages(packages: readonly Package[]): string[] {
  return ['| package | licence |', '|---|---|', ...packages.map(({ name, licence }) => `| ${name} | ${licence} |`)];
}

/** NOTICE.md, as it should be. */
export function writeNotice(inPages: readonly Package[], inService: readonly Package[]): string {
  return `${[
    '# Notices',
    '',
    'viva is shipped with packages of others, unchanged, each under its own licence. `node bin/notices.ts` writes this page from the packages that are installed; their versions are in `package-lock.json`, and the full texts are in their folders below `node_modules`.',
    '',
    '`elkjs`, which works out where the states of the chart are drawn, may be used under EPL-2.0 or GPL-3.0-or-later; viva uses it under EPL-2.0, unchanged, and only in the service: no page contains it. Its source is at https://github.com/kieler/elkjs.',
    '',
    '## In the pages',
    '',
    'The build of the pages writes the full texts of these licences beside them.',
    '',
    ...describePackages(inPages),
    '',
    '## With the service',
    '',
    ...describePackages(inService),
  ].join('\n')}\n`;
}

if (import.meta.main) {
  const built = (await build({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'silent',
    build: { write: false },
  })) as Rolldown.RolldownOutput;
  writeFileSync(join(root, 'NOTICE.md'), writeNotice(readPagePackages(built.output), readServicePackages()));
}
