import { answersOf, type EvaluationRequest } from './evaluator.ts';
import { canBeNear } from './near.ts';
import { isNonAnswer } from './nonanswer.ts';
import { endsRow, lineOf, runEndingAt, runsOf } from './phrases.ts';
import { findNegated } from './polarity.ts';
import { type Readable, readableOf } from './readable.ts';
import { contentStems, type Token, tokenize } from './tokens.ts';

/** Where a stem occurs first in the answers, at most `OCCURRENCES_MAX` times, and what its best occurrence may earn (0..1). */
export interface Occurrence {
  /** As it stands, and after a negation. */
  credit: number;
  negatedCredit: number;
  tokens: Token[];
  /** The places of those outside a list of keywords, counted in words over all answers, rising. */
  positions: number[];
}

/** What was noticed in one of the answers. */
export interface AnswerReading {
  tokens: Token[];
  /** All its words in one string, and all words of the prompts that it could repeat. */
  line: string;
  givenLine: string;
  copiedCount: number;
  /** Words of the prompts were put together anew, with too little beside them to earn anything. */
  isEcho: boolean;
  isNonAnswer: boolean;
}

/** Answers prepared for matching. */
export interface Reading extends Readable {
  tokens: Token[];
  answers: AnswerReading[];
  occurrencesByStem: Map<string, Occurrence>;
  /** Stems by their first character: the candidates for a near match, at most `NEAR_STEMS_MAX` each. */
  nearStemsByInitial: Map<string, string[]>;
  saladCount: number;
}

/** What the answers are held against while they are read. */
export interface Background {
  questionRuns: ReadonlySet<string>;
  questionStems: ReadonlySet<string>;
  rubricStems: ReadonlySet<string>;
  /** False where prose cannot be told from a list of words, as in a language other than English. */
  isSaladKnown: boolean;
  /** How many words with content a wording has in a row at most: an answer may have as many. */
  rowMax: number;
}

/** Near matches are tried with so many stems; prose of 20,000 characters has about a hundred with one initial. */
export const NEAR_STEMS_MAX = 256;
/** Quotes are looked for at so many places; who repeats a word more often says nothing new with it. */
export const OCCURRENCES_MAX = 100;
/** So many words with content in a row, most of them from the rubric, read like a list: each next one says less, */
const LIST = { words: 5, strangersMax: 1, credit: 0.3 };
/** and so many are a list of keywords. */
const SALAD = { words: 8, strangersMax: 3, credit: 0.1 };
/** So many words of the prompts earn something in an answer to a follow-up that copies no run ("PUT and DELETE"), */
const GIVEN_FREE = 2;
/** and so many more for each word that the prompts did not give. */
const GIVEN_PER_OWN = 2;

/** The words that the prompts up to an answer have given. */
interface Given {
  runs: Set<string>;
  stems: Set<string>;
  line: string;
}

/**
 * Read the answers to one question.
 *
 * What a word may earn never sinks by text that comes after it, so text added at the end takes nothing away. Only who
 * goes on to copy the prompt, and adds nothing, loses the words of it.
 */
export function readAnswers(request: EvaluationRequest, background: Background): Reading {
  const readable = readableOf(answersOf(request));
  const reading: Reading = {
    ...readable,
    tokens: tokenize(readable.text),
    answers: [],
    occurrencesByStem: new Map(),
    nearStemsByInitial: new Map(),
    saladCount: 0,
  };
  const given = { runs: new Set(background.questionRuns), stems: new Set(background.questionStems), line: '' };
  const negated = findNegated(reading.tokens, reading.text);
  let from = 0;
  for (const [index, part] of readable.parts.entries()) {
    const followUp = request.followUps?.[index - 1];
    if (followUp) give(given, tokenize(followUp.prompt));
    let to = from;
    while ((reading.tokens[to]?.start ?? part.end) < part.end) to++;
    const tokens = reading.tokens.slice(from, to);
    const copied = tokens.map((_, at) => given.runs.has(runEndingAt(tokens, at)));
    const free = copied.includes(true) ? 0 : GIVEN_FREE;
    const givenMax = followUp ? free + GIVEN_PER_OWN * countOwn(tokens, given) : Number.POSITIVE_INFINITY;
    reading.answers.push(readAnswer(reading, tokens, { from, negated, given, givenMax, copied, background }));
    from = to;
  }
  return reading;
}

