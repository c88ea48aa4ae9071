import { THRESHOLD_DEFAULT, WEIGHT_DEFAULT } from '../../src/evaluators/evaluator.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';
import { CREDIT_MIN } from './adversarial.ts';
import { type MarkedFile, type MarkedQuestion, readMarked } from './marked.ts';

const files: [name: string, file: MarkedFile][] = [
  ['Mohler', 'mohler-dev.jsonl'],
  ['SciEntsBank', 'scientsbank-train.jsonl'],
  ['Beetle, one subject', 'beetle-train.jsonl'],
  ['SAF, one subject', 'saf-en-train.jsonl'],
];
/** So many answers to other questions for each question. */
const ANSWERS_EACH = 12;

/** The columns of `countUnrelated`. */
export const unrelatedColumns = [
  'honest answers to other questions',
  'pairs',
  'mean score',
  'credited',
  'credited, no review',
  'off-topic',
];

/** What fluent answers earn at a question that they were not given to, of another domain where there is one. */
export function countUnrelated(folder: string): string[][] {
  return files.map(([name, file]) => {
    const questions = readMarked(folder, file);
    const evaluations = questions.flatMap((question, index) => judgeOthers(question, index, questions));
    const share = (count: number) => `${((100 * count) / evaluations.length).toFixed(1)} %`;
    const credited = evaluations.filter(({ score }) => score >= CREDIT_MIN);
    return [
      name,
      String(evaluations.length),
      (evaluations.reduce((sum, { score }) => sum + score, 0) / evaluations.length).toFixed(3),
      share(credited.length),
      share(credited.filter(({ needsReview }) => !needsReview).length),
      share(evaluations.filter(({ flags }) => flags.includes('off-topic')).length),
    ];
  });
}

function judgeOthers({ question, references, domain }: MarkedQuestion, index: number, all: readonly MarkedQuestion[]) {
  const [text = '', ...alternatives] = references;
  const points = [{ id: 'p', text, weight: WEIGHT_DEFAULT, alternatives }];
  const hasDomains = all.some((other) => other.domain !== domain);
  return Array.from({ length: ANSWERS_EACH }, (_, turn) => {
    const other = all[(index + 7 * turn + 10) % all.length];
    const answer = other?.answers[turn % other.answers.length];
    if (!other || !answer || other.question === question || (hasDomains && other.domain === domain)) return [];
    return [evaluateRubric({ question, rubric: { threshold: THRESHOLD_DEFAULT, points }, answer: answer.text })];
  }).flat();
}
