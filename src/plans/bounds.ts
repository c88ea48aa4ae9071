import { FOLLOW_UP_TIME_MIN_MS } from '../../machines/interview.ts';
import type { Finding } from './problem.ts';
import { FOLLOW_UPS_DEFAULT, type Plan, type Question } from './schema.ts';
import type { WorstCase } from './timing.ts';

/** What cannot happen, or never ends, because of the limits of a plan. */
export function findTimeWarnings(plan: Plan, worst: WorstCase): Finding[] {
  return [
    ...findTotalWarnings(plan, worst),
    ...plan.questions.flatMap((question, index) => findQuestionWarnings(question, index, plan.limits.totalMinutes)),
  ];
}

function findTotalWarnings({ limits, questions }: Plan, worst: WorstCase): Finding[] {
  const { totalMinutes } = limits;
  if (totalMinutes === undefined) {
    if (worst.candidateMs !== null) return [];
    const index = questions.findIndex(({ timeSeconds }) => timeSeconds === undefined);
    const message =
      'nothing ends this question: set `timeSeconds` here, or `limits.totalMinutes` for the whole interview';
    return [{ keys: ['questions', index], message }];
  }
  const late = worst.unreachedIndexes.map((index) => ({
    keys: ['questions', index],
    message: `may never be asked: the questions before it can use up all of limits.totalMinutes (${totalMinutes})`,
  }));
  if (totalMinutes * 60_000 >= FOLLOW_UP_TIME_MIN_MS || !questions.some(({ maxFollowUps }) => maxFollowUps > 0))
    return late;
  const message = `no follow-up can be asked: that takes at least ${FOLLOW_UP_TIME_MIN_MS / 1_000} seconds`;
  return [{ keys: ['limits', 'totalMinutes'], message }, ...late];
}

function findQuestionWarnings(question: Question, index: number, totalMinutes: number | undefined): Finding[] {
  const { timeSeconds, followUpSeconds, maxFollowUps, rubric } = question;
  const warnings: Finding[] = [];
  const warn = (keys: PropertyKey[], message: string) =>
    warnings.push({ keys: ['questions', index, ...keys], message });
  const totalSeconds = (totalMinutes ?? Number.POSITIVE_INFINITY) * 60;
  if (timeSeconds !== undefined && timeSeconds > totalSeconds)
    warn(['timeSeconds'], `more than the whole interview has (limits.totalMinutes: ${totalMinutes})`);
  // The default is a cap for all plans; only a number that the author chose can be a mistake.
  if (maxFollowUps > rubric.points.length && maxFollowUps !== FOLLOW_UPS_DEFAULT)
    warn(['maxFollowUps'], `only ${rubric.points.length} can ever be asked: one for each point`);
  if (maxFollowUps === 0 && followUpSeconds !== undefined) warn(['followUpSeconds'], 'never used: `maxFollowUps` is 0');
  if (maxFollowUps > 0 && rubric.threshold === 0)
    warn(
      ['rubric', 'threshold'],
      'every answer reaches 0, so no follow-up is ever asked; to mean that, say `maxFollowUps: 0`',
    );
  if (maxFollowUps > 0 && rubric.threshold === 1)
    warn(
      ['rubric', 'threshold'],
      'only a perfect answer reaches 1, so good answers are followed up too; 0.6 to 0.8 is usual',
    );
  return warnings;
}
