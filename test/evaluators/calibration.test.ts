import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRight, fitThreshold, type Marked } from '../../src/evaluators/calibration.ts';
import { takeSeed } from '../support/random.ts';

const enough = (...scores: number[]): Marked[] => scores.map((score) => ({ score, isEnough: true }));
const short = (...scores: number[]): Marked[] => scores.map((score) => ({ score, isEnough: false }));

const someMarked = fc.array(fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), isEnough: fc.boolean() }), {
  maxLength: 12,
});

describe('[E29] a threshold that marked answers tell', () => {
  it('is 0.6 where nothing is marked, and stays there where marks agree with it', () => {
    expect(fitThreshold([])).toBe(0.6);
    expect(fitThreshold([...enough(0.8, 0.9), ...short(0.4, 0.3)])).toBeCloseTo(0.6, 1);
  });

  it('goes to where the answers that are enough part from the others', () => {
    const strict = [...enough(0.9, 0.95, 1), ...short(0.7, 0.75, 0.6)];
    const lenient = [...enough(0.35, 0.4, 0.5), ...short(0.1, 0.15, 0)];
    expect(fitThreshold(strict)).toBeGreaterThan(0.75);
    expect(fitThreshold(lenient)).toBeLessThan(0.4);
    expect(countRight(lenient, fitThreshold(lenient))).toBe(6);
    expect(countRight(lenient, 0.6)).toBe(3);
  });

  it('is moved less by few answers than by many that say the same', () => {
    const one = fitThreshold(enough(0.4));
    const many = fitThreshold(enough(0.4, 0.4, 0.4, 0.4));
    expect(one).toBeLessThan(0.6);
    expect(one).toBeGreaterThan(0.4);
    expect(many).toBeLessThan(one);
  });

  it('is never raised by one more that is enough, nor lowered by one more that is not', () => {
    fc.assert(
      fc.property(someMarked, fc.double({ min: 0, max: 1, noNaN: true }), (marked, score) => {
        const before = fitThreshold(marked);
        expect(fitThreshold([...marked, { score, isEnough: true }])).toBeLessThanOrEqual(before);
        expect(fitThreshold([...marked, { score, isEnough: false }])).toBeGreaterThanOrEqual(before);
        expect(before).toBeGreaterThanOrEqual(0.05);
        expect(before).toBeLessThanOrEqual(0.95);
      }),
      { seed: takeSeed('threshold from marked answers') },
    );
  });

  it('does not depend on their order', () => {
    fc.assert(
      fc.property(someMarked, (marked) => {
        expect(fitThreshold([...marked].reverse())).toBe(fitThreshold(marked));
      }),
      { seed: takeSeed('order of marked answers') },
    );
  });
});
