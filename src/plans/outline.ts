import type { PlanOutline, QuestionOutline } from '../../machines/interview.ts';
import { deepFreeze } from './freeze.ts';
import type { Plan, PublishedPlan, Question } from './schema.ts';

const outlinesByPlan = new WeakMap<PublishedPlan, PlanOutline>();

/** What the machine needs to know of a published plan: one frozen object for all its interviews. */
export function toOutline(published: PublishedPlan): PlanOutline {
  const known = outlinesByPlan.get(published);
  if (known) return known;
  const outline = deepFreeze(outlinePlan(published.plan, published.hash));
  outlinesByPlan.set(published, outline);
  return outline;
}

/** The outline of a plan that need not be published. */
export function outlinePlan(plan: Plan, hash: string): PlanOutline {
  const { limits, candidate, evaluation } = plan;
  return {
    hash,
    isConsentRequired: candidate.consent !== undefined,
    totalMs: toMs(limits.totalMinutes, 60_000),
    pauseMs: Math.round(limits.pauseMinutes * 60_000),
    disconnectedMs: Math.round((limits.disconnectedMinutes ?? 0) * 60_000),
    evaluation: {
      timeoutMs: Math.round(evaluation.timeoutSeconds * 1_000),
      attemptsMax: evaluation.attempts,
      backoffMs: Math.round(evaluation.backoffSeconds * 1_000),
    },
    questions: plan.questions.map(outlineQuestion),
  };
}

function outlineQuestion({ id, timeSeconds, followUpSeconds, ...question }: Question): QuestionOutline {
  return {
    id,
    timeMs: toMs(timeSeconds, 1_000),
    followUpTimeMs: toMs(followUpSeconds ?? timeSeconds, 1_000),
    followUpsMax: question.maxFollowUps,
    skippable: question.skippable,
    threshold: question.rubric.threshold,
    points: question.rubric.points.map((point) => ({ id: point.id, weight: point.weight })),
  };
}

function toMs(value: number | undefined, unitMs: number): number | null {
  return value === undefined ? null : Math.round(value * unitMs);
}
