import { functionShare, type Token } from './tokens.ts';

const codePattern = /[{}();=<>[\]|&]/g;
const itemPattern = /^\s{0,8}(?:[-*•+]|\d{1,3}[.)])\s/;
/** Of the characters of code so many are brackets and operators; prose has one in a hundred. */
const CODE_SHARE_MIN = 0.05;
const CODE_CHARS_MIN = 20;
const ITEMS_MIN = 2;
const ITEM_SHARE_MIN = 0.6;
const WORDS_MIN = 8;
const FUNCTION_SHARE_MAX = 0.1;

/** Is an answer code, a list or a row of words? All are fine, but what holds for sentences says less about them. */
export function isNonProse(text: string, tokens: readonly Token[]): boolean {
  if (tokens.length === 0) return false;
  const codeChars = text.match(codePattern)?.length ?? 0;
  if (text.length >= CODE_CHARS_MIN && codeChars / text.length >= CODE_SHARE_MIN) return true;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const items = lines.filter((line) => itemPattern.test(line)).length;
  if (items >= ITEMS_MIN && items / lines.length >= ITEM_SHARE_MIN) return true;
  return tokens.length >= WORDS_MIN && functionShare(tokens) < FUNCTION_SHARE_MAX;
}
