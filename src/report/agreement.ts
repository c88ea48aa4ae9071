import type { Verdict } from '../../machines/interview.ts';
import type { ReviewView, TranscriptEntry } from '../protocol.ts';
import { raterKey } from './raters.ts';
import { verdictsOf } from './verdicts.ts';

// How far those who judged the same points agree. Pure.

/** From worst to best: a neighbour is half as far away as the next but one. */
const order: readonly Verdict[] = ['contradicted', 'not_met', 'partial', 'met'];

/** Below this a kappa says more of chance than of the raters. */
export const KAPPA_POINTS_MIN = 10;
/** Raters that are compared, the first to have judged; every pair of them stands in the report. */
export const RATERS_MAX = 10;

/** Two who judged the same points. */
export interface Agreement {
  first: string;
  /** Null = the evaluator. */
  second: string | null;
  /** Points that both have judged. */
  points: number;
  /** Of these, with the same verdict. */
  same: number;
  /** Of these, judged by both before they were shown what others said. The evaluator never is. */
  blind: number;
  /** Cohen's kappa with linear weights; null = too few points, or nobody ever differed by chance. */
  kappa: number | null;
}

interface Given {
  verdict: Verdict;
  isBlind: boolean;
}

interface Rater {
  /** Null = the evaluator. */
  name: string | null;
  /** The newest verdict on each point that they judged. */
  givenByPoint: Map<string, Given>;
}

type Pair = readonly [Verdict, Verdict];

/**
 * Cohen's kappa of two raters with linear weights: 1 = they always agree, 0 = as often as chance would have it. Null =
 * both only ever gave one and the same verdict, so chance could not differ either.
 *
 * Source: J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968), 213-220.
 */
export function weightedKappa(pairs: readonly Pair[]): number | null {
  const places = pairs.map(([one, other]) => [order.indexOf(one), order.indexOf(other)] as const);
  const observed = places.reduce((sum, [one, other]) => sum + Math.abs(one - other), 0);
  let byChance = 0;
  for (const [one] of places) for (const [, other] of places) byChance += Math.abs(one - other);
  return byChance === 0 ? null : 1 - (observed * pairs.length) / byChance;
}

/** Ids hold no space, so this is one point and no other. */
const pointOf = (questionId: string, pointId: string) => `${questionId} ${pointId}`;

function readPeople(reviews: readonly ReviewView[]): Rater[] {
  const byKey = new Map<string, Rater>();
  for (const review of reviews) {
    const { rater: name, questionId, isBlind = false } = review;
    const given = verdictsOf(review);
    if (name === undefined || questionId === undefined || given.length === 0) continue;
    const key = raterKey(name);
    if (!byKey.has(key) && byKey.size === RATERS_MAX) continue;
    const rater = byKey.get(key) ?? { name, givenByPoint: new Map() };
    byKey.set(key, rater);
    for (const { pointId, verdict } of given)
      rater.givenByPoint.set(pointOf(questionId, pointId), { verdict, isBlind });
  }
  return [...byKey.values()];
}

/** What the evaluator says of each point, with all answers to its question known. */
function readEvaluator(entries: readonly TranscriptEntry[]): Rater {
  const givenByPoint = new Map<string, Given>();
  for (const { questionId, evaluation } of entries)
    for (const { id, verdict } of evaluation?.points ?? [])
      givenByPoint.set(pointOf(questionId, id), { verdict, isBlind: true });
  return { name: null, givenByPoint };
}

function compare(first: Rater, second: Rater): Agreement | null {
  const both = [...first.givenByPoint].flatMap(([point, one]) => {
    const other = second.givenByPoint.get(point);
    return other ? [{ one, other }] : [];
  });
  if (both.length === 0 || first.name === null) return null;
  const pairs = both.map(({ one, other }) => [one.verdict, other.verdict] as const);
  return {
    first: first.name,
    second: second.name,
    points: both.length,
    same: pairs.filter(([one, other]) => one === other).length,
    blind: both.filter(({ one, other }) => one.isBlind && other.isBlind).length,
    kappa: both.length < KAPPA_POINTS_MIN ? null : weightedKappa(pairs),
  };
}

/**
 * How far people agree with the evaluator and with each other, point by point; the newest verdict of each counts. Only
 * people who gave their name are somebody.
 */
export function readAgreement(entries: readonly TranscriptEntry[], reviews: readonly ReviewView[]): Agreement[] {
  const people = readPeople(reviews);
  const evaluator = readEvaluator(entries);
  const pairs = people.flatMap((one, index) => people.slice(index + 1).map((other) => compare(one, other)));
  return [...people.map((one) => compare(one, evaluator)), ...pairs].filter((pair) => pair !== null);
}

/** An agreement in a sentence, for the console and the report. */
export function sayAgreement({ first, second, points, same, blind, kappa }: Agreement): string {
  const share = `${Math.round((same / points) * 100)}%`;
  const judged = `${same} of ${points} ${points === 1 ? 'point' : 'points'} judged alike (${share})`;
  // The evaluator never knows what others said.
  const knew = `${second === null ? `${first} was` : 'both were'} blind on ${blind} of ${points}`;
  const few = points < KAPPA_POINTS_MIN;
  const measured = few
    ? `too few points for kappa, which needs ${KAPPA_POINTS_MIN}`
    : kappa === null
      ? 'no kappa: both gave only one verdict'
      : `weighted kappa ${kappa.toFixed(2)}`;
  return `${first} and ${second ?? 'the evaluator'}: ${judged}; ${knew}; ${measured}.`;
}
