/** What a match is worth: the same stem, a typing mistake away, a related form. */
export const matchWorth = { exact: 1, typo: 0.95, related: 0.8 } as const;

const TYPO_CHARS_MIN = 5;
const TWO_TYPOS_CHARS_MIN = 8;
const RELATED_CHARS_MIN = 4;
const DICE_MIN = 0.55;

/** Can this stem match another one nearly? A short one says too little, and one number is not another. */
export function canBeNear(stem: string): boolean {
  return stem.length >= RELATED_CHARS_MIN && !/\d/.test(stem);
}

/** How well two different stems match (0..1): 0 = not at all. Both start with the same character and `canBeNear`. */
export function nearMatch(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  if (shorter >= TYPO_CHARS_MIN && isWithinEdits(a, b, shorter >= TWO_TYPOS_CHARS_MIN ? 2 : 1)) return matchWorth.typo;
  return hasLikeTrigrams(a, b) ? matchWorth.related : 0;
}

/** Is one word a typing mistake away from another? For a word with a short stem that says too little. */
export function isTypo(a: { text: string; stem: string }, b: { text: string; stem: string }): boolean {
  if (Math.min(a.stem.length, b.stem.length) < TYPO_CHARS_MIN) return false;
  const editsMax = Math.min(a.text.length, b.text.length) >= TWO_TYPOS_CHARS_MIN ? 2 : 1;
  return isWithinEdits(a.text, b.text, editsMax);
}

/** Is the distance (insert, delete, replace, swap neighbours) at most `editsMax`? */
export function isWithinEdits(a: string, b: string, editsMax: number): boolean {
  if (Math.abs(a.length - b.length) > editsMax) return false;
  // What both begin with costs nothing; words with one beginning are what an attacker sends.
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === a.length || at === b.length) return true;
  if (editsMax === 0) return false;
  const rest = editsMax - 1;
  const isSwapped = a[at] === b[at + 1] && a[at + 1] === b[at];
  return (
    isWithinEdits(a.slice(at + 1), b.slice(at + 1), rest) ||
    isWithinEdits(a.slice(at + 1), b.slice(at), rest) ||
    isWithinEdits(a.slice(at), b.slice(at + 1), rest) ||
    (isSwapped && isWithinEdits(a.slice(at + 2), b.slice(at + 2), rest))
  );
}

function hasLikeTrigrams(a: string, b: string): boolean {
  const [aCount, bCount] = [a.length - 2, b.length - 2];
  if ((2 * Math.min(aCount, bCount)) / (aCount + bCount) < DICE_MIN) return false;
  let shared = 0;
  for (let at = 0; at < aCount; at++) if (b.includes(a.slice(at, at + 3))) shared++;
  return (2 * Math.min(shared, bCount)) / (aCount + bCount) >= DICE_MIN;
}
