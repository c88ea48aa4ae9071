// Where the quotes of an evaluation stand in the answers of a question. Pure.

/** What `joinAnswers` (src/evaluators/evaluator.ts) puts between answers; a test holds the two together. */
export const ANSWER_JOINT = '\n\n';

/** One quote of one point. Units: UTF-16 offsets into the joined answers, end exclusive. */
export interface Quote {
  pointId: string;
  quote: string;
  start: number;
  end: number;
}

/** A run of an answer's text and the points that it is evidence for; none = plain text. */
export interface Segment {
  start: number;
  text: string;
  pointIds: string[];
}

/** Tell whether a quote stands where it says in the joined answers. One that does not is never shown as evidence. */
export function isLocated(joined: string, { quote, start, end }: Omit<Quote, 'pointId'>): boolean {
  const isRange = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end > start;
  return isRange && joined.slice(start, end) === quote;
}

function cut(text: string, marks: Quote[]): Segment[] {
  const inside = marks.filter(({ start, end }) => end > 0 && start < text.length);
  const edges = new Set([0, text.length]);
  for (const { start, end } of inside) edges.add(Math.max(0, start)).add(Math.min(text.length, end));
  const sorted = [...edges].sort((left, right) => left - right);
  return sorted.slice(0, -1).map((start, index) => {
    const end = sorted[index + 1] ?? text.length;
    const covering = inside.filter((mark) => mark.start <= start && mark.end >= end);
    return { start, text: text.slice(start, end), pointIds: [...new Set(covering.map(({ pointId }) => pointId))] };
  });
}

/** Cut each answer of a question into runs, so that the runs which are evidence can be marked. */
export function segmentAnswers(answers: string[], quotes: Quote[]): Segment[][] {
  const joined = answers.join(ANSWER_JOINT);
  const located = quotes.filter((quote) => isLocated(joined, quote));
  let offset = 0;
  return answers.map((text) => {
    const from = offset;
    offset += text.length + ANSWER_JOINT.length;
    if (text === '') return [];
    return cut(
      text,
      located.map((quote) => ({ ...quote, start: quote.start - from, end: quote.end - from })),
    );
  });
}
