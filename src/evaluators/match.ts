import { canBeNear, isTypo, matchWorth, nearMatch } from './near.ts';
import type { Occurrence, Reading } from './reading.ts';
import { readRelatedWords } from './related.ts';
import type { Unit } from './wording.ts';
import { NEGATION } from './words.ts';

/** A word of the rubric found in the answer: under which stem, and how well (0..1). */
export interface Match {
  unit: Unit;
  stem: string;
  worth: number;
  /** Only a word of like meaning was found, not the word itself in another form. */
  isLoose: boolean;
  /** It stands after a negation where the wording has none, or the other way round, everywhere. */
  isTurned: boolean;
}

/** A word that is negated in the wording only, or in the answer only, is worth this much of one that is in both. */
const OTHER_POLARITY_WORTH = 0.6;

/** A related word from this worth on is the word itself in another form. */
const SAME_WORD_MIN = 0.7;

/** Read when the program starts, so that no answer waits for it. */
const { idsByStem, starts, ids, worths } = readRelatedWords();

/** Find the words of a rubric in one answer. */
export type Matcher = (unit: Unit) => Match | null;

/** Look for words in one answer: the word itself, one near to it, or a related one. Each is looked for once. */
export function matcherOf(reading: Reading): Matcher {
  const heardStemsById = new Map<number, string>();
  for (const stem of reading.occurrencesByStem.keys()) {
    const id = idsByStem.get(stem);
    if (id !== undefined) heardStemsById.set(id, stem);
  }

  function findLike(unit: Unit): Match | null {
    let best: Match | null = null;
    const take = (stem: string, worth: number, isLoose: boolean) => {
      if (worth > (best?.worth ?? 0)) best = { unit, stem, worth, isLoose, isTurned: isTurned(reading, stem, unit) };
    };
    const candidates = canBeNear(unit.stem) ? reading.nearStemsByInitial.get(unit.stem[0] ?? '') : undefined;
    for (const candidate of candidates ?? []) {
      if (candidate === unit.stem) continue;
      take(candidate, creditOf(reading, candidate, unit) * nearnessOf(reading, candidate, unit), false);
    }
    const id = idsByStem.get(unit.stem);
    for (let at = starts[id ?? 0] ?? 0; id !== undefined && at < (starts[id + 1] ?? 0); at++) {
      const stem = heardStemsById.get(ids[at] ?? 0);
      const worth = worths[at] ?? 0;
      if (stem !== undefined) take(stem, creditOf(reading, stem, unit) * worth, worth < SAME_WORD_MIN);
    }
    return best;
  }

  const likeByUnit = new Map<string, Match | null>();
  return (unit) => {
    let best: Match | null = null;
    for (const stem of unit.whole === undefined ? [unit.stem] : [unit.stem, unit.whole]) {
      const worth = creditOf(reading, stem, unit);
      if (worth > (best?.worth ?? 0))
        best = { unit, stem, worth, isLoose: false, isTurned: isTurned(reading, stem, unit) };
    }
    if (best?.worth === 1 || unit.stem === NEGATION) return best;
    const key = `${unit.isNegated ? '!' : ''}${unit.stem}`;
    let like = likeByUnit.get(key);
    if (like === undefined) {
      like = findLike(unit);
      likeByUnit.set(key, like);
    }
    return like !== null && like.worth > (best?.worth ?? 0) ? { ...like, unit } : best;
  };
}

/** What the occurrences of a stem are worth to a word that is negated or not. */
function creditOf({ occurrencesByStem }: Reading, stem: string, { isNegated }: Unit): number {
  const found = occurrencesByStem.get(stem);
  if (!found) return 0;
  const [same, other] = isNegated ? [found.negatedCredit, found.credit] : [found.credit, found.negatedCredit];
  return Math.max(same, OTHER_POLARITY_WORTH * other);
}

/** A typing mistake can change the stem, so the word itself is compared too, as it was said first. */
function nearnessOf({ occurrencesByStem }: Reading, stem: string, unit: Unit): number {
  const worth = nearMatch(unit.stem, stem);
  const said = occurrencesByStem.get(stem)?.tokens[0]?.text ?? stem;
  return worth < matchWorth.typo && isTypo({ text: said, stem }, { text: unit.word, stem: unit.stem })
    ? matchWorth.typo
    : worth;
}

function isTurned({ occurrencesByStem }: Reading, stem: string, { isNegated }: Unit): boolean {
  const found = occurrencesByStem.get(stem);
  return found !== undefined && (isNegated ? found.negatedCredit : found.credit) === 0;
}

/** Are two occurrences outside a list of keywords at most so many words apart, in this order? */
export function follows(first: Occurrence | undefined, second: Occurrence | undefined, wordsMax: number): boolean {
  if (!first || !second) return false;
  let at = 0;
  for (const position of second.positions) {
    while ((first.positions[at] ?? position) < position - wordsMax) at++;
    if ((first.positions[at] ?? position) < position) return true;
  }
  return false;
}
