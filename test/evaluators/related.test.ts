import { statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeRelated,
  encodeRelated,
  type RelatedWords,
  type Relation,
  readRelatedWords,
  relationKinds,
} from '../../src/evaluators/related.ts';

function worthOf({ idsByStem, starts, ids, worths }: RelatedWords, from: string, to: string): number {
  const [own = -1, other] = [idsByStem.get(from), idsByStem.get(to)];
  for (let at = starts[own] ?? 0; at < (starts[own + 1] ?? 0); at++) if (ids[at] === other) return worths[at] ?? 0;
  return 0;
}

describe('related words', () => {
  const table = readRelatedWords();

  it('are read as they were written, any relations at all', () => {
    const stems = Array.from({ length: 300 }, (_, index) => `s${index}`);
    const stem = fc.constantFrom(...stems);
    const relation = fc.record({ from: stem, to: stem, kind: fc.constantFrom(...relationKinds) });
    const key = ({ from, to }: Relation) => `${from} ${to}`;
    fc.assert(
      fc.property(fc.uniqueArray(relation, { selector: key, maxLength: 60 }), (relations) => {
        const decoded = decodeRelated(encodeRelated(stems, relations));
        expect(decoded.ids).toHaveLength(relations.length);
        const worths = relations.map(({ kind }) => relationKinds.indexOf(kind));
        const found = relations.map(({ from, to }) => worthOf(decoded, from, to));
        expect(found.every((worth) => worth > 0)).toBe(true);
        for (const [index, worth] of worths.entries()) {
          for (const [at, other] of worths.entries()) {
            if (worth < other) expect(found[index]).toBeLessThan(found[at] ?? 0);
          }
        }
      }),
    );
  });

  it.each([
    ['request', 'petit'],
    ['evapor', 'vapor'],
    ['destroy', 'destruct'],
  ])('hold %s and %s, in both directions', (a, b) => {
    expect(worthOf(table, a, b)).toBeGreaterThanOrEqual(0.5);
    expect(worthOf(table, b, a)).toBeGreaterThanOrEqual(0.5);
  });

  it('hold no word that is related to everything', () => {
    for (const stem of ['same', 'time', 'use', 'not', 'the']) expect(table.idsByStem.has(stem)).toBe(false);
  });

  it('fit in less than a megabyte', () => {
    expect(statSync('src/evaluators/related.bin').size).toBeLessThan(1_000_000);
  });
});
