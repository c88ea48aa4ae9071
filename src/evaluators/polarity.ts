import type { Token } from './tokens.ts';
import { NEGATION } from './words.ts';

/** Other words than `not` that turn round what follows. */
const negators = new Set('never no none without neither nobody hardly'.split(' '));
/** A negation reaches so many words with content, */
const REACH = 2;
/** and no farther than its clause. */
const clauseEndPattern = /[.,;:!?\n。，；：！？]/u;
const clauseWords = new Set('but because so although while if when and or which'.split(' '));

/** Words that pass a negation on: "it is not **true** that *consumers block*". */
const carriers = new Set('true correct right case'.split(' '));

/** Words that take a negation for themselves: "not **sure** whether", "not **only** this". */
const takers = new Set('sure certain only just necessarily know mind matter'.split(' '));

/** Does this word turn round what follows? */
export function isNegator(token: Token): boolean {
  return token.stem === NEGATION || negators.has(token.text);
}

/**
 * Tell for each word whether a negation before it turns it round ("does **not** *block*").
 *
 * Only what stands before a word counts, so text added at the end changes nothing that was read before.
 */
export function findNegated(tokens: readonly Token[], text: string): boolean[] {
  let [left, end] = [0, 0];
  return tokens.map((token) => {
    if (left > 0 && (clauseWords.has(token.text) || clauseEndPattern.test(text.slice(end, token.start)))) left = 0;
    end = token.end;
    if (isNegator(token)) {
      left = REACH;
      return false;
    }
    const isNegated = left > 0;
    if (isNegated && takers.has(token.text)) left = 0;
    else if (isNegated && carriers.has(token.text)) left = REACH;
    else if (isNegated && !token.isFunction) left--;
    return isNegated;
  });
}
