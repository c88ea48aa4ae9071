import { ANSWER_READ_CHARS_MAX } from './evaluator.ts';
import type { Token } from './tokens.ts';
import { tokenize } from './tokens.ts';

/** Where a stem occurs in the answer, and what its best occurrence may earn (0..1). */
export interface Occurrence {
  credit: number;
  tokens: Token[];
}

/** An answer prepared for matching. */
export interface Reading {
  text: string;
  tokens: Token[];
  occurrencesByStem: Map<string, Occurrence>;
  /** Stems by their first character: the candidates for a near match. */
  stemsByInitial: Map<string, string[]>;
  /** All words in one string, each between spaces. */
  line: string;
  copiedCount: number;
  saladCount: number;
}

/** What the answer is held against while it is read. */
export interface Background {
  questionRuns: ReadonlySet<string>;
  rubricStems: ReadonlySet<string>;
  /** False where prose cannot be told from a list of words, as in a language other than English. */
  isSaladKnown: boolean;
}

/** A run of this many words of the question is a copy, not an answer. */
const RUN_WORDS = 4;
/** This many words without one that carries grammar, most of them from the rubric, are a list of keywords. */
const SALAD_WORDS = 8;
const SALAD_RUBRIC_MIN = 5;
const SALAD_CREDIT = 0.1;
/** A wording with such a run of content words asks for a list, so a list is an honest answer. */
const LIST_WORDS = 6;

/** The part of an answer that is read: at most the limit, never half a character. */
export function readablePart(answer: string): string {
  const part = answer.slice(0, ANSWER_READ_CHARS_MAX);
  return part.length < answer.length && /[\ud800-\udbff]$/.test(part) ? part.slice(0, -1) : part;
}

/** All runs of `RUN_WORDS` words of a text. */
export function runsOf(tokens: readonly Token[]): Set<string> {
  const runs = new Set<string>();
  for (let at = RUN_WORDS; at <= tokens.length; at++) runs.add(runEndingAt(tokens, at - 1));
  return runs;
}

function runEndingAt(tokens: readonly Token[], index: number): string {
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

/** Words in one string, each between spaces, so that whole words can be looked for. */
export function lineOf(tokens: readonly Token[]): string {
  return ` ${tokens.map((token) => token.text).join(' ')} `;
}

/**
 * Read an answer.
 *
 * What a word may earn depends only on the words before it, so text added at the end never takes anything away.
 */
export function readAnswer(text: string, background: Background): Reading {
  const tokens = tokenize(text);
  const reading: Reading = {
    text,
    tokens,
    occurrencesByStem: new Map(),
    stemsByInitial: new Map(),
    line: lineOf(tokens),
    copiedCount: 0,
    saladCount: 0,
  };
  let functionIndex = -1;
  const fromRubric: number[] = [0];
  for (const [index, token] of tokens.entries()) {
    if (token.isFunction) functionIndex = index;
    fromRubric.push((fromRubric[index] ?? 0) + (background.rubricStems.has(token.stem) ? 1 : 0));
    const inWindow = (fromRubric[index + 1] ?? 0) - (fromRubric[index + 1 - SALAD_WORDS] ?? 0);
    const isSalad = background.isSaladKnown && index - functionIndex >= SALAD_WORDS && inWindow >= SALAD_RUBRIC_MIN;
    const isCopied = background.questionRuns.size > 0 && background.questionRuns.has(runEndingAt(tokens, index));
    if (isCopied) reading.copiedCount++;
    if (isSalad) reading.saladCount++;
    const credit = isCopied ? 0 : isSalad ? SALAD_CREDIT : 1;
    note(reading, token.stem, token, credit);
    if (token.whole !== undefined && token.whole !== token.stem) note(reading, token.whole, token, credit);
  }
  return reading;
}

function note(reading: Reading, stem: string, token: Token, credit: number): void {
  const known = reading.occurrencesByStem.get(stem);
  if (known) {
    known.credit = Math.max(known.credit, credit);
    known.tokens.push(token);
    return;
  }
  reading.occurrencesByStem.set(stem, { credit, tokens: [token] });
  const initial = stem[0] ?? '';
  const stems = reading.stemsByInitial.get(initial);
  if (stems) stems.push(stem);
  else reading.stemsByInitial.set(initial, [stem]);
}
