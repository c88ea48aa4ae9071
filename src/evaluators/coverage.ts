import { follows, type Match, type Matcher } from './match.ts';
import type { Reading } from './reading.ts';
import type { Unit, Wording } from './wording.ts';
import { NEGATION } from './words.ts';

/** How far an answer covers one wording (0..1), and by which words. */
export interface Coverage {
  coverage: number;
  isVerbatim: boolean;
  matches: Match[];
  missing: Unit[];
}

/** What coverage is made of: enough of the words, all of them, and words said together as the wording has them. */
const SHARES = { enough: 0.6, all: 0.25, together: 0.15 };
/** Enough is half of a wording's words, because a good answer need not use all of them, */
const ENOUGH_SHARE = 0.5;
/** but more than one, or the only one: half of a tiny point is not the point. */
const ENOUGH_MIN = 1.5;
/** Related words count for so much of a word, and for so much more of each word that was found itself. */
const LOOSE_FREE = 0.4;
const LOOSE_SHARE = 0.5;
/** Words of a pair are together when at most so many words apart. */
const TOGETHER_WORDS_MAX = 4;

/** How far an answer covers one wording. More words in the answer never lower it. */
export function coverWording(wording: Wording, reading: Reading, find: Matcher): Coverage {
  const found = wording.units.map(find);
  // `not` alone could turn anything round, so beside other words of the wording it needs one of them.
  const isEmpty = wording.units.length > 1 && found.every((match) => match === null || match.unit.stem === NEGATION);
  const matches = isEmpty ? [] : found.filter((match) => match !== null);
  const missing = wording.units.filter((_, index) => isEmpty || found[index] === null);
  const isTurned = matches.some((match) => match.isTurned);
  const isVerbatim = wording.line !== null && !isTurned && says(reading, wording.line);
  return { coverage: isVerbatim ? 1 : shareOf(wording, matches, reading), isVerbatim, matches, missing };
}

function shareOf({ units, pairs }: Wording, matches: readonly Match[], reading: Reading): number {
  const total = units.reduce((sum, unit) => sum + unit.weight, 0);
  const earnedBy = (isLoose: boolean) =>
    matches.reduce((sum, match) => (match.isLoose === isLoose ? sum + match.unit.weight * match.worth : sum), 0);
  const solid = earnedBy(false);
  const earned = solid + Math.min(earnedBy(true), LOOSE_FREE + LOOSE_SHARE * solid);
  if (earned === 0) return 0;
  const enough = Math.min(1, earned / Math.min(total, Math.max(ENOUGH_MIN, ENOUGH_SHARE * total)));
  const all = earned / total;
  const pairsTotal = pairs.reduce((sum, pair) => sum + pair.weight, 0);
  const { occurrencesByStem } = reading;
  const pairsFound = pairs.reduce((sum, { first, second, weight }) => {
    const isFound = follows(occurrencesByStem.get(first), occurrencesByStem.get(second), TOGETHER_WORDS_MAX);
    return isFound ? sum + weight : sum;
  }, 0);
  const together = pairsTotal > 0 ? pairsFound / pairsTotal : enough;
  return Math.min(1, SHARES.enough * enough + SHARES.all * all + SHARES.together * together);
}

/** Is it said word for word by the candidate, not by a prompt before? */
function says({ answers }: Reading, wordingLine: string): boolean {
  return answers.some(({ line, givenLine }) => line.includes(wordingLine) && !givenLine.includes(wordingLine));
}
