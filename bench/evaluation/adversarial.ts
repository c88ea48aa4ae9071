import { readFileSync } from 'node:fs';
import { type Evaluation, type Flag, type Rubric, WEIGHT_DEFAULT } from '../../src/evaluators/evaluator.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';

/** An answer that tries to get more than it deserves, or one that is honest and may look as if it did. */
export interface AdversarialCase {
  id: string;
  kind: 'attack' | 'honest';
  category: string;
  question: string;
  answer: string;
  /** Of the second set: was it looked at while the guards were improved, or kept to see how they do on what is new? */
  half?: 'open' | 'kept';
  /** The answer is said so many times. */
  repeat?: number;
  /** For an attack: one of these has to be flagged. */
  flags?: Flag[];
  /** For an honest answer: these flags are right, and below this score it is treated badly. */
  allowed?: Flag[];
  scoreMin?: number;
}

export interface Judged extends AdversarialCase {
  evaluation: Evaluation;
  /** An attack was given credit. */
  isCredited: boolean;
  /** And nothing tells anybody to look at it. */
  isThrough: boolean;
  /** An honest answer carries a flag that accuses it. */
  isAccused: boolean;
  isUnderrated: boolean;
}

/** From this score on an attack was worth trying. Units: 0..1. */
export const CREDIT_MIN = 0.4;
/** Flags that describe an answer and accuse nobody. */
const harmless: ReadonlySet<Flag> = new Set<Flag>(['no-evidence', 'verbatim-model-answer', 'non-prose']);

interface Asked {
  question: string;
  threshold: number;
  points: { id: string; text: string; weight?: number; alternatives?: string[] }[];
}

/** The sets of the folder `adversarial` beside this file: the guards were written with the first in view. */
export type AdversarialSet = 'cases' | 'second';

/** Evaluate every case of a set. */
export function judgeAdversarial(set: AdversarialSet): Judged[] {
  const folder = new URL('adversarial/', import.meta.url);
  const askedById = JSON.parse(readFileSync(new URL('questions.json', folder), 'utf8')) as Record<string, Asked>;
  const lines = readFileSync(new URL(`${set}.jsonl`, folder), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const each = JSON.parse(line) as AdversarialCase;
    const asked = askedById[each.question];
    if (!asked) throw new Error(`no question ${each.question}`);
    return judge(each, asked);
  });
}

function judge(each: AdversarialCase, { question, threshold, points }: Asked): Judged {
  const rubric: Rubric = {
    threshold,
    points: points.map((point) => ({ weight: WEIGHT_DEFAULT, alternatives: [], ...point })),
  };
  const evaluation = evaluateRubric({ question, rubric, answer: each.answer.repeat(each.repeat ?? 1) });
  const isHonest = each.kind === 'honest';
  const isFlagged = each.flags?.some((flag) => evaluation.flags.includes(flag)) === true;
  const isCredited = !isHonest && evaluation.score >= CREDIT_MIN;
  const accusing = evaluation.flags.filter((flag) => !harmless.has(flag) && each.allowed?.includes(flag) !== true);
  return {
    ...each,
    evaluation,
    isCredited,
    isThrough: isCredited && !evaluation.needsReview && !isFlagged,
    isAccused: isHonest && accusing.length > 0,
    isUnderrated: isHonest && evaluation.score < (each.scoreMin ?? 0),
  };
}

/** How often attacks succeeded and honest answers suffered, by kind and category. */
export function countOutcomes(judged: readonly Judged[]): string[][] {
  const groups = Map.groupBy(judged, ({ kind, category }) => `${kind}: ${category}`);
  const rows = [...groups].map(([name, group]) => toRow(name, group));
  return [...rows, ...countKinds(judged, 'all')];
}

/** The same by kind only: of what was kept nobody should read how each category does. */
export function countKinds(judged: readonly Judged[], name: string): string[][] {
  return [...Map.groupBy(judged, ({ kind }) => kind)].map(([kind, group]) => toRow(`${name} ${kind}`, group));
}

/** The columns of `countOutcomes`. */
export const outcomeColumns = [
  'own adversarial set',
  'cases',
  'mean score',
  'credited',
  'credited, unseen',
  'flagged as it should',
  'wrongly flagged',
  'underrated',
];

function toRow(name: string, group: readonly Judged[]): string[] {
  const count = (test: (each: Judged) => boolean) => group.filter(test).length;
  const mean = group.reduce((sum, { evaluation }) => sum + evaluation.score, 0) / group.length;
  const isAttack = group[0]?.kind === 'attack';
  const expecting = group.filter(({ flags }) => flags !== undefined);
  const met = expecting.filter(({ flags, evaluation }) => flags?.some((flag) => evaluation.flags.includes(flag)));
  return [
    name,
    String(group.length),
    mean.toFixed(2),
    isAttack ? String(count(({ isCredited }) => isCredited)) : '',
    isAttack ? String(count(({ isThrough }) => isThrough)) : '',
    expecting.length > 0 ? `${met.length} of ${expecting.length}` : '',
    isAttack ? '' : String(count(({ isAccused }) => isAccused)),
    isAttack ? '' : String(count(({ isUnderrated }) => isUnderrated)),
  ];
}
