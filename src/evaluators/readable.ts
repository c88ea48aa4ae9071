import { ANSWER_READ_CHARS_MAX, type Evidence, joinAnswers } from './evaluator.ts';

/** What is read of the answers to one question, as one text. Units: UTF-16 offsets. */
export interface Readable {
  text: string;
  /** One for each answer: where it lies in `text`, and how much was left out before it. */
  parts: { start: number; end: number; leftOut: number }[];
  /** Was anything left out? */
  isCut: boolean;
}

/** Take the part of each answer that is read: the limit holds for each, so a long one leaves the next its place. */
export function readableOf(answers: readonly string[]): Readable {
  const texts = answers.map(readablePart);
  const jointChars = joinAnswers(['', '']).length;
  const parts: Readable['parts'] = [];
  let [start, leftOut] = [0, 0];
  for (const [index, { length }] of texts.entries()) {
    parts.push({ start, end: start + length, leftOut });
    start += length + jointChars;
    leftOut += (answers[index]?.length ?? 0) - length;
  }
  return { text: joinAnswers(texts), parts, isCut: leftOut > 0 };
}

/** An exact part of what is read, with its place in the answers as they were joined. */
export function quoteOf({ text, parts }: Readable, { start, end }: { start: number; end: number }): Evidence {
  const leftOut = parts.findLast((part) => part.start <= start)?.leftOut ?? 0;
  return { quote: text.slice(start, end), start: start + leftOut, end: end + leftOut };
}

/** At most the limit, never half a character. */
function readablePart(answer: string): string {
  const part = answer.slice(0, ANSWER_READ_CHARS_MAX);
  return part.length < answer.length && /[\ud800-\udbff]$/.test(part) ? part.slice(0, -1) : part;
}
