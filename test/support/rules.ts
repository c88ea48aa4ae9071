import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The numbered rules of PROTOCOL.md, by id. */
export function readRules(): ReadonlyMap<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../../PROTOCOL.md'), 'utf8');
  return new Map([...text.matchAll(/^- \*\*([A-Z]\d+)\*\* (.+)$/gm)].map(([, id = '', words = '']) => [id, words]));
}

const rules = readRules();

/**
 * A test's title: the rule it proves, in the rule's own words.
 *
 * Errors: an id that PROTOCOL.md does not have.
 */
export function rule(id: string): string {
  const words = rules.get(id);
  if (words === undefined) throw new Error(`PROTOCOL.md has no rule ${id}`);
  return `[${id}] ${words.replace(/\.$/, '')}`;
}
