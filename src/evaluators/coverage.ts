import { canBeNear, nearMatch } from './near.ts';
import { lineOf } from './phrases.ts';
import type { Reading } from './reading.ts';
import type { Token } from './tokens.ts';
import { NEGATION } from './words.ts';

/** One content word of a wording. */
export interface Unit {
  /** As the plan's author wrote it, in lower case. */
  word: string;
  stem: string;
  whole?: string;
  weight: number;
}

/** One way to put a rubric point: its text or an alternative. */
export interface Wording {
  units: Unit[];
  /** The weight of matched words that is full coverage. */
  required: number;
  /** All words in one string; null where saying them proves nothing: too few, or given by the question. */
  line: string | null;
}

/** A word of the rubric found in the answer: under which stem, and how well (0..1). */
export interface Match {
  unit: Unit;
  stem: string;
  worth: number;
}

/** How far an answer covers one wording (0..1), and by which words. */
export interface Coverage {
  coverage: number;
  isVerbatim: boolean;
  matches: Match[];
  missing: Unit[];
}

/** A word that the question gives away is worth this much of another word. */
const QUESTION_WORD_WEIGHT = 0.25;
/** Full coverage takes half of a wording's words and half a word more: a good answer need not use all of them. */
const REQUIRED_SHARE = 0.5;
const REQUIRED_EXTRA = 0.5;
/** But at least two words, or the only one: half of a tiny point is not the point. */
const REQUIRED_MIN = 2;
/** A shorter wording said word for word is judged by its words. */
const VERBATIM_WORDS_MIN = 3;

/** Prepare one wording of a point for matching. */
export function toWording(tokens: readonly Token[], question: { stems: ReadonlySet<string>; line: string }): Wording {
  const content = tokens.filter((token) => !token.isFunction);
  const unitsByStem = new Map<string, Unit>();
  for (const token of content.length > 0 ? content : tokens) {
    if (unitsByStem.has(token.stem)) continue;
    const weight = question.stems.has(token.stem) ? QUESTION_WORD_WEIGHT : 1;
    const word = token.stem === NEGATION ? NEGATION : token.text;
    const unit = { word, stem: token.stem, weight };
    unitsByStem.set(token.stem, token.whole === undefined ? unit : { ...unit, whole: token.whole });
  }
  const units = [...unitsByStem.values()];
  const total = units.reduce((sum, unit) => sum + unit.weight, 0);
  const line = lineOf(tokens);
  return {
    units,
    required: Math.min(total, Math.max(REQUIRED_MIN, REQUIRED_SHARE * total + REQUIRED_EXTRA)),
    line: tokens.length < VERBATIM_WORDS_MIN || question.line.includes(line) ? null : line,
  };
}

/** How far an answer covers one wording. More words in the answer never lower it. */
export function coverWording(wording: Wording, reading: Reading, nearest: NearestStem): Coverage {
  const found = wording.units.map((unit) => bestMatch(unit, reading, nearest));
  // `not` alone could turn anything round, so beside other words of the wording it needs one of them.
  const isEmpty = wording.units.length > 1 && found.every((match) => match === null || match.unit.stem === NEGATION);
  const matches = isEmpty ? [] : found.filter((match) => match !== null);
  const missing = wording.units.filter((_, index) => isEmpty || found[index] === null);
  const earned = matches.reduce((sum, { unit, worth }) => sum + unit.weight * worth, 0);
  const isVerbatim = wording.line !== null && says(reading, wording.line);
  const share = wording.required > 0 ? Math.min(1, earned / wording.required) : 0;
  return { coverage: isVerbatim ? 1 : share, isVerbatim, matches, missing };
}

/** Is it said word for word by the candidate, not by a prompt before? */
function says({ answers }: Reading, wordingLine: string): boolean {
  return answers.some(({ line, givenLine }) => line.includes(wordingLine) && !givenLine.includes(wordingLine));
}

function bestMatch(unit: Unit, reading: Reading, nearest: NearestStem): Match | null {
  let best: Match | null = null;
  for (const stem of unit.whole === undefined ? [unit.stem] : [unit.stem, unit.whole]) {
    const exact = reading.occurrencesByStem.get(stem)?.credit ?? 0;
    if (exact > (best?.worth ?? 0)) best = { unit, stem, worth: exact };
    if (exact === 1) return best;
  }
  const near = nearest(unit.stem);
  return near !== null && near.worth > (best?.worth ?? 0) ? { unit, ...near } : best;
}

/** The stem of an answer that comes nearest to a stem without being it. */
export type NearestStem = (stem: string) => { stem: string; worth: number } | null;

/** Look for near matches in one answer; each stem is looked for once. */
export function nearestIn(reading: Reading): NearestStem {
  const found = new Map<string, ReturnType<NearestStem>>();
  return (stem) => {
    const known = found.get(stem);
    if (known !== undefined) return known;
    let best: ReturnType<NearestStem> = null;
    const candidates = canBeNear(stem) ? reading.nearStemsByInitial.get(stem[0] ?? '') : undefined;
    for (const candidate of candidates ?? []) {
      if (candidate === stem) continue;
      const credit = reading.occurrencesByStem.get(candidate)?.credit ?? 0;
      if (credit <= (best?.worth ?? 0)) continue;
      const worth = credit * nearMatch(stem, candidate);
      if (worth > (best?.worth ?? 0)) best = { stem: candidate, worth };
    }
    found.set(stem, best);
    return best;
  };
}
