import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

// Which way imports may point, as AGENTS.md says under "Direction". Types count like values.

const root = join(import.meta.dirname, '../..');

/** Layers from the bottom up: a file imports from its own layer and from those below. */
const layers: [name: string, files: RegExp][] = [
  ['machine', /^machines\//],
  ['leaf', /^src\/(wire|escape|protocol|errors|alarms|clock|config)\.ts$/],
  ['part', /^src\/(plans|evaluators|journal|hints)\//],
  [
    'reducer',
    /^src\/(machine|reduce|annotations|working|request|restore|retelling|view|commands|mailbox|audience)\.ts$|^src\/(report|flow|inspect)\//,
  ],
  [
    'host',
    /^src\/(effects|running|reminder|actor|live|actors|followers|lookout|hints|hinted|letters|orders|asks|metrics|metered|creation|reevaluation|rerun|downtime|presence|catchup|pressure|overdue|recency|salts|secrets|tokens|tickets|sample)\.ts$/,
  ],
  ['simulation', /^src\/simulation\//],
  ['route', /^src\/routes\//],
  ['app', /^src\/app\.ts$/],
  ['main', /^src\/main\.ts$|^src\/cli\//],
];

/** What stands beside the service and sees of it only what is named here. */
const outsiders: [files: RegExp, mayImport: RegExp][] = [
  [/^src\/client(\/|\.ts$)/, /^src\/(client\/|client\.ts$|wire\.ts$|protocol\.ts$|errors\.ts$)/],
  // The console's words are exhaustive over the decisions of the machine and the flags of the evaluators.
  [
    /^web\//,
    /^(web\/|src\/(client|wire|protocol|errors)\.ts$|src\/client\/|machines\/interview\.ts$|src\/evaluators\/evaluator\.ts$|src\/flow\/shape\.ts$|src\/report\/(agreement|flags|provenance|raters|verdicts)\.ts$)/,
  ],
  [/^machines\//, /^$/],
];

const files = globSync(['machines/**/*.ts', 'src/**/*.ts', 'web/**/*.{ts,tsx}'], { cwd: root }).filter(
  (file) => !file.endsWith('.d.ts'),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.tsx?)'/g);
  return [...found].map(([, path]) => relative(root, join(root, dirname(file), path ?? '')));
}

const layerOf = (file: string) => layers.findIndex(([, pattern]) => pattern.test(file));

test('every file of the service has its layer', () => {
  const homeless = files.filter((file) => layerOf(file) < 0 && !outsiders.some(([pattern]) => pattern.test(file)));
  expect(homeless).toEqual([]);
});

test('no import points upwards', () => {
  const upward = files
    .filter((file) => layerOf(file) >= 0)
    .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
    .filter(({ file, target }) => layerOf(target) > layerOf(file) || layerOf(target) < 0);
  expect(upward).toEqual([]);
});

test('the machine, the client and the pages see only what is theirs', () => {
  const trespassing = outsiders.flatMap(([pattern, mayImport]) =>
    files
      .filter((file) => pattern.test(file))
      .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
      .filter(({ target }) => !mayImport.test(target)),
  );
  expect(trespassing).toEqual([]);
});

test('only the routes and the app see Fastify, only the engines see SQL, only main and the CLI read the process', () => {
  const rules: [where: RegExp, what: RegExp][] = [
    [/^src\/(routes\/|app\.ts$)/, /from '@?fastify/],
    [/^src\/journal\//, /from 'node:sqlite'/],
    [/^src\/(main|config)\.ts$/, /process\.env/],
    [/^(machines\/|src\/(reduce|effects)\.ts$)/, /from 'xstate'/],
  ];
  const broken = rules.flatMap(([where, what]) =>
    files.filter((file) => !where.test(file) && what.test(readFileSync(join(root, file), 'utf8'))),
  );
  expect(broken).toEqual([]);
});

test('imports make no circle', () => {
  const state = new Map<string, 'open' | 'done'>();
  const circles: string[] = [];
  const walk = (file: string, trail: string[]) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
      return;
    }
    state.set(file, 'open');
    const text = readFileSync(join(root, file), 'utf8').replaceAll(/import type [^;]+;/g, '');
    for (const target of importsOf(file))
      if (text.includes(target.split('/').at(-1) ?? '')) walk(target, [...trail, file]);
    state.set(file, 'done');
  };
  for (const file of files) walk(file, []);
  expect(circles).toEqual([]);
});
