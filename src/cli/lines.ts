/** A longer line is not kept: its text comes as null. */
export const LINE_CHARS_MAX = 8 * 1024 * 1024;

/** One line of a stream. `number` counts from 1. */
export interface Line {
  number: number;
  /** Without the line break; null when it was too long. */
  text: string | null;
}

/** Read a stream line by line, holding at most one line. Both kinds of line break end a line. */
export async function* readLines(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Line> {
  let [number, rest, isTooLong] = [0, '', false];
  const take = (end: string): Line => {
    const text = isTooLong || rest.length + end.length > LINE_CHARS_MAX ? null : (rest + end).replace(/\r$/, '');
    [rest, isTooLong] = ['', false];
    number += 1;
    return { number, text };
  };
  for await (const chunk of decode(chunks)) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      yield take(chunk.slice(start, end));
      start = end + 1;
    }
    if (!isTooLong) rest += chunk.slice(start);
    if (rest.length > LINE_CHARS_MAX) [rest, isTooLong] = ['', true];
  }
  if (rest !== '' || isTooLong) yield take('');
}

/** Read a stream as text, keeping at most the first `charsMax` characters. */
export async function readText(chunks: AsyncIterable<string | Uint8Array>, charsMax: number): Promise<string> {
  let text = '';
  for await (const chunk of decode(chunks)) if (text.length < charsMax) text += chunk.slice(0, charsMax - text.length);
  return text;
}

/** Decode UTF-8; a character may lie across two chunks. A byte order mark at the start is dropped. */
async function* decode(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
