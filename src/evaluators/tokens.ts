import porter from 'wink-porter2-stemmer';
import { aliases } from './aliases.ts';
import { basesByForm } from './forms.ts';
import { functionWords, NEGATION, negations } from './words.ts';

/** One word of a text. Units: UTF-16 offsets into the original text, end exclusive. */
export interface Token {
  /** Lower case, NFKC, without invisible characters and apostrophes, spelled out where it is usually shortened. */
  text: string;
  stem: string;
  /** On the parts of `useEffect`, `user_id` or `non-blocking`: the stem of all parts together. */
  whole?: string;
  start: number;
  end: number;
  isFunction: boolean;
}

/** Longer words are cut: nothing a person says is lost, and no word costs more than this. */
export const TOKEN_CHARS_MAX = 40;
const COMPOUND_PARTS_MAX = 5;

const invisibles =
  '\\u00ad\\u034f\\u061c\\u180b-\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\u{e0000}-\\u{e0fff}';
/** Characters that nobody sees: soft hyphen, zero width, bidirectional controls, variation selectors, tags. */
export const invisiblePattern = new RegExp(`[${invisibles}]`, 'gu');

const abbreviation = '(?:[eE]\\.[gG]|[iI]\\.[eE])(?![\\p{L}\\p{N}])';
const chunkPattern = new RegExp(
  `\\p{N}+(?:[.,]\\p{N}+)+|${abbreviation}|[\\p{L}\\p{N}](?:[\\p{L}\\p{N}\\p{M}${invisibles}]|['’_-](?=[\\p{L}\\p{N}]))*(?:\\+\\+|#)?`,
  'gu',
);
const partPattern = /[^_-]+/gu;
const camelPattern = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
/** Scripts written without spaces: pairs of characters stand in for words. */
const spacelessPattern = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const spacelessRunPattern = new RegExp(`${spacelessPattern.source}+|(?:(?!${spacelessPattern.source}).)+`, 'gsu');
const wordPattern = /^[\p{L}\p{N}]+$/u;
const asciiPattern = /^[a-z]+$/i;

/** Split a text into words with their stems. Offsets count in the text as it was given. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const known: Known = { readingsByRaw: new Map(), stemsByWord: new Map() };
  for (const match of text.matchAll(chunkPattern)) {
    const parts = splitChunk(match[0], match.index).flatMap((part) => toTokens(part, known));
    if (parts.length > 1 && parts.length <= COMPOUND_PARTS_MAX) {
      const joined = parts.map((part) => part.text).join('');
      const whole = stemOf(joined.slice(0, TOKEN_CHARS_MAX), known);
      for (const part of parts) part.whole = whole;
    }
    for (const part of parts) if (part.text !== '') tokens.push(part);
  }
  return tokens;
}

interface Part {
  raw: string;
  start: number;
}

function splitChunk(chunk: string, start: number): Part[] {
  if (/^[a-z]+$/.test(chunk)) return [{ raw: chunk, start }];
  const parts: Part[] = [];
  for (const piece of chunk.matchAll(partPattern)) {
    let at = start + piece.index;
    for (const raw of piece[0].split(camelPattern)) {
      parts.push(...(spacelessPattern.test(raw) ? splitSpaceless(raw, at) : [{ raw, start: at }]));
      at += raw.length;
    }
  }
  return parts;
}

function splitSpaceless(text: string, start: number): Part[] {
  return [...text.matchAll(spacelessRunPattern)].flatMap((run) => {
    const at = start + run.index;
    const characters = [...run[0]];
    if (!spacelessPattern.test(run[0]) || characters.length < 3) return [{ raw: run[0], start: at }];
    let offset = at;
    return characters.slice(1).map((character, index) => {
      const previous = characters[index] ?? '';
      const part = { raw: previous + character, start: offset };
      offset += previous.length;
      return part;
    });
  });
}

/** What was found out about the words of one text; most are said again. */
interface Known {
  readingsByRaw: Map<string, Pick<Token, 'text' | 'stem' | 'isFunction'>[]>;
  stemsByWord: Map<string, string>;
}

/** One word, or several where it is short for them; they then lie in the same place. */
function toTokens({ raw, start }: Part, known: Known): Token[] {
  let readings = known.readingsByRaw.get(raw);
  if (!readings) {
    const word = normalize(raw);
    readings = (aliases.get(word) ?? [word]).map((text) => ({
      text,
      stem: negations.has(text) ? NEGATION : stemOf(text, known),
      isFunction: functionWords.has(text),
    }));
    known.readingsByRaw.set(raw, readings);
  }
  return readings.map(({ text, stem, isFunction }) => ({ text, stem, start, end: start + raw.length, isFunction }));
}

function normalize(raw: string): string {
  if (asciiPattern.test(raw)) return raw.slice(0, TOKEN_CHARS_MAX).toLowerCase();
  const seen = raw
    .slice(0, 4 * TOKEN_CHARS_MAX)
    .replace(invisiblePattern, '')
    .normalize('NFKC')
    .toLowerCase();
  if (wordPattern.test(seen)) return seen.slice(0, TOKEN_CHARS_MAX);
  const word = seen.replace(/['’]s$/u, '').replace(/[^\p{L}\p{N}\p{M}+#.]/gu, '');
  return word.slice(0, TOKEN_CHARS_MAX);
}

function stemOf(word: string, { stemsByWord }: Known): string {
  if (word.length < 3 || !asciiPattern.test(word)) return word;
  const known = stemsByWord.get(word);
  if (known !== undefined) return known;
  const base = basesByForm.get(word) ?? word;
  const stem = porter(base);
  // The stemmer looks words up in a plain object, so `constructor` comes back as a function.
  const result = typeof stem === 'string' && stem !== '' ? stem : base;
  stemsByWord.set(word, result);
  return result;
}

/** The stems of the words that carry content, in the order in which they first occur. */
export function contentStems(tokens: readonly Token[]): Set<string> {
  return new Set(tokens.flatMap((token) => (token.isFunction ? [] : [token.stem])));
}

/** The share (0..1) of function words in a text. */
export function functionShare(tokens: readonly Token[]): number {
  return tokens.length === 0 ? 0 : tokens.filter((token) => token.isFunction).length / tokens.length;
}
