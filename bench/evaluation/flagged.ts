import { type Flag, THRESHOLD_DEFAULT, WEIGHT_DEFAULT } from '../../src/evaluators/evaluator.ts';
import { reviewFlags } from '../../src/evaluators/guards.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';
import { type MarkedFile, readMarked } from './marked.ts';

/** From this mark on an answer is right, on the scale of its file. */
const rightFrom: [name: string, file: MarkedFile, mark: number][] = [
  ['Mohler', 'mohler-dev.jsonl', 4.5],
  ['SciEntsBank', 'scientsbank-train.jsonl', 1],
  ['Beetle', 'beetle-train.jsonl', 1],
  ['SAF', 'saf-en-train.jsonl', 0.9],
];

/** The columns of `countFlagged`. */
export const flaggedColumns = ['right answers of honest people', 'answers', 'flagged for review', 'by which flags'];

/** How many answers that people marked as right are flagged for review, and why. */
export function countFlagged(folder: string): string[][] {
  return rightFrom.map(([name, file, mark]) => {
    const flagsOfAnswers = readMarked(folder, file).flatMap(({ question, references, answers }) => {
      const [text = '', ...alternatives] = references;
      const rubric = {
        threshold: THRESHOLD_DEFAULT,
        points: [{ id: 'p', text, weight: WEIGHT_DEFAULT, alternatives }],
      };
      return answers
        .filter(({ marks }) => (marks[0] ?? 0) >= mark)
        .map((answer) => evaluateRubric({ question, rubric, answer: answer.text }).flags)
        .map((flags) => flags.filter((flag) => reviewFlags.has(flag)));
    });
    const share = (count: number) => `${((100 * count) / flagsOfAnswers.length).toFixed(1)} %`;
    const countByFlag = new Map<Flag, number>();
    for (const flag of flagsOfAnswers.flat()) countByFlag.set(flag, (countByFlag.get(flag) ?? 0) + 1);
    const byFlag = [...countByFlag].sort(([, a], [, b]) => b - a).map(([flag, count]) => `${flag} ${share(count)}`);
    const flagged = flagsOfAnswers.filter((flags) => flags.length > 0).length;
    return [name, String(flagsOfAnswers.length), share(flagged), byFlag.join(', ')];
  });
}
