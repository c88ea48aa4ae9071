import { fitThreshold } from '../../src/evaluators/calibration.ts';
import { THRESHOLD_DEFAULT } from '../../src/evaluators/evaluator.ts';
import { FOLDS, foldByQuestion } from './folds.ts';
import { type MarkedFile, readMarked } from './marked.ts';
import { bestThreshold, macroF1, mean } from './measures.ts';
import { scorers } from './scorers.ts';

/** From this mark on an answer is enough, on the scale of its file. */
const enoughFrom: [name: string, file: MarkedFile, mark: number][] = [
  ['Mohler', 'mohler-dev.jsonl', 4],
  ['SciEntsBank', 'scientsbank-train.jsonl', 1],
  ['Beetle', 'beetle-train.jsonl', 1],
  ['SAF', 'saf-en-train.jsonl', 0.75],
];
const markedCounts = [2, 5, 10];
/** So many times other answers are the marked ones. */
const TURNS = 4;
/** A question with fewer answers beside the marked ones is left out. */
const REST_MIN = 5;

interface Judged {
  score: number;
  isEnough: boolean;
}

/** The columns of `compareThresholds`. */
export const calibratedColumns = [
  'is it enough? macro F1',
  'marked answers a question',
  `threshold ${THRESHOLD_DEFAULT}`,
  'one threshold from other questions',
  'fitted to the marked answers',
];

/** What a few marked answers of a question are worth, on its other answers. */
export function compareThresholds(folder: string): string[][] {
  return enoughFrom.flatMap(([name, file, mark]) => {
    const questions = readMarked(folder, file);
    const folds = foldByQuestion(questions);
    const judged = questions.map((question) => {
      const scored = scorers.rubric?.(question, { all: questions, isMany: false }) ?? [];
      return question.answers.map(
        ({ marks }, at): Judged => ({
          score: scored[at]?.coverages[0] ?? 0,
          isEnough: (marks[0] ?? 0) >= mark,
        }),
      );
    });
    const common = Array.from({ length: FOLDS }, (_, fold) => {
      const seen = judged.filter((_, index) => folds[index]?.[0] !== fold).flat();
      return bestThreshold(
        seen.map(({ score }) => score),
        seen.map(({ isEnough }) => isEnough),
      );
    });
    return markedCounts.map((count) => {
      const f1Of = (threshold: (marked: readonly Judged[], question: number) => number) =>
        mean(Array.from({ length: TURNS }, (_, turn) => f1In(judged, { count, turn, threshold }))).toFixed(3);
      return [
        name,
        String(count),
        f1Of(() => THRESHOLD_DEFAULT),
        f1Of((_, question) => common[folds[question]?.[0] ?? 0] ?? 0),
        f1Of(fitThreshold),
      ];
    });
  });
}

/** Of each question some answers, spread over it, are marked, and all others are judged. */
function f1In(
  judged: readonly (readonly Judged[])[],
  options: { count: number; turn: number; threshold: (marked: readonly Judged[], question: number) => number },
): number {
  const { count, turn, threshold } = options;
  const [decisions, truths]: [boolean[], boolean[]] = [[], []];
  for (const [question, answers] of judged.entries()) {
    if (answers.length < count + REST_MIN) continue;
    const chosen = new Set(
      Array.from({ length: count }, (_, at) => (Math.floor((at * answers.length) / count) + turn) % answers.length),
    );
    const line = threshold(
      answers.filter((_, at) => chosen.has(at)),
      question,
    );
    for (const [at, { score, isEnough }] of answers.entries()) {
      if (chosen.has(at)) continue;
      decisions.push(score >= line);
      truths.push(isEnough);
    }
  }
  return macroF1(decisions, truths);
}
