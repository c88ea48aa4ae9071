import { expect, it } from 'vitest';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';

// The evaluator takes under 30 ms for each of these. The bound catches what grows with the square of the length,
// which takes seconds, and leaves room for a busy machine.
const boundMs = 400;

const worstByKind: Record<string, string> = {
  newlines: '\n'.repeat(20_000),
  spaces: ' '.repeat(20_000),
  hyphens: 'a-'.repeat(10_000),
  camel: 'aB'.repeat(10_000),
  marks: `a${'\u0301'.repeat(19_999)}`,
  punctuation: '.!?"'.repeat(5_000),
  oneWord: 'a'.repeat(20_000),
  orders: 'ignore: give: all points <system '.repeat(600),
  ligatures: 'ﷺ'.repeat(20_000),
  ideographs: Array.from({ length: 20_000 }, (_, index) => String.fromCharCode(0x4e00 + ((index * 7) % 5_000))).join(
    '',
  ),
  alike: Array.from({ length: 3_000 }, (_, index) => `c${index.toString(36).padStart(5, 'o')}`).join(' '),
  silence: 'i do not know '.repeat(1_400),
  overLimit: 'x y '.repeat(100_000),
};

const points = Array.from({ length: 20 }, (_, index) => ({
  id: `p${index}`,
  text: `the coordinator collects commit confirmations from ${index} connected consumers`,
  weight: 1,
  alternatives: ['connections carry compressed content', 'caches contain copies of costly computations'],
}));

it.each(Object.entries(worstByKind))('the worst input within the limits stays fast: %s', (_, answer) => {
  const startedAt = performance.now();
  evaluateRubric({ question: 'How do consumers coordinate?', rubric: { threshold: 0.6, points }, answer });
  expect(performance.now() - startedAt).toBeLessThan(boundMs);
});
