import { z } from 'zod';
import type { Finding } from './problem.ts';

// What zod found, in words for the author of a plan or a case: what was expected, and what is there.

const PLAN = 'a plan: a block of keys';

/** The findings of one issue: an unknown key is a finding of its own. `whole` says what `value` should have been. */
export function toFindings(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown, whole = PLAN): Finding[] {
  if (issue.code !== 'unrecognized_keys')
    return [{ keys: issue.path, message: explain(issue, valueAt(value, issue.path), whole) }];
  const accepted = `accepted here: ${keysAt(schema, issue.path).join(', ')}`;
  return issue.keys.map((key) => ({ keys: [...issue.path, key], message: `unknown key; ${accepted}` }));
}

function explain(issue: z.core.$ZodIssue, value: unknown, whole: string): string {
  const got = value === undefined ? 'it is missing' : `got ${show(value)}`;
  switch (issue.code) {
    case 'invalid_type': {
      const kind = issue.path.length === 0 ? whole : (kinds[issue.expected] ?? issue.expected);
      return `expected ${kind}, ${got}${hint(issue.expected, value)}`;
    }
    case 'too_small':
      return `expected ${bound(issue.inclusive === false ? 'more than' : 'at least', issue.minimum, issue.origin)}, ${got}`;
    case 'too_big':
      return `expected ${bound('at most', issue.maximum, issue.origin)}, ${got}`;
    case 'invalid_format':
      return `${issue.message}; ${got}`;
    default:
      return issue.message;
  }
}

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
};

/** YAML reads some texts as something else; say how to write them. */
function hint(expected: string, value: unknown): string {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return '; put it in quotes';
  if (expected === 'number' && typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)))
    return '; write it without quotes';
  return '';
}

function bound(comparison: string, limit: number | bigint, origin: string): string {
  if (origin === 'string' && Number(limit) === 1) return 'some text';
  const units: Record<string, string> = { string: ' characters', array: Number(limit) === 1 ? ' item' : ' items' };
  return `${comparison} ${limit}${units[origin] ?? ''}`;
}

function show(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a block of keys';
  if (typeof value !== 'string') return String(value);
  if (value.trim() === '') return 'an empty text';
  return value.length <= SHOWN_CHARS_MAX ? `the text "${value}"` : `a text of ${value.length} characters`;
}

const SHOWN_CHARS_MAX = 40;

function valueAt(value: unknown, keys: readonly PropertyKey[]): unknown {
  let place = value;
  for (const key of keys) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, key)) return undefined;
    place = (place as Record<PropertyKey, unknown>)[key];
  }
  return place;
}

/** The keys which the schema accepts at a place. */
function keysAt(schema: z.ZodType, keys: readonly PropertyKey[]): string[] {
  let place: unknown = schema;
  for (const key of [...keys, null]) {
    while (place instanceof z.ZodDefault || place instanceof z.ZodOptional) place = place.unwrap();
    if (key === null) break;
    if (place instanceof z.ZodArray) place = place.element;
    else if (place instanceof z.ZodObject) place = (place.shape as Record<PropertyKey, unknown>)[key];
  }
  return place instanceof z.ZodObject ? Object.keys(place.shape) : [];
}
