import type { Token } from './tokens.ts';

/** A run of this many words of a prompt is a copy, not an answer. */
const RUN_WORDS = 4;
/** A wording with such a run of content words asks for a list, so a list is an honest answer. */
const LIST_WORDS = 6;

/** All runs of `RUN_WORDS` words of a text. */
export function runsOf(tokens: readonly Token[]): Set<string> {
  const runs = new Set<string>();
  for (let at = RUN_WORDS; at <= tokens.length; at++) runs.add(runEndingAt(tokens, at - 1));
  return runs;
}

/** The run that ends with a word, '' where there are too few words before it. */
export function runEndingAt(tokens: readonly Token[], index: number): string {
  if (index < RUN_WORDS - 1) return '';
  let run = '';
  for (let at = index - RUN_WORDS + 1; at <= index; at++) run += ` ${tokens[at]?.text}`;
  return run;
}

/** Does a wording enumerate, so that its answer may? */
export function isList(tokens: readonly Token[]): boolean {
  let run = 0;
  for (const token of tokens) {
    run = token.isFunction ? 0 : run + 1;
    if (run >= LIST_WORDS) return true;
  }
  return false;
}

/** Grammar that lists have too. */
const listWords = new Set('the and or'.split(' '));

/** Does a word end a row of words that could be a list? */
export function endsRow({ isFunction, text }: Token): boolean {
  return isFunction && !listWords.has(text);
}

/** How many words with content a text says in a row at most. */
export function longestRow(tokens: readonly Token[]): number {
  let [row, longest] = [0, 0];
  for (const token of tokens) {
    if (endsRow(token)) row = 0;
    else if (!token.isFunction) row++;
    longest = Math.max(longest, row);
  }
  return longest;
}

/** Words in one string, each between spaces, so that whole words can be looked for. */
export function lineOf(tokens: readonly Token[]): string {
  return ` ${tokens.map((token) => token.text).join(' ')} `;
}
