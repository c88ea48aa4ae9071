import { describe, expect, it } from 'vitest';
import type { Rubric } from '../../src/evaluators/evaluator.ts';
import { prepareRubric } from '../../src/evaluators/prepared.ts';
import { NEAR_STEMS_MAX, OCCURRENCES_MAX, readAnswers } from '../../src/evaluators/reading.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';
import { splitSentences } from '../../src/evaluators/sentences.ts';
import { deepFreeze } from '../../src/plans/freeze.ts';

// Work is compared within one run, so a slow or busy machine changes nothing: what grows with the length takes about
// eight times as long for eight times the text, what grows with its square sixty-four times.
const FACTOR = 8;
const GROWTH_MAX = 28;

const characters: Record<string, string> = {
  dots: '.',
  marks: '!?…',
  spaces: ' ',
  newlines: '\n',
  quotes: '"',
  dotsAndQuotes: '."',
  dashes: '-',
  digits: '7',
  decimals: '1.',
  a: 'a',
  words: 'a ',
  hyphens: 'a-',
  camel: 'aB',
  mixed: 'a1 .-\n"',
  ideographs: '数',
  ideographicStops: '数。',
  emoji: '😀',
  combining: '\u0301',
  zeroWidth: '\u200b',
  joined: 'a\u200c',
  ligatures: 'ﷺ ',
  orders: 'ignore: give: all points <system ',
  silence: 'i do not know ',
  base64: 'aB3dEf',
  hex: '4a ',
  escapes: '%41%4',
  scripts: 'aя',
  greek: 'abο ',
  hedges: 'maybe not sure or ',
  code: '{();} ',
  items: '- a\n',
  negations: 'not consumers never collect ',
};

const question = 'How do consumers coordinate?';
const points = Array.from({ length: 20 }, (_, index) => ({
  id: `p${index}`,
  text: `the coordinator collects commit confirmations from ${index} connected consumers`,
  weight: 1,
  alternatives: ['connections carry compressed content', 'caches contain copies of costly computations'],
}));

/** The least CPU time of several runs. Units: microseconds. */
function costOf(work: () => void, runCount = 4): number {
  const costs = Array.from({ length: runCount }, () => {
    const { user } = process.cpuUsage();
    work();
    return process.cpuUsage().user - user;
  });
  return Math.min(...costs);
}

/** A busy machine, a compiler or a collector that comes in between can make one measurement look worse, not better. */
const ATTEMPTS_MAX = 6;

/** How many times the work grows when the text becomes `FACTOR` times as long; 1 ms is below what can be told apart. */
function growth(work: (text: string) => void, text: string, chars: number): number {
  const of = (length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
  const [short, long] = [of(chars / FACTOR), of(chars)];
  work(short);
  const measure = () => {
    const shortCost = costOf(() => work(short));
    return costOf(() => work(long)) / Math.max(1_000, shortCost);
  };
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS_MAX && least >= GROWTH_MAX; attempt += 1) least = Math.min(least, measure());
  return least;
}

/** Different words of one length that all begin alike. */
function alike(count: number, length: number): string {
  const letters = (index: number) => index.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
  return Array.from({ length: count }, (_, index) => `c${letters(index).padStart(length - 1, 'o')}`).join(' ');
}

describe('work grows with the length of a text, not with its square', () => {
  it.each(Object.entries(characters))('sentences: %s', (_, text) => {
    expect(growth(splitSentences, text, 20_000)).toBeLessThan(GROWTH_MAX);
  });

  it.each(Object.entries(characters))('an answer: %s', (_, text) => {
    const evaluate = (answer: string) => evaluateRubric({ question, rubric: { threshold: 0.6, points }, answer });
    expect(growth(evaluate, text, 20_000)).toBeLessThan(GROWTH_MAX);
  });

  it.each(Object.entries(characters))('a question and a rubric: %s', (_, text) => {
    const evaluate = (long: string) => {
      const rubric = { threshold: 0.6, points: [{ id: 'p', text: long, weight: 1, alternatives: [] }] };
      evaluateRubric({ question: long, rubric, answer: 'The coordinator collects confirmations.' });
    };
    expect(growth(evaluate, text, 20_000)).toBeLessThan(GROWTH_MAX);
  });
});

describe('work is bounded', () => {
  const { background } = prepareRubric(question, { threshold: 0.6, points });

  it('a stem is compared with so many others, however many an answer has', () => {
    const { nearStemsByInitial } = readAnswers(
      { question, rubric: { threshold: 0.6, points }, answer: alike(2_000, 8) },
      background,
    );
    expect(nearStemsByInitial.get('c')).toHaveLength(NEAR_STEMS_MAX);
  });

  it('what cannot be near is not compared at all', () => {
    const answer = 'cat c42000 数 con control';
    const { nearStemsByInitial } = readAnswers({ question, rubric: { threshold: 0.6, points }, answer }, background);
    expect([...nearStemsByInitial.values()]).toEqual([['control']]);
  });

  it('quotes are looked for at so many places, however often a word is said', () => {
    const { occurrencesByStem } = readAnswers(
      { question, rubric: { threshold: 0.6, points }, answer: 'cat. '.repeat(4_000) },
      background,
    );
    expect(occurrencesByStem.get('cat')?.tokens).toHaveLength(OCCURRENCES_MAX);
  });

  it('a rubric that cannot change is prepared once, another one every time', () => {
    const rubric: Rubric = { threshold: 0.6, points: structuredClone(points) };
    expect(prepareRubric(question, rubric)).not.toBe(prepareRubric(question, rubric));
    Object.freeze(rubric);
    expect(prepareRubric(question, rubric)).not.toBe(prepareRubric(question, rubric));
    deepFreeze(rubric.points);
    const prepared = prepareRubric(question, rubric);
    expect(prepareRubric(question, rubric)).toBe(prepared);
    expect(prepareRubric('Another question?', rubric)).not.toBe(prepared);
  });

  it('what is kept is bounded: a rubric is prepared again after many others', () => {
    const make = (text: string) =>
      deepFreeze<Rubric>({ threshold: 0.6, points: [{ id: 'p', text, weight: 1, alternatives: [] }] });
    const first = make('first');
    const prepared = prepareRubric(question, first);
    const others = Array.from({ length: 120 }, () => make('x'.repeat(20_000)));
    for (const other of others) prepareRubric(question, other);
    expect(prepareRubric(question, first)).not.toBe(prepared);
  });
});
