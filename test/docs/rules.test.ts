import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rows } from '../machine/rows.ts';
import { readText, root } from '../support/pages.ts';
import { readRules } from '../support/rules.ts';

// Rules and proofs: neither without the other.

const files = globSync('test/**/*.ts', { cwd: root }).filter((file) => !file.startsWith('test/docs/'));

/** Rule ids in titles: `[M1]` as it is written, or `rule('J1')` where the title is the rule. */
function citedIn(file: string): string[] {
  const found = readText(file).matchAll(/\[([A-Z]\d+)\]|\btest\(\s*`?\$?\{?rule\('([A-Z]\d+)'\)/g);
  return [...found].map(([, title, call]) => title ?? call ?? '');
}

const rules = readRules();
const filesByCitedId = new Map<string, string[]>();
const citations = [
  ...files.flatMap((file) => citedIn(file).map((id) => ({ file, id }))),
  ...rows.map(({ rule }) => ({ file: 'test/machine/rows.ts', id: rule })),
];
for (const { file, id } of citations) filesByCitedId.set(id, [...(filesByCitedId.get(id) ?? []), file]);

test('every rule of PROTOCOL.md is cited by a test', () => {
  expect(rules.size).toBeGreaterThan(150);
  expect([...rules.keys()].filter((id) => !filesByCitedId.has(id))).toEqual([]);
});

test('every rule that a test cites is in PROTOCOL.md', () => {
  const unknown = [...filesByCitedId].filter(([id]) => !rules.has(id));
  expect(unknown).toEqual([]);
});

test('every rule has one place, one id and the form of a sentence', () => {
  const ids = [...readText('PROTOCOL.md').matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map(([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
  for (const [id, words] of rules) expect(`${id} ${words}`).toMatch(/^[A-Z]\d+ [A-Z0-9`].+\.$/);
  // A list of rules in a comment would be a second place.
  const lists = files.filter((file) => /^\s*(\/\/|\*) [A-Z]\d+ +(?!and )[A-Za-z`]/m.test(readText(file)));
  expect(lists).toEqual([]);
});

test('AGENTS.md explains every letter of the rules', () => {
  const line = /^- Letters: (.+?)\./m.exec(readText('AGENTS.md'))?.[1] ?? '';
  const explained = line.split(', ').map((entry) => entry.charAt(0));
  expect(explained.sort()).toEqual([...new Set([...rules.keys()].map((id) => id.charAt(0)))].sort());
});

test('every rule that the code names is in PROTOCOL.md', () => {
  const sources = globSync(['src/**/*.ts', 'machines/**/*.ts', 'web/**/*.{ts,tsx}'], { cwd: root });
  const named = sources.flatMap((file) =>
    [...readText(file).matchAll(/PROTOCOL\.md ([A-Z]\d+)/g)].map(([, id = '']) => ({ file, id })),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter(({ id }) => !rules.has(id))).toEqual([]);
});
