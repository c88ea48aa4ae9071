import type { Token } from './tokens.ts';

// "I think" is politeness, "not sure" once is honesty; a hedged answer keeps every way out open.

const hedges =
  /\b(?:maybe|perhaps|possibly|probably|presumably|supposedly|guess|guessing|suppose|unsure|(?:not|no) (?:really |completely |entirely |at all |quite |too )?(?:sure|certain|idea|clue)|(?:might|may|could) (?:also |well |just )?be|might|who knows|it depends|or something|or not|either way|hard to say)\b/g;

const HEDGES_MIN = 3;
/** In a text so short two are many. */
const SHORT_WORDS_MAX = 12;
const HEDGES_SHORT_MIN = 2;
/** At most so many words for each. */
const WORDS_PER_HEDGE_MAX = 14;
/** So many times "this or that", within so many words each, is saying both. */
const CHOICES_MIN = 3;
const WORDS_PER_CHOICE_MAX = 9;

/** Does an answer take back most of what it says? An honest doubt or two is none. */
export function isHedged(tokens: readonly Token[]): boolean {
  const choices = tokens.filter(({ text }) => text === 'or').length;
  if (choices >= CHOICES_MIN && tokens.length / choices <= WORDS_PER_CHOICE_MAX) return true;
  const line = tokens.map((token) => token.text).join(' ');
  const count = line.match(hedges)?.length ?? 0;
  if (count < (tokens.length <= SHORT_WORDS_MAX ? HEDGES_SHORT_MIN : HEDGES_MIN)) return false;
  return tokens.length / count <= WORDS_PER_HEDGE_MAX;
}
