import { lineOf } from './phrases.ts';
import { findNegated } from './polarity.ts';
import { splitSentences } from './sentences.ts';
import type { Token } from './tokens.ts';
import { commonWords, NEGATION } from './words.ts';

/** One content word of a wording. */
export interface Unit {
  /** As the plan's author wrote it, in lower case. */
  word: string;
  stem: string;
  whole?: string;
  weight: number;
  /** Does the wording say `not` before it? */
  isNegated: boolean;
  /** The sentence of the wording in which it stands first. */
  sentence: number;
}

/** Two content words that follow each other in a wording. */
export interface Pair {
  first: string;
  second: string;
  weight: number;
}

/** One way to put a rubric point: its text or an alternative. */
export interface Wording {
  units: Unit[];
  pairs: Pair[];
  /** All words in one string; null where saying them proves nothing: too few, or given by the question. */
  line: string | null;
}

/** A word that the question gives away is worth this much of another word. */
const QUESTION_WORD_WEIGHT = 0.25;
/** And a common word this much. */
const COMMON_WORD_WEIGHT = 0.8;
/** A shorter wording said word for word is judged by its words. */
const VERBATIM_WORDS_MIN = 3;

/** What the words of a wording are weighed against. */
export interface Surroundings {
  questionStems: ReadonlySet<string>;
  questionLine: string;
  /** In how many points of the rubric a stem occurs: what all of them say tells none of them apart. */
  pointCountsByStem: ReadonlyMap<string, number>;
}

/** Prepare one wording of a point for matching. `tokens` are those of `text`. */
export function toWording(text: string, tokens: readonly Token[], surroundings: Surroundings): Wording {
  const negated = findNegated(tokens, text);
  const hasContent = tokens.some((token) => !token.isFunction);
  const unitsByStem = new Map<string, Unit>();
  const pairsByStems = new Map<string, Pair>();
  const ends = splitSentences(text).map(({ end }) => end);
  let [last, sentence]: [Unit | undefined, number] = [undefined, 0];
  for (const [index, token] of tokens.entries()) {
    if (hasContent && token.isFunction) continue;
    while (token.start >= (ends[sentence] ?? Number.POSITIVE_INFINITY)) sentence++;
    const own = { isNegated: negated[index] === true, sentence };
    const unit = unitsByStem.get(token.stem) ?? { ...toUnit(token, surroundings), ...own };
    unitsByStem.set(unit.stem, unit);
    const isOneWord = last?.whole !== undefined && last.whole === unit.whole;
    if (last && last.stem !== unit.stem && !isOneWord) {
      const pair = { first: last.stem, second: unit.stem, weight: last.weight * unit.weight };
      pairsByStems.set(`${pair.first} ${pair.second}`, pair);
    }
    last = unit;
  }
  const line = lineOf(tokens);
  return {
    units: [...unitsByStem.values()],
    pairs: [...pairsByStems.values()],
    line: tokens.length < VERBATIM_WORDS_MIN || surroundings.questionLine.includes(line) ? null : line,
  };
}

function toUnit(
  { stem, text, whole }: Token,
  { questionStems, pointCountsByStem }: Surroundings,
): Omit<Unit, 'isNegated' | 'sentence'> {
  const share = 1 / (pointCountsByStem.get(stem) ?? 1);
  const weight =
    share * (questionStems.has(stem) ? QUESTION_WORD_WEIGHT : 1) * (commonWords.has(text) ? COMMON_WORD_WEIGHT : 1);
  const unit = { word: stem === NEGATION ? NEGATION : text, stem, weight };
  return whole === undefined ? unit : { ...unit, whole };
}
