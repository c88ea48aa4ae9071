import { hash } from 'node:crypto';
import { type Plan, type PublishedPlan, planSchema } from '../../src/plans/schema.ts';

/** A small plan: questions q1…qN with points a (weight 2) and b, a minute each, two follow-ups. */
export function smallPlan(questionCount = 2, change: Partial<Plan> = {}): Plan {
  return planSchema.parse({
    id: 'small',
    title: 'A small plan',
    limits: { totalMinutes: 30, invitationDays: 7, pauseMinutes: 5 },
    questions: Array.from({ length: questionCount }, (_, index) => ({
      id: `q${index + 1}`,
      text: `Question number ${index + 1}?`,
      timeSeconds: 60,
      maxFollowUps: 2,
      rubric: {
        threshold: 0.9,
        points: [
          { id: 'alpha', text: 'secret point alpha', weight: 2, followUp: 'What else about the first part?' },
          { id: 'beta', text: 'secret point beta', followUp: 'What else about the second part?' },
        ],
      },
    })),
    ...change,
  });
}

/** A plan as if it had been published. */
export function published(plan: Plan = smallPlan(), version = 1): PublishedPlan {
  return { plan, version, hash: hash('sha256', JSON.stringify(plan)), publishedAt: 0 };
}
