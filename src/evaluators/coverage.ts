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
const SHARES = { enough: 0.65, all: 0.2, together: 0.15 };
/** Enough is a little less than half of a wording's words, because a good answer need not use all of them, */
const ENOUGH_SHARE = 0.45;
/** but more than one, or the only one: half of a tiny point is not the point. */
const ENOUGH_MIN = 1.5;
/** A wording of fewer words is judged as one, however many sentences it has. */
const TEXT_UNITS_MIN = 12;
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

function shareOf(wording: Wording, matches: readonly Match[], reading: Reading): number {
  const total = weightOf(wording.units);
  const earned = earnedBy(matches);
  if (earned === 0) return 0;
  const enough = enoughOf(wording, matches);
  const together = togetherOf(wording, reading) ?? enough;
  return Math.min(1, SHARES.enough * enough + (SHARES.all * earned) / total + SHARES.together * together);
}

/** Of a text of several sentences enough of each has to be said, because each says something else. */
function enoughOf({ units }: Wording, matches: readonly Match[]): number {
  const unitsBySentence = Map.groupBy(units, ({ sentence }) => sentence);
  if (unitsBySentence.size < 2 || units.length < TEXT_UNITS_MIN) return enoughOfSentence(units, matches);
  const matchesBySentence = Map.groupBy(matches, ({ unit }) => unit.sentence);
  const shares = [...unitsBySentence].map(
    ([sentence, own]) => weightOf(own) * enoughOfSentence(own, matchesBySentence.get(sentence) ?? []),
  );
  return shares.reduce((sum, share) => sum + share, 0) / weightOf(units);
}

function enoughOfSentence(units: readonly Unit[], matches: readonly Match[]): number {
  const total = weightOf(units);
  return Math.min(1, earnedBy(matches) / Math.min(total, Math.max(ENOUGH_MIN, ENOUGH_SHARE * total)));
}

/** Null where the wording has no two words that follow each other. */
function togetherOf({ pairs }: Wording, { occurrencesByStem }: Reading): number | null {
  if (pairs.length === 0) return null;
  const found = pairs.filter(({ first, second }) =>
    follows(occurrencesByStem.get(first), occurrencesByStem.get(second), TOGETHER_WORDS_MAX),
  );
  return weightOf(found) / weightOf(pairs);
}

function earnedBy(matches: readonly Match[]): number {
  let [solid, loose] = [0, 0];
  for (const { unit, worth, isLoose } of matches) {
    if (isLoose) loose += unit.weight * worth;
    else solid += unit.weight * worth;
  }
  return solid + Math.min(loose, LOOSE_FREE + LOOSE_SHARE * solid);
}

function weightOf(rows: readonly { weight: number }[]): number {
  return rows.reduce((sum, { weight }) => sum + weight, 0);
}

/** Is it said word for word by the candidate, not by a prompt before? */
function says({ answers }: Reading, wordingLine: string): boolean {
  return answers.some(({ line, givenLine }) => line.includes(wordingLine) && !givenLine.includes(wordingLine));
}
