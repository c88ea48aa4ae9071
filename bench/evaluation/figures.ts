import { FOLDS, foldByAnswer, foldByDomain, foldByQuestion } from './folds.ts';
import { type MarkedFile, type MarkedQuestion, readMarked } from './marked.ts';
import { areaUnderCurve, bestThreshold, correlate, fitRising, macroF1, mean, rootMeanSquare } from './measures.ts';
import type { Scored, Scorer } from './scorers.ts';

/** One pair of what was said and what a person said of it. */
interface Marked {
  question: number;
  fold: number;
  score: number;
  urgency: number;
  mark: number;
}

/** One figure of the table. */
export interface Figure {
  name: string;
  /** What is aimed at, where more is better unless `isLessBetter`. */
  target?: number;
  isLessBetter?: boolean;
  measure: (score: Scorer) => number;
}

/** A person would have asked further below this mark of 5. */
const ENOUGH_OF_FIVE = 4;

/** All figures on the data of a folder. Each data set is scored once by each scorer. */
export function figuresOn(folder: string): Figure[] {
  const mohler = openSet(folder, ['mohler-dev.jsonl'], foldByQuestion);
  const saf = openSet(folder, ['saf-en-train.jsonl'], foldByQuestion);
  const scients = openSet(folder, ['scientsbank-train.jsonl'], foldByQuestion);
  const beetle = openSet(folder, ['beetle-train.jsonl'], foldByQuestion);
  const claims = openSet(folder, ['argkp-train.jsonl', 'argkp-dev.jsonl'], foldByQuestion);
  return [
    { name: 'Mohler r', target: 0.57, measure: (by) => correlationOf(mohler(by)) },
    { name: 'Mohler r within questions', target: 0.57, measure: (by) => correlationWithin(mohler(by)) },
    { name: 'Mohler RMSE', target: 0.94, isLessBetter: true, measure: (by) => errorOf(mohler(by)) },
    { name: 'Mohler follow-up due AUC', target: 0.82, measure: (by) => dueOf(mohler(by)) },
    { name: 'SciEntsBank F1 unseen answers', target: 0.76, measure: (by) => f1Of(scients(by, foldByAnswer)) },
    { name: 'SciEntsBank F1 unseen questions', target: 0.78, measure: (by) => f1Of(scients(by)) },
    { name: 'SciEntsBank F1 unseen domains', target: 0.75, measure: (by) => f1Of(scients(by, foldByDomain)) },
    { name: 'SciEntsBank AUC', measure: (by) => areaOf(scients(by)) },
    { name: 'Beetle F1 unseen answers', target: 0.82, measure: (by) => f1Of(beetle(by, foldByAnswer)) },
    { name: 'Beetle F1 unseen questions', target: 0.72, measure: (by) => f1Of(beetle(by)) },
    { name: 'Beetle AUC', measure: (by) => areaOf(beetle(by)) },
    { name: 'SAF r', target: 0.63, measure: (by) => correlationOf(saf(by)) },
    { name: 'SAF r within questions', target: 0.55, measure: (by) => correlationWithin(saf(by)) },
    { name: 'SAF RMSE', isLessBetter: true, measure: (by) => errorOf(saf(by)) },
    { name: 'ArgKP AUC', target: 0.76, measure: (by) => areaOf(claims(by)) },
  ];
}

type Folding = (questions: readonly MarkedQuestion[]) => number[][];

function openSet(folder: string, files: readonly MarkedFile[], usual: Folding) {
  const questions = files.flatMap((file) => readMarked(folder, file));
  const isMany = files[0]?.startsWith('argkp') === true;
  const scoredBy = new Map<Scorer, Scored[][]>();
  return (score: Scorer, foldBy: Folding = usual): Marked[] => {
    const scored = scoredBy.get(score) ?? questions.map((question) => score(question, { all: questions, isMany }));
    scoredBy.set(score, scored);
    const folds = foldBy(questions);
    return questions.flatMap(({ answers }, question) =>
      answers.flatMap(({ marks }, at) =>
        marks.flatMap((mark, point) => {
          const { coverages = [], urgency = 0 } = scored[question]?.[at] ?? {};
          const fold = folds[question]?.[at] ?? 0;
          return mark === null ? [] : [{ question, fold, score: coverages[point] ?? 0, urgency, mark }];
        }),
      ),
    );
  };
}

const scoresOf = (marked: readonly Marked[]) => marked.map(({ score }) => score);
const marksOf = (marked: readonly Marked[]) => marked.map(({ mark }) => mark);
const truthsOf = (marked: readonly Marked[]) => marked.map(({ mark }) => mark === 1);

function correlationOf(marked: readonly Marked[]): number {
  return correlate(scoresOf(marked), marksOf(marked));
}

/** The mean over the questions whose marks differ. */
function correlationWithin(marked: readonly Marked[]): number {
  const byQuestion = [...Map.groupBy(marked, ({ question }) => question).values()];
  const varied = byQuestion.filter((group) => new Set(marksOf(group)).size > 1);
  return mean(varied.map(correlationOf));
}

/** With a rising map from score to mark that was fitted on the other folds. */
function errorOf(marked: readonly Marked[]): number {
  const predicted = acrossFolds(marked, (seen, unseen) => {
    const predict = fitRising(scoresOf(seen), marksOf(seen));
    return unseen.map(({ score, mark }) => [predict(score), mark] as const);
  });
  return rootMeanSquare(
    predicted.map(([guess]) => guess),
    predicted.map(([, mark]) => mark),
  );
}

/** With one threshold from the other folds. */
function f1Of(marked: readonly Marked[]): number {
  const decided = acrossFolds(marked, (seen, unseen) => {
    const threshold = bestThreshold(scoresOf(seen), truthsOf(seen));
    return unseen.map(({ score, mark }) => [score >= threshold, mark === 1] as const);
  });
  return macroF1(
    decided.map(([decision]) => decision),
    decided.map(([, truth]) => truth),
  );
}

function areaOf(marked: readonly Marked[]): number {
  return areaUnderCurve(scoresOf(marked), truthsOf(marked));
}

function dueOf(marked: readonly Marked[]): number {
  return areaUnderCurve(
    marked.map(({ urgency }) => urgency),
    marked.map(({ mark }) => mark < ENOUGH_OF_FIVE),
  );
}

function acrossFolds<T>(
  marked: readonly Marked[],
  judge: (seen: readonly Marked[], unseen: readonly Marked[]) => T[],
): T[] {
  return Array.from({ length: FOLDS }, (_, fold) => {
    const unseen = marked.filter((each) => each.fold === fold);
    return judge(
      marked.filter((each) => each.fold !== fold),
      unseen,
    );
  }).flat();
}
