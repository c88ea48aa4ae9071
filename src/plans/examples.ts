import { countRight, fitThreshold, type Marked } from '../evaluators/calibration.ts';
import { type Rubric, THRESHOLD_DEFAULT } from '../evaluators/evaluator.ts';
import { evaluateRubric } from '../evaluators/rubric.ts';
import { contentStems, tokenize } from '../evaluators/tokens.ts';
import { deepFreeze } from './freeze.ts';
import type { Finding } from './problem.ts';
import type { Plan, Question } from './schema.ts';

// Marked answers of a question: what they say of its threshold, and what is wrong with them.

/** Words that differ by so much in what they reach have not been marked by the words. Units: 0..1. */
const UPSIDE_DOWN_MIN = 0.15;

/** Give each question that has marked answers, and no threshold in `source`, the threshold that they tell. */
export function fitThresholds(plan: Plan, source: unknown): Plan {
  return { ...plan, questions: plan.questions.map((question, index) => fitQuestion(question, source, index)) };
}

function fitQuestion(question: Question, source: unknown, index: number): Question {
  const { text, rubric } = question;
  if (isThresholdWritten(source, index)) return question;
  const { threshold: _default, ...rest } = rubric;
  return { ...question, rubric: { ...rubric, threshold: thresholdOf(text, rest) } };
}

/** The threshold of a question in a plan or elsewhere: the one that was written, the one that marked answers tell, or 0.6. */
export function thresholdOf(question: string, rubric: Examined & { threshold?: number | undefined }): number {
  if (rubric.threshold !== undefined) return rubric.threshold;
  return rubric.examples === undefined ? THRESHOLD_DEFAULT : fitThreshold(markedOf({ text: question, rubric }));
}

function isThresholdWritten(source: unknown, index: number): boolean {
  const { questions } = source as { questions: { rubric: { threshold?: unknown } }[] };
  return questions[index]?.rubric.threshold !== undefined;
}

/** For each question with marked answers: on which side of its threshold they stand. */
export function tellExamples(plan: Plan): string[] {
  return plan.questions.flatMap((question) => {
    const { examples, threshold } = question.rubric;
    if (examples === undefined) return [];
    const right = countRight(markedOf(question), threshold);
    return [
      `${question.id}: threshold ${threshold}, with ${right} of ${examples.length} marked answers on the right side`,
    ];
  });
}

/** What is wrong with the marked answers of a plan. */
export function findExampleWarnings(plan: Plan): Finding[] {
  return plan.questions.flatMap((question, index) =>
    findWarnings(question).map(({ keys, message }) => ({ keys: ['questions', index, 'rubric', ...keys], message })),
  );
}

function findWarnings(question: Question): Finding[] {
  const { examples } = question.rubric;
  if (examples === undefined) return [];
  const marked = markedOf(question);
  return [
    ...findContrary(examples, marked),
    ...findOneSided(marked),
    ...findUpsideDown(examples, marked),
    ...findUnheard(question.rubric.threshold, marked),
  ];
}

type Examples = readonly { answer: string; score: number }[];

/** A rubric with marked answers, whatever its threshold. */
interface Examined {
  points: Rubric['points'];
  examples?: Examples | undefined;
}

/** Nobody changes a plan that was read, so what was found out about its marked answers holds. */
const markedByExamples = new WeakMap<Examples, Marked[]>();

/** What the words of the marked answers reach. The rubric is frozen, so that it is prepared once for all of them. */
function markedOf({ text, rubric }: { text: string; rubric: Examined }): Marked[] {
  const { examples = [], points } = rubric;
  const known = markedByExamples.get(examples);
  if (known) return known;
  const frozen = deepFreeze(structuredClone({ points, threshold: THRESHOLD_DEFAULT }));
  const marked = examples.map(({ answer, score }) => ({
    score: evaluateRubric({ question: text, rubric: frozen, answer }).score,
    isEnough: score >= THRESHOLD_DEFAULT,
  }));
  markedByExamples.set(examples, marked);
  return marked;
}

/** The same words marked as enough and as not. */
function findContrary(examples: Examples, marked: readonly Marked[]): Finding[] {
  const firstByWords = new Map<string, number>();
  return examples.flatMap(({ answer }, at) => {
    const words = [...contentStems(tokenize(answer))].sort().join(' ');
    const first = firstByWords.get(words);
    if (first === undefined) firstByWords.set(words, at);
    if (first === undefined || marked[first]?.isEnough === marked[at]?.isEnough) return [];
    return [{ keys: ['examples', at], message: `says the same as examples[${first}], which is marked otherwise` }];
  });
}

function findOneSided(marked: readonly Marked[]): Finding[] {
  if (new Set(marked.map(({ isEnough }) => isEnough)).size > 1) return [];
  const message = marked[0]?.isEnough
    ? `all are enough (${THRESHOLD_DEFAULT} or more): add an answer that is not, or they only say how low the threshold may be`
    : `none is enough (${THRESHOLD_DEFAULT} or more): add an answer that is, or they only say how high the threshold may be`;
  return [{ keys: ['examples'], message }];
}

/** The answer that is not enough and reaches most, beside the one that is and reaches least: no threshold helps there. */
function findUpsideDown(examples: Examples, marked: readonly Marked[]): Finding[] {
  const order = marked.map((_, at) => at).sort((a, b) => (marked[a]?.score ?? 0) - (marked[b]?.score ?? 0));
  const lowest = order.find((at) => marked[at]?.isEnough);
  const highest = order.findLast((at) => marked[at]?.isEnough === false);
  const [low, high] = [marked[lowest ?? -1], marked[highest ?? -1]];
  if (!low || !high || high.score - low.score < UPSIDE_DOWN_MIN) return [];
  const reach = (score: number) => `${Math.round(100 * score)} % of the points by its words`;
  const message = `reaches ${reach(high.score)} and is marked ${examples[highest ?? -1]?.score}, while examples[${lowest}], marked ${examples[lowest ?? -1]?.score}, reaches ${reach(low.score)}: no threshold tells them apart, an alternative in the words of the better one may`;
  return [{ keys: ['examples', highest ?? 0], message }];
}

/** A threshold that was written down although marked answers speak for another. */
function findUnheard(threshold: number, marked: readonly Marked[]): Finding[] {
  const fitted = fitThreshold(marked);
  const [right, better] = [countRight(marked, threshold), countRight(marked, fitted)];
  if (better <= right) return [];
  const message = `puts ${right} of ${marked.length} marked answers on the right side, and ${fitted} would put ${better}; left out, it is fitted to them`;
  return [{ keys: ['threshold'], message }];
}
