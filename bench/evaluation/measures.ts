/** Pearson's r of two rows of numbers of one length; 0 where one of them does not vary. */
export function correlate(a: readonly number[], b: readonly number[]): number {
  const [aMean, bMean] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [x, y] = [value - aMean, (b[index] ?? 0) - bMean];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 1e-12 && bb > 1e-12 ? ab / Math.sqrt(aa * bb) : 0;
}

/** The root of the mean squared difference. */
export function rootMeanSquare(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(mean(a.map((value, index) => (value - (b[index] ?? 0)) ** 2)));
}

/** How often a case that is true is scored above one that is not; a tie counts half. 0.5 = no better than chance. */
export function areaUnderCurve(scores: readonly number[], truths: readonly boolean[]): number {
  const order = scores.map((_, index) => index).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const trueCount = truths.filter(Boolean).length;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && scores[order[to] ?? 0] === scores[order[from] ?? 0]) to++;
    const rank = (from + to + 1) / 2;
    for (let at = from; at < to; at++) if (truths[order[at] ?? 0] === true) rankSum += rank;
    from = to;
  }
  const pairs = trueCount * (truths.length - trueCount);
  return pairs > 0 ? (rankSum - (trueCount * (trueCount + 1)) / 2) / pairs : 0.5;
}

/** Macro F1 of a decision between two classes. */
export function macroF1(decisions: readonly boolean[], truths: readonly boolean[]): number {
  const count = (decision: boolean, truth: boolean) =>
    decisions.filter((value, index) => value === decision && truths[index] === truth).length;
  const [hits, misses] = [count(true, true), count(false, true) + count(true, false)];
  const rejections = count(false, false);
  const f1 = (right: number) => (right > 0 ? (2 * right) / (2 * right + misses) : 0);
  return (f1(hits) + f1(rejections)) / 2;
}

/** The score from which on "correct" gives the best macro F1. */
export function bestThreshold(scores: readonly number[], truths: readonly boolean[]): number {
  const order = scores.map((_, index) => index).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const trueCount = truths.filter(Boolean).length;
  const falseCount = truths.length - trueCount;
  let [best, bestF1] = [Number.POSITIVE_INFINITY, 0];
  let [truesBelow, falsesBelow] = [0, 0];
  for (const [at, index] of order.entries()) {
    const score = scores[index] ?? 0;
    const before = scores[order[at - 1] ?? -1];
    if (score !== before) {
      const misses = truesBelow + falseCount - falsesBelow;
      const hits = trueCount - truesBelow;
      const value = hits / (2 * hits + misses) + falsesBelow / (2 * falsesBelow + misses || 1);
      if (value > bestF1) [best, bestF1] = [before === undefined ? score : (score + before) / 2, value];
    }
    if (truths[index] === true) truesBelow++;
    else falsesBelow++;
  }
  return best;
}

/**
 * The rising step function that comes nearest to the truths (pool adjacent violators).
 *
 * Returns a function from a score to the expected truth; between two known scores it is a straight line.
 */
export function fitRising(scores: readonly number[], truths: readonly number[]): (score: number) => number {
  const truthsByScore = new Map<number, number[]>();
  for (const [index, score] of scores.entries()) {
    const known = truthsByScore.get(score);
    if (known) known.push(truths[index] ?? 0);
    else truthsByScore.set(score, [truths[index] ?? 0]);
  }
  const pools: { scores: number[]; sum: number; count: number }[] = [];
  for (const [score, values] of [...truthsByScore].sort(([a], [b]) => a - b)) {
    let pool = { scores: [score], sum: values.reduce((a, b) => a + b, 0), count: values.length };
    for (let last = pools.at(-1); last && last.sum / last.count >= pool.sum / pool.count; last = pools.at(-1)) {
      pools.pop();
      pool = { scores: [...last.scores, ...pool.scores], sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  const knots = pools.flatMap(({ scores: at, sum, count }) => {
    const [first = 0, last = first] = [at[0], at.at(-1)];
    return first === last
      ? [{ at: first, value: sum / count }]
      : [first, last].map((x) => ({ at: x, value: sum / count }));
  });
  return (score) => {
    const after = knots.findIndex(({ at }) => at >= score);
    const [low, high] = [knots[after < 0 ? knots.length - 1 : after - 1], knots[after]];
    if (!low || !high) return (low ?? high)?.value ?? 0;
    return low.value + ((high.value - low.value) * (score - low.at)) / (high.at - low.at);
  };
}

export function mean(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}
