import { expect, test } from 'vitest';
import type { Verdict } from '../../machines/interview.ts';
import type { EvaluationView, ReviewView, TranscriptEntry } from '../../src/protocol.ts';
import {
  KAPPA_POINTS_MIN,
  RATERS_MAX,
  readAgreement,
  sayAgreement,
  weightedKappa,
} from '../../src/report/agreement.ts';

// Rules G16 and G17: how far those who judged the same points agree, against values worked out by hand.

const letters: Record<string, Verdict> = { m: 'met', p: 'partial', n: 'not_met', c: 'contradicted' };
const toVerdicts = (text: string) => [...text].map((letter) => letters[letter] ?? 'met');
const toPairs = (one: string, other: string) => {
  const others = toVerdicts(other);
  return toVerdicts(one).map((verdict, index) => [verdict, others[index] ?? 'met'] as const);
};

const says = (rater: string | undefined, text: string, more: Partial<ReviewView> = {}): ReviewView => ({
  seq: 1,
  at: 0,
  by: 'reviewer',
  questionId: 'q',
  reason: 'because',
  ...(rater === undefined ? {} : { rater }),
  verdicts: toVerdicts(text).map((verdict, index) => ({ pointId: `p${index}`, verdict })),
  ...more,
});

const judged = (text: string): TranscriptEntry => ({
  promptId: 'q',
  kind: 'question',
  questionId: 'q',
  text: '',
  askedAt: 0,
  failures: [],
  evaluation: {
    points: toVerdicts(text).map((verdict, index) => ({ id: `p${index}`, verdict })),
  } as unknown as EvaluationView,
});

test('[G16] kappa with linear weights is what it is by hand', () => {
  // Two verdicts only, so the weights do not matter. 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, by
  // chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5, so (0.7 - 0.5) / (1 - 0.5).
  const one = 'm'.repeat(25) + 'n'.repeat(25);
  const other = `${'m'.repeat(20)}${'n'.repeat(5)}${'m'.repeat(10)}${'n'.repeat(15)}`;
  expect(weightedKappa(toPairs(one, other))).toBeCloseTo(0.4, 10);
  // Four verdicts, each once, one pair of neighbours swapped. Observed distances: 0 + 0 + 1 + 1 = 2, on average 0.5.
  // By chance all 16 pairs: 2 * (3 * 1 + 2 * 2 + 1 * 3) = 20, on average 1.25. 1 - 0.5 / 1.25 = 0.6.
  expect(weightedKappa(toPairs('mpnc', 'mpcn'))).toBeCloseTo(0.6, 10);
  // The same with the two ends swapped: 3 + 0 + 0 + 3 = 6, on average 1.5. 1 - 1.5 / 1.25 = -0.2.
  expect(weightedKappa(toPairs('mpnc', 'cpnm'))).toBeCloseTo(-0.2, 10);
  expect(weightedKappa(toPairs('mpnc', 'mpnc'))).toBe(1);
  expect(weightedKappa(toPairs('mmmm', 'mmmm'))).toBeNull();
  expect(weightedKappa([])).toBeNull();
});

test('[G16] each rater is compared with the evaluator and with each other on the points that both have judged', () => {
  const reviews = [
    says('Kim', 'mm', { isBlind: true }),
    says('Ada', 'mpn', { isBlind: true }),
    // What was said last counts, whatever the writing of the name.
    says(' kim ', 'p', { isBlind: false }),
    says(undefined, 'ccc'),
    says('Bo', '', { verdicts: [], score: 1 }),
    says('Cy', '', { verdicts: [{ pointId: 'elsewhere', verdict: 'met' }] }),
  ];
  expect(readAgreement([judged('mmm'), judged('ppp')], reviews)).toEqual([
    { first: 'Kim', second: null, points: 2, same: 1, blind: 1, kappa: null },
    { first: 'Ada', second: null, points: 3, same: 1, blind: 3, kappa: null },
    { first: 'Kim', second: 'Ada', points: 2, same: 0, blind: 1, kappa: null },
  ]);
  expect(readAgreement([judged('mmm')], [])).toEqual([]);
});

test('[G16] points of the same name in two questions are two points', () => {
  const reviews = [says('Kim', 'm'), says('Ada', 'c', { questionId: 'r' })];
  expect(readAgreement([], reviews)).toEqual([]);
});

test('[G17] there is no kappa for fewer than ten points, and one is told of why', () => {
  const few = readAgreement([judged('mmmmmnnnn')], [says('Kim', 'mmmmmnnnm')]);
  expect(few).toMatchObject([{ points: KAPPA_POINTS_MIN - 1, same: 8, kappa: null }]);
  expect(few.map(sayAgreement)).toEqual([
    'Kim and the evaluator: 8 of 9 points judged alike (89%); Kim was blind on 0 of 9; too few points for kappa, which needs 10.',
  ]);
  // Five and five against six and four: distances 2 once; by chance 2 * (5 * 4 + 5 * 6) = 100 of 100 pairs, on average 1.
  const enough = readAgreement([judged('mmmmmnnnnn')], [says('Kim', 'mmmmmnnnnm')]);
  expect(enough[0]?.kappa).toBeCloseTo(1 - 0.2 / 1, 10);
  expect(enough.map(sayAgreement)[0]).toMatch(/weighted kappa 0\.80\.$/);
  const [one] = readAgreement([judged('m'.repeat(10))], [says('Kim', 'm'.repeat(10))]);
  expect(one && sayAgreement(one)).toMatch(/no kappa: both gave only one verdict\.$/);
});

test('[G17] the first ten raters are compared, so that a report has an end', () => {
  const reviews = Array.from({ length: 200 }, (_, index) => says(`Rater ${index}`, 'm'));
  expect(readAgreement([judged('m')], reviews)).toHaveLength(RATERS_MAX + (RATERS_MAX * (RATERS_MAX - 1)) / 2);
});
