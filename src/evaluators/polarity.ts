import type { Token } from './tokens.ts';
import { NEGATION } from './words.ts';

/** Other words than `not` that turn round what follows. */
const negators = new Set('never no none without neither nobody hardly'.split(' '));
/** A negation reaches so many words with content, */
const REACH = 2;
/** and no farther than its clause. */
const clauseEndPattern = /[.,;:!?\n。，；：！？]/u;
const sentenceEndPattern = /[.;!?\n。；！？]/u;
const clauseWords = new Set('but because so although while if when and or which'.split(' '));

/** Words that pass a negation on: "it is not **true** that *consumers block*". */
const carriers = new Set('true correct right case believe claim'.split(' '));

/** Words that turn round what they introduce: "it is a **myth** that *consumers block*". */
const denials = new Set('myth misconception false untrue wrong lie'.split(' '));

/** What would be in another case denies nothing: "**without** a lock the update **would not** be safe". */
const conditions = new Set('if without otherwise unless'.split(' '));
const conditionals = new Set('would wouldnt'.split(' '));

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
  let [left, end, isConditional] = [0, 0, false];
  return tokens.map((token, index) => {
    if (sentenceEndPattern.test(text.slice(end, token.start))) isConditional = false;
    if (conditions.has(token.text)) isConditional = true;
    if (left > 0 && (clauseWords.has(token.text) || clauseEndPattern.test(text.slice(end, token.start)))) left = 0;
    end = token.end;
    const isSupposed = isConditional && [token, tokens[index - 1]].some((near) => conditionals.has(near?.text ?? ''));
    if (isNegator(token) ? !isSupposed : token.text === 'that' && denials.has(tokens[index - 1]?.text ?? '')) {
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
