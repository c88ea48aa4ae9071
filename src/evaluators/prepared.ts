import { type Rubric, rubricChars } from './evaluator.ts';
import { isList, lineOf, longestRow, runsOf } from './phrases.ts';
import type { Background } from './reading.ts';
import { contentStems, functionShare, type Token, tokenize } from './tokens.ts';
import { type Surroundings, toWording, type Wording } from './wording.ts';
import { PROSE_SHARE_MIN } from './words.ts';

/** A question and its rubric, ready to be matched with answers. */
export interface PreparedRubric {
  wordingsByPoint: readonly (readonly Wording[])[];
  background: Background;
  /** False when the rubric itself does not read as English: then no language is foreign. */
  isEnglish: boolean;
}

interface Kept {
  question: string;
  prepared: PreparedRubric;
}

/** Rubrics kept, in characters: about a thousand of the usual size. */
const KEPT_CHARS_MAX = 2_000_000;

let keptByRubric = new WeakMap<Rubric, Kept>();
let keptChars = 0;

/**
 * Prepare a question and its rubric.
 *
 * What was prepared for a frozen rubric is kept, as those of published plans are: an answer must not pay for the
 * rubric again. When too much is kept all of it is forgotten; that only costs time.
 */
export function prepareRubric(question: string, rubric: Rubric): PreparedRubric {
  const known = keptByRubric.get(rubric);
  if (known?.question === question) return known.prepared;
  const prepared = prepare(question, rubric);
  if (!isFrozen(rubric)) return prepared;
  keptChars += question.length + rubricChars(rubric.points);
  if (keptChars > KEPT_CHARS_MAX) {
    keptByRubric = new WeakMap();
    keptChars = 0;
  }
  keptByRubric.set(rubric, { question, prepared });
  return prepared;
}

/** What can still change may not be kept. */
function isFrozen(rubric: Rubric): boolean {
  const parts = [rubric, rubric.points, ...rubric.points.flatMap((point) => [point, point.alternatives])];
  return parts.every((part) => Object.isFrozen(part));
}

function prepare(question: string, rubric: Rubric): PreparedRubric {
  const questionTokens = tokenize(question);
  const textsByPoint = rubric.points.map((point) => [point.text, ...point.alternatives].map(readText));
  const tokensByPoint = textsByPoint.map((texts) => texts.map(({ tokens }) => tokens));
  const surroundings: Surroundings = {
    questionStems: contentStems(questionTokens),
    questionLine: lineOf(questionTokens),
    pointCountsByStem: countPoints(tokensByPoint),
  };
  const wordingsByPoint = textsByPoint.map((texts) => toWordings(texts, surroundings));
  const rubricStems = new Set(wordingsByPoint.flat().flatMap((wording) => wording.units.map((unit) => unit.stem)));
  const isEnglish = functionShare([...questionTokens, ...tokensByPoint.flat(2)]) >= PROSE_SHARE_MIN;
  const isSaladKnown = isEnglish && !tokensByPoint.flat().some(isList);
  const background = {
    questionRuns: runsOf(questionTokens),
    questionStems: surroundings.questionStems,
    rubricStems,
    isSaladKnown,
    rowMax: Math.max(0, ...tokensByPoint.flat().map(longestRow)),
  };
  return { wordingsByPoint, background, isEnglish };
}

function countPoints(tokensByPoint: readonly (readonly Token[][])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const wordings of tokensByPoint) {
    for (const stem of contentStems(wordings.flat())) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return counts;
}

interface ReadText {
  text: string;
  tokens: Token[];
}

function readText(text: string): ReadText {
  return { text, tokens: tokenize(text) };
}

/** The wordings of one point. Where one has words with content, another of grammar alone must be said word for word. */
function toWordings(texts: readonly ReadText[], surroundings: Surroundings): Wording[] {
  const hasContent = ({ tokens }: ReadText) => tokens.some((token) => !token.isFunction);
  const prepare = ({ text, tokens }: ReadText) => toWording(text, tokens, surroundings);
  if (!texts.some(hasContent)) return texts.map(prepare);
  const rich = texts.filter(hasContent).map(prepare);
  const poor = texts.filter((text) => !hasContent(text)).map(prepare);
  return [...rich, ...poor.map(({ line }) => ({ units: [], pairs: [], line }))];
}
