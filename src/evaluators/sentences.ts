/** Longer sentences are cut into pieces, so that a quote stays something one can read. */
export const SENTENCE_CHARS_MAX = 300;

// Without the look behind, each mark of a long row would try the rest of the row again.
const endPattern = /(?<![.!?…])[.!?…]+["'”’)\]]*(?=\s)|[。！？]|\n/gu;

/** Split a text into sentences, lines and pieces of long ones. Units: UTF-16 offsets, in order, not overlapping. */
export function splitSentences(text: string): { start: number; end: number }[] {
  const sentences: { start: number; end: number }[] = [];
  let start = 0;
  for (const match of text.matchAll(endPattern)) {
    const end = match.index + match[0].length;
    pushPieces(text, start, end, sentences);
    start = end;
  }
  pushPieces(text, start, text.length, sentences);
  return sentences;
}

function pushPieces(text: string, from: number, to: number, sentences: { start: number; end: number }[]): void {
  let start = from;
  while (start < to) {
    const end = to - start <= SENTENCE_CHARS_MAX ? to : pieceEnd(text, start);
    const trimmed = trim(text, start, end);
    if (trimmed.start < trimmed.end) sentences.push(trimmed);
    start = end;
  }
}

/** The last gap between words before the limit; without one, the limit, never inside a character. */
function pieceEnd(text: string, start: number): number {
  const limit = start + SENTENCE_CHARS_MAX;
  const gap = text.slice(start, limit).search(/\s\S*$/u);
  if (gap > 0) return start + gap;
  return /[\ud800-\udbff]/.test(text[limit - 1] ?? '') ? limit - 1 : limit;
}

function trim(text: string, start: number, end: number): { start: number; end: number } {
  const piece = text.slice(start, end);
  return { start: start + piece.length - piece.trimStart().length, end: start + piece.trimEnd().length };
}
