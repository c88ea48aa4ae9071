import type { Coverage } from './coverage.ts';
import { follows, type Match } from './match.ts';
import type { Reading } from './reading.ts';
import type { Wording } from './wording.ts';
import { NEGATION } from './words.ts';

// Whether words that were found also say what the wording says. Hints for a person, because words alone do not tell.

/** A point, in the wording that the answer covers best. */
export interface Covered {
  wording: Wording;
  coverage: Coverage;
}

/** Below this coverage nothing is claimed, so nothing can be out of context, or be the contrary of a point. */
const CLAIMED_MIN = 0.35;
const CONTRARY_MIN = 0.5;
/** So much of what was found stands after a negation that the wording does not have. */
const TURNED_SHARE_MIN = 0.5;
/** Words that follow each other in a wording are at most so many words apart where they are said for the same reason. */
const CONTEXT_WORDS_MAX = 5;
const NEIGHBOURS_MIN = 5;
/** One more counts as found, because a share of few says little. */
const NEIGHBOURS_SHARE_MAX = 0.46;
/** A wording of more words is a text, and its words may stand anywhere. */
const WORDING_UNITS_MAX = 15;

/** Is a point said with a negation that its wording does not have, or without one that it has? */
export function isTurnedRound({ wording, coverage }: Covered): boolean {
  if (coverage.coverage < CONTRARY_MIN || coverage.isVerbatim) return false;
  const solid = solidOf(coverage.matches);
  const weigh = (matches: readonly Match[]) => matches.reduce((sum, { unit }) => sum + unit.weight, 0);
  const turned = solid.filter((match) => match.isTurned);
  if (turned.length === 0) return false;
  if (weigh(turned) >= TURNED_SHARE_MIN * weigh(solid)) return true;
  const stems = new Set(turned.map(({ unit }) => unit.stem));
  return wording.pairs.some(({ first, second }) => stems.has(first) && stems.has(second));
}

/** Are the words of the points there, but hardly any two of them together that belong together? */
export function isScattered(covered: readonly Covered[], { occurrencesByStem }: Reading): boolean {
  let [expected, found] = [0, 0];
  for (const { wording, coverage } of covered) {
    if (coverage.isVerbatim) return false;
    if (coverage.coverage < CLAIMED_MIN || wording.units.length > WORDING_UNITS_MAX) continue;
    const said = solidOf(coverage.matches).map(({ stem }) => occurrencesByStem.get(stem));
    for (const [index, second] of said.entries()) {
      if (index === 0) continue;
      const first = said[index - 1];
      expected++;
      if (follows(first, second, CONTEXT_WORDS_MAX) || follows(second, first, CONTEXT_WORDS_MAX)) found++;
    }
  }
  return expected >= NEIGHBOURS_MIN && (found + 1) / (expected + 1) <= NEIGHBOURS_SHARE_MAX;
}

function solidOf(matches: readonly Match[]): Match[] {
  return matches.filter((match) => !match.isLoose && match.unit.stem !== NEGATION);
}
