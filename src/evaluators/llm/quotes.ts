import type { Readable } from '../readable.ts';
import { hiddenPattern } from './hidden.ts';

// A model repeats what it was given with other quotation marks, spaces and capitals. Nothing else may differ.

const likenesses: Record<string, string> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u00ab': '"',
  '\u00bb': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
};

/** A model is asked for 200 characters. What is much longer is no quote, and what looks at it would take its time. */
const QUOTE_CHARS_MAX = 1_000;
/** Who copies so many characters may break off inside a word. */
const CUT_CHARS_MIN = 100;
/** Inside words a quote is passed over so many times. */
const PLACES_MAX = 100;

const hidden = new RegExp(hiddenPattern.source, 'v');
/** Letters that make words with their neighbours, as those of scripts without spaces do not. */
const inWord =
  /[[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]]/v;

/** A text as quotes are compared in, and where each of its characters came from. Units: UTF-16 offsets. */
interface Comparable {
  text: string;
  starts: number[];
  ends: number[];
}

/** Taken apart, because a letter and its accent may have been typed as one character or as two. */
function fold(character: string): string {
  if (character.length === 1 && character <= '\u007f') return character.toLowerCase();
  if (hidden.test(character)) return '';
  return (likenesses[character] ?? character.normalize('NFKD')).toLowerCase();
}

function toComparable(text: string): Comparable {
  // Joined at the end: a string that grows and is looked at costs its length each time.
  const pieces: string[] = [];
  const [starts, ends]: [number[], number[]] = [[], []];
  let [at, isAfterSpace] = [0, true];
  for (const character of text) {
    const start = at;
    at += character.length;
    const isSpace = /\s/u.test(character);
    if (isSpace && isAfterSpace) continue;
    const piece = isSpace ? ' ' : fold(character);
    if (piece === '') continue;
    isAfterSpace = isSpace;
    pieces.push(piece);
    for (let unit = 0; unit < piece.length; unit++) {
      starts.push(start);
      ends.push(at);
    }
  }
  return { text: pieces.join(''), starts, ends };
}

/** Would a cut at this place go through a word? */
function splitsWord(text: string, at: number): boolean {
  return inWord.test(text[at - 1] ?? '') && inWord.test(text[at] ?? '');
}

/** Where the words of a quote stand in a text; -1 = nowhere. */
function placeOf(text: string, wanted: string): number {
  for (let [from, tries] = [text.indexOf(wanted), 0]; from >= 0 && tries < PLACES_MAX; tries++) {
    const isCut = wanted.length < CUT_CHARS_MIN && splitsWord(text, from + wanted.length);
    if (!splitsWord(text, from) && !isCut) return from;
    from = text.indexOf(wanted, from + 1);
  }
  return -1;
}

/** Finds quotes in what was read, which is gone through only once. */
export type QuoteFinder = (quote: string) => { start: number; end: number } | null;

/** Where a quote stands in one of the answers, in whole words; null = it does not. Units: UTF-16 offsets. */
export function quoteFinder({ text, parts }: Pick<Readable, 'text' | 'parts'>): QuoteFinder {
  // Each answer by itself: what begins in one and ends in the next was never said.
  const answers = parts.map((part) => ({ at: part.start, ...toComparable(text.slice(part.start, part.end)) }));
  return (quote) => {
    if (quote.length > QUOTE_CHARS_MAX) return null;
    const wanted = toComparable(quote.trim().replace(/^["'“”]|["'“”]$/gu, '')).text.trim();
    if (!/[\p{L}\p{N}]/u.test(wanted)) return null;
    for (const answer of answers) {
      const from = placeOf(answer.text, wanted);
      const start = answer.starts[from];
      const end = answer.ends[from + wanted.length - 1];
      if (start !== undefined && end !== undefined) return { start: answer.at + start, end: answer.at + end };
    }
    return null;
  };
}
