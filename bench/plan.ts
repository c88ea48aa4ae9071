import type { z } from 'zod';
import type { planSchema } from '../src/plans/schema.ts';
import { ADMIN_KEY, type Measured } from './processes/spawn.ts';

/** Answers that one interview takes: 50 questions, each with three follow-ups. */
export const ANSWERS = 200;

/** The longest plan that is of use here. Nothing in it has a time limit unless it is given one. */
export function makePlan(id = 'bench', limits: { timeSeconds?: number } = {}): z.input<typeof planSchema> {
  return {
    id,
    title: 'An interview to measure with',
    questions: Array.from({ length: 50 }, (_, index) => ({
      id: `question-${index + 1}`,
      text: `How does a service stay correct when part ${index + 1} of it fails while requests are being repeated?`,
      maxFollowUps: 3,
      ...limits,
      rubric: {
        points: ['key', 'record', 'order'].map((name) => ({
          id: name,
          text: `The ${name} of each attempt is kept, so that a repeated one finds what was done before`,
          followUp: `And what about the ${name} of an attempt?`,
        })),
      },
    })),
  };
}

/** Publish the plan at a running service. */
export async function publishPlan({ url }: Measured): Promise<string> {
  const plan = makePlan();
  const response = await fetch(`${url}/api/plans`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(plan),
  });
  if (!response.ok) throw new Error(`the plan was refused: ${await response.text()}`);
  return plan.id;
}
