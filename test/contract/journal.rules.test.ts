import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { journalRules } from './journal.rules.ts';

test('every journal rule is proved by a test', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => /^journal\..+\.ts$/.test(name));
  const text = files.map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8')).join('');
  const cited = new Set([...text.matchAll(/test\(\s*rule\('(J\d+)'\)/g)].map(([, id]) => id));
  expect(cited).toEqual(new Set(Object.keys(journalRules)));
});
