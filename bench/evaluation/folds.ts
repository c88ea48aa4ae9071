import { contentStems, tokenize } from '../../src/evaluators/tokens.ts';
import type { MarkedQuestion } from './marked.ts';

export const FOLDS = 5;
/** Questions that share so many of their words are one question asked twice. */
const ALIKE_SHARE_MIN = 0.6;

/** Deal answers out one by one: every question is seen in training, the answer is not. */
export function foldByAnswer(questions: readonly MarkedQuestion[]): number[][] {
  return questions.map(({ answers }) => answers.map((_, at) => at % FOLDS));
}

/** Deal whole questions out, near-duplicates together. */
export function foldByQuestion(questions: readonly MarkedQuestion[]): number[][] {
  const stems = questions.map(({ question, references }) =>
    contentStems(tokenize([question, ...references].join(' '))),
  );
  const groups = questions.map((_, index) => index);
  for (const [index, own] of stems.entries()) {
    const like = stems.findIndex((other, at) => at < index && shareOf(own, other) >= ALIKE_SHARE_MIN);
    if (like >= 0) groups[index] = groups[like] ?? like;
  }
  return deal(questions, groups);
}

/** Deal whole domains out. */
export function foldByDomain(questions: readonly MarkedQuestion[]): number[][] {
  return deal(
    questions,
    questions.map(({ domain }) => domain),
  );
}

/** The largest group first, each to the fold that has least. */
function deal(questions: readonly MarkedQuestion[], groups: readonly (string | number)[]): number[][] {
  const sizes = new Map<string | number, number>();
  for (const [index, { answers }] of questions.entries()) {
    const group = groups[index] ?? 0;
    sizes.set(group, (sizes.get(group) ?? 0) + answers.length);
  }
  const filled = Array.from({ length: FOLDS }, () => 0);
  const foldByGroup = new Map<string | number, number>();
  for (const [group, size] of [...sizes].sort(([, a], [, b]) => b - a)) {
    const fold = filled.indexOf(Math.min(...filled));
    foldByGroup.set(group, fold);
    filled[fold] = (filled[fold] ?? 0) + size;
  }
  return questions.map(({ answers }, index) => answers.map(() => foldByGroup.get(groups[index] ?? 0) ?? 0));
}

function shareOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((stem) => b.has(stem)).length;
  return both / Math.max(1, a.size + b.size - both);
}
