import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, canonicalJsonWith } from '../../src/journal/canonical.ts';
import { sealRecord } from '../../src/journal/chain.ts';
import { anyChained } from '../support/chain.ts';
import { takeSeed } from '../support/random.ts';

// Rule I1: PROTOCOL.md. What is written fast is compared with what says plainly how it is to be written.

function plainJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(plainJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, child]) => `${JSON.stringify(name)}:${plainJson(child)}`);
  return `{${members.join(',')}}`;
}

/** A copy with something else for each text that is not blank at one of the paths. */
function plainlyReplaced(paths: readonly RegExp[], by: (text: string, path: string) => unknown) {
  return function replaced(value: unknown, path = ''): unknown {
    if (typeof value === 'string')
      return value.trim() !== '' && paths.some((one) => one.test(path)) ? by(value, path) : value;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((child, index) => replaced(child, `${path}/${index}`));
    const copy = Object.create(null) as Record<string, unknown>;
    for (const [name, child] of Object.entries(value)) copy[name] = replaced(child, `${path}/${name}`);
    return copy;
  };
}

/** Strings of single code units, so that surrogates are alone as often as not, and of what JSON escapes. */
const oddText = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', '\\', '\n', '\u0000', '\u001f', '\u007f', '\u2028', '\u00e9', '\ud800', '\udfff', '\uffff'),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));
/** Around the length from which on texts are quoted in another way. */
const text = fc.oneof(
  fc.string({ maxLength: 50 }),
  oddText,
  fc.constantFrom('', ' \n', '\ud83e\uddea', 'a'.repeat(41)),
);
const names = [
  '',
  '1',
  '10',
  '2',
  '-1',
  'a',
  'A',
  'ab',
  '\u00e9',
  '\ue000',
  '\ud83e\uddea',
  '__proto__',
  'constructor',
];
const name = fc.oneof(fc.constantFrom(...names, 'toString', 'x"y', 'x\ny', '\ud800'), text);
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, 0, 1e21, 1e-7, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER),
);

/** Members in any order, defined one by one: `__proto__` is a name like any other. */
function objectOf(members: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(members);
}

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(text, number, fc.boolean(), fc.constantFrom(null, undefined)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 8 }).map(objectOf),
  ),
}));

test('[I1] canonical JSON of any value is what the plain way gives', () => {
  const property = fc.property(anyValue, (value) => {
    expect(canonicalJson(value)).toBe(plainJson(value));
    // What is remembered of an object's names is not of its values.
    expect(canonicalJson([value, value])).toBe(plainJson([value, value]));
  });
  fc.assert(property, { seed: takeSeed('I1 canonical'), numRuns: 5_000 });
});

test('[I1] the same names give the same text in whatever order they come, with values or without', () => {
  const members = fc.uniqueArray(fc.tuple(name, anyValue), { maxLength: 8, selector: ([one]) => one });
  const property = fc.property(
    members.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
    fc.nat(),
    ([all, shuffled], nth) => {
      expect(canonicalJson(objectOf(shuffled))).toBe(canonicalJson(objectOf(all)));
      const without = all.map(([key, value], index) => [key, index % 3 === nth % 3 ? undefined : value] as const);
      expect(canonicalJson(objectOf(without))).toBe(plainJson(objectOf(without)));
    },
  );
  fc.assert(property, { seed: takeSeed('I1 order'), numRuns: 1_000 });
});

test('[I1] names without end are written as the first ones were', () => {
  const object = (nth: number) => ({ [`z${nth}`]: 1, [`a${nth}`.repeat(100)]: { b: nth, a: [nth] } });
  const wrong = Array.from({ length: 2_000 }, (_, nth) => object(nth % 1_500)).filter(
    (value) => canonicalJson(value) !== plainJson(value),
  );
  expect(wrong).toEqual([]);
});

test('[I3] something else stands in the texts that are asked for, and nowhere else', () => {
  const texts = { isText: true, byName: new Map() };
  const below = (key: string, places: typeof texts) => ({ isText: false, byName: new Map([[key, places]]) });
  const places = below('a', { isText: true, byName: new Map([['*', texts]]) });
  const standIn = (found: string, path: string) => ({ instead: [found, path] });
  const replaced = plainlyReplaced([/^\/a$/s, /^\/a\/[^/]*$/s], standIn);
  const safeName = name.filter((one) => !one.includes('/'));
  const holder = fc.oneof(text, fc.array(anyValue), fc.array(fc.tuple(safeName, anyValue)).map(objectOf));
  const property = fc.property(holder, anyValue, (a, b) => {
    expect(canonicalJsonWith(standIn, places, { b, a })).toBe(plainJson(replaced({ b, a })));
  });
  fc.assert(property, { seed: takeSeed('I3 places'), numRuns: 2_000 });
});

const personal = [
  /^\/event\/(text|reason)$/,
  /^\/event\/output\/evaluation\/points\/[^/]+\/(reason|evidence\/[^/]+\/quote)$/,
  /^\/command\/digest$/,
  /^\/meta\/(candidate\/[^/]+|externalId)$/,
];

test('[I1] the hash of any record is what the plain way gives', () => {
  const property = fc.property(anyChained, anyValue, ({ head, records }, odd) => {
    let previousHash = '';
    for (const { hash: _hash, salt: _salt, ...read } of records) {
      const record = { ...read, event: { ...read.event, odd } };
      const opening = record.seq === 1 ? { interviewId: head.id, meta: head.meta } : undefined;
      const salt = `salt ${record.seq}`;
      const replaced = plainlyReplaced(personal, (found, path) => ({
        commitment: hash('sha256', plainJson([salt, path, found])),
      }));
      const expected = hash('sha256', plainJson([previousHash, replaced({ ...record, ...opening })]));
      const sealed = sealRecord(record, { previousHash, salt, ...(opening ? { opening } : {}) });
      expect(sealed.hash).toBe(expected);
      previousHash = sealed.hash;
    }
  });
  fc.assert(property, { seed: takeSeed('I1 records'), numRuns: 500 });
});
