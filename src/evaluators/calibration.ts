import { THRESHOLD_DEFAULT } from './evaluator.ts';

/** What the words of an answer reach (0..1), and whether a person calls it enough. */
export interface Marked {
  score: number;
  isEnough: boolean;
}

/** How sharply an answer at some distance from the threshold speaks for one side, */
const STEEPNESS = 8;
/** and how far from the default a threshold is thought to be before any answer is marked. Units: 0..1. */
const SPREAD = 0.2;
/** At the ends of the scale nothing, or everything, would be enough. */
const FITTED_MIN = 0.05;
const FITTED_MAX = 0.95;
/** Halving the scale so often is exact to more digits than are kept. */
const HALVINGS = 20;

/**
 * The threshold that tells answers that are enough from others best, near the default unless they say otherwise.
 *
 * One more that is enough never raises it, one more that is not never lowers it. Units: 0..1, two digits.
 */
export function fitThreshold(marked: readonly Marked[]): number {
  let [low, high] = [FITTED_MIN, FITTED_MAX];
  for (let turn = 0; turn < HALVINGS; turn++) {
    const middle = (low + high) / 2;
    if (pullAt(middle, marked) > 0) low = middle;
    else high = middle;
  }
  return Math.round(50 * (low + high)) / 100;
}

/** How many of the answers stand on the side of a threshold on which they were marked. */
export function countRight(marked: readonly Marked[], threshold: number): number {
  return marked.filter(({ score, isEnough }) => score >= threshold === isEnough).length;
}

/** The slope of the logarithm of the likelihood: above 0 while the threshold should rise. It falls all the way. */
function pullAt(threshold: number, marked: readonly Marked[]): number {
  return marked.reduce(
    (sum, { score, isEnough }) => {
      const chance = 1 / (1 + Math.exp(-STEEPNESS * (score - threshold)));
      return sum + STEEPNESS * (chance - (isEnough ? 1 : 0));
    },
    (THRESHOLD_DEFAULT - threshold) / SPREAD ** 2,
  );
}
