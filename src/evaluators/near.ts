/** What a match is worth: the same stem, a typing mistake away, a related form. */
export const matchWorth = { exact: 1, typo: 0.95, related: 0.8 } as const;

const TYPO_CHARS_MIN = 5;
const TWO_TYPOS_CHARS_MIN = 8;
const RELATED_CHARS_MIN = 4;
const DICE_MIN = 0.6;

/** How well two different stems match (0..1): 0 = not at all. Both must start with the same character. */
export function nearMatch(a: string, b: string): number {
  if (a[0] !== b[0] || /\d/.test(a + b)) return 0;
  const shorter = Math.min(a.length, b.length);
  if (shorter >= TYPO_CHARS_MIN && isWithinEdits(a, b, shorter >= TWO_TYPOS_CHARS_MIN ? 2 : 1)) return matchWorth.typo;
  if (shorter >= RELATED_CHARS_MIN && hasLikeTrigrams(a, b)) return matchWorth.related;
  return 0;
}

/** Is the distance (insert, delete, replace, swap neighbours) at most `editsMax`? */
export function isWithinEdits(a: string, b: string, editsMax: number): boolean {
  if (Math.abs(a.length - b.length) > editsMax) return false;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
      best = Math.min(best, cost);
    }
    if (best > editsMax) return false;
    beforeLast = last;
    last = current;
  }
  return (last[b.length] ?? editsMax + 1) <= editsMax;
}

function hasLikeTrigrams(a: string, b: string): boolean {
  const [aCount, bCount] = [a.length - 2, b.length - 2];
  if ((2 * Math.min(aCount, bCount)) / (aCount + bCount) < DICE_MIN) return false;
  let shared = 0;
  for (let at = 0; at < aCount; at++) if (b.includes(a.slice(at, at + 3))) shared++;
  return (2 * Math.min(shared, bCount)) / (aCount + bCount) >= DICE_MIN;
}
