import type { Question } from './schema.ts';

/** Asked where a point has no question of its own. Open and the same for every rubric, so that they tell nothing. */
const openWordings = [
  'Is there anything you would like to add to your answer?',
  'Could you go a little deeper into your answer?',
  'Is there another side to this that you would like to mention?',
  'Could you give an example that shows what you mean?',
  'Before we move on: what else belongs to a complete answer, in your view?',
] as const;

/** The words of the n-th follow-up (from 1) to a question: the point's own, or an open wording. */
export function followUpText(question: Question, pointId: string, n: number): string {
  const own = question.rubric.points.find((point) => point.id === pointId)?.followUp;
  return own ?? at(openWordings, n);
}

/** Evaluators miss what is said in unexpected words, so the reasons claim no more than that it seems so. */
const reasons = [
  'One part of the question does not seem to be covered yet.',
  'Another part of the question does not seem to be covered yet.',
] as const;

/** Why a follow-up is asked, for the candidate. It depends on nothing but the prompt's number: it cannot leak. */
export function followUpReason(prompt: { id: string }): string {
  return Number(prompt.id.split('.').at(-1)) > 1 ? reasons[1] : reasons[0];
}

function at(wordings: readonly [string, ...string[]], n: number): string {
  return wordings[(Math.max(1, Math.trunc(n) || 1) - 1) % wordings.length] ?? wordings[0];
}
