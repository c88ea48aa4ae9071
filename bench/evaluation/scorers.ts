import { THRESHOLD_DEFAULT, WEIGHT_DEFAULT } from '../../src/evaluators/evaluator.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';
import { contentStems, tokenize } from '../../src/evaluators/tokens.ts';
import type { MarkedQuestion } from './marked.ts';

/** What a way of scoring says of every answer: a number for each point, and how urgent a follow-up is. */
export interface Scored {
  coverages: number[];
  urgency: number;
}

/** Scores all answers of a question. `all` are the questions of the data set; nothing of their marks is used. */
export type Scorer = (
  question: MarkedQuestion,
  options: { all: readonly MarkedQuestion[]; isMany: boolean },
) => Scored[];

/** The evaluator and what it has to beat. */
export const scorers: Record<string, Scorer> = {
  constant: (question) => question.answers.map(() => toScored(question.references.map(() => 0))),
  length: (question) =>
    question.answers.map(({ text }) => toScored(question.references.map(() => Math.log(1 + tokenize(text).length)))),
  'tf-idf': scoreByCosine,
  rubric: scoreByRubric,
};

function toScored(coverages: number[]): Scored {
  return { coverages, urgency: -Math.max(...coverages) };
}

function scoreByRubric({ question, references, answers }: MarkedQuestion, { isMany }: { isMany: boolean }): Scored[] {
  const [first = '', ...alternatives] = references;
  const points = isMany
    ? references.map((text, index) => ({ id: `p${index}`, text, weight: WEIGHT_DEFAULT, alternatives: [] }))
    : [{ id: 'p0', text: first, weight: WEIGHT_DEFAULT, alternatives }];
  return answers.map(({ text: answer }) => {
    const evaluation = evaluateRubric({ question, rubric: { threshold: THRESHOLD_DEFAULT, points }, answer });
    return { coverages: evaluation.points.map(({ coverage }) => coverage), urgency: evaluation.followUp.urgency };
  });
}

function scoreByCosine(question: MarkedQuestion, { all, isMany }: Parameters<Scorer>[1]): Scored[] {
  const weigh = weightsOf(all);
  const references = question.references.map((text) => toVector(text, weigh));
  return question.answers.map(({ text }) => {
    const vector = toVector(text, weigh);
    const cosines = references.map((reference) => cosine(vector, reference));
    return toScored(isMany ? cosines : [Math.max(...cosines)]);
  });
}

const weightsByQuestions = new WeakMap<readonly MarkedQuestion[], (stem: string) => number>();

function weightsOf(all: readonly MarkedQuestion[]): (stem: string) => number {
  const known = weightsByQuestions.get(all);
  if (known) return known;
  const counts = new Map<string, number>();
  const texts = all.flatMap(({ references, answers }) => [...references, ...answers.map(({ text }) => text)]);
  for (const text of texts)
    for (const stem of contentStems(tokenize(text))) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const weigh = (stem: string) => Math.log((1 + texts.length) / (1 + (counts.get(stem) ?? 0)));
  weightsByQuestions.set(all, weigh);
  return weigh;
}

function toVector(text: string, weigh: (stem: string) => number): Map<string, number> {
  const vector = new Map<string, number>();
  for (const { stem, isFunction } of tokenize(text)) {
    if (!isFunction) vector.set(stem, (vector.get(stem) ?? 0) + weigh(stem));
  }
  return vector;
}

function cosine(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const dot = [...a].reduce((sum, [stem, value]) => sum + value * (b.get(stem) ?? 0), 0);
  const norm = (vector: ReadonlyMap<string, number>) =>
    Math.sqrt([...vector.values()].reduce((sum, x) => sum + x * x, 0));
  return dot > 0 ? dot / (norm(a) * norm(b)) : 0;
}