function give(given: Given, prompt: readonly Token[]): void {
  for (const run of runsOf(prompt)) given.runs.add(run);
  for (const stem of contentStems(prompt)) given.stems.add(stem);
  given.line += lineOf(prompt);
}

function countOwn(tokens: readonly Token[], { stems }: Given): number {
  return [...contentStems(tokens)].filter((stem) => !stems.has(stem)).length;
}

function readAnswer(
  reading: Reading,
  tokens: Token[],
  {
    from,
    negated,
    given,
    givenMax,
    copied,
    background,
  }: {
    from: number;
    negated: readonly boolean[];
    given: Given;
    givenMax: number;
    copied: readonly boolean[];
    background: Background;
  },
): AnswerReading {
  // One word may be the word that was asked for: `pass`.
  const isSilent = isNonAnswer(tokens);
  const isWorthless = isSilent && tokens.length > 1;
  const usedGiven = new Set<string>();
  let row: boolean[] = [];
  let [copiedCount, isEcho] = [0, false];
  for (const [index, token] of tokens.entries()) {
    if (!token.isFunction) row.push(background.rubricStems.has(token.stem));
    else if (endsRow(token)) row = [];
    const isSalad = background.isSaladKnown && isRow(row, SALAD.words, SALAD.strangersMax);
    const isList =
      background.isSaladKnown && isRow(row, Math.max(LIST.words, background.rowMax + 1), LIST.strangersMax);
    const isCopied = copied[index] === true;
    const isGiven = !isCopied && !token.isFunction && given.stems.has(token.stem);
    if (isGiven && usedGiven.size < givenMax) usedGiven.add(token.stem);
    const isRepeated = isGiven && !usedGiven.has(token.stem);
    if (isCopied) copiedCount++;
    if (isSalad) reading.saladCount++;
    if (isRepeated) isEcho = true;
    if (isWorthless || isCopied || isRepeated) continue;
    const credit = (isSalad && SALAD.credit) || (isList && LIST.credit) || 1;
    const place = { credit, isNegated: negated[from + index] === true, at: from + index };
    note(reading, token.stem, token, place);
    if (token.whole !== undefined && token.whole !== token.stem) note(reading, token.whole, token, place);
  }
  return { tokens, line: lineOf(tokens), givenLine: given.line, copiedCount, isEcho, isNonAnswer: isSilent };
}

/** Do the last words without grammar come from the rubric, mostly? Only what stands before a word counts. */
function isRow(row: readonly boolean[], words: number, strangersMax: number): boolean {
  return row.length >= words && row.slice(-words).filter((isKnown) => !isKnown).length <= strangersMax;
}

function note(
  reading: Reading,
  stem: string,
  token: Token,
  { credit, isNegated, at }: { credit: number; isNegated: boolean; at: number },
): void {
  const known = reading.occurrencesByStem.get(stem);
  const occurrence = known ?? { credit: 0, negatedCredit: 0, tokens: [], positions: [] };
  if (isNegated) occurrence.negatedCredit = Math.max(occurrence.negatedCredit, credit);
  else occurrence.credit = Math.max(occurrence.credit, credit);
  if (occurrence.tokens.length < OCCURRENCES_MAX) occurrence.tokens.push(token);
  if (credit > SALAD.credit && occurrence.positions.length < OCCURRENCES_MAX) occurrence.positions.push(at);
  if (known) return;
  reading.occurrencesByStem.set(stem, occurrence);
  if (!canBeNear(stem)) return;
  const initial = stem[0] ?? '';
  const stems = reading.nearStemsByInitial.get(initial);
  if (!stems) reading.nearStemsByInitial.set(initial, [stem]);
  else if (stems.length < NEAR_STEMS_MAX) stems.push(stem);
}
