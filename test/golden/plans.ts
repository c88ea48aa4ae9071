import { type Plan, planSchema } from '../../src/plans/schema.ts';

/** Three questions: one with follow-ups and time limits, one without a time limit, one that cannot be skipped. */
export function goldenPlan(change: Partial<Plan> = {}): Plan {
  return planSchema.parse({
    id: 'golden',
    title: 'A plan for goldens',
    limits: { totalMinutes: 30, invitationDays: 7, pauseMinutes: 5 },
    evaluation: { timeoutSeconds: 20, attempts: 2, backoffSeconds: 1 },
    questions: [
      {
        id: 'retries',
        text: 'What makes an operation safe to repeat?',
        timeSeconds: 120,
        followUpSeconds: 60,
        maxFollowUps: 2,
        rubric: {
          threshold: 0.9,
          points: [
            { id: 'effect', text: 'the effect is that of doing it once', weight: 2, followUp: 'What of the effect?' },
            { id: 'key', text: 'a key tells repetitions from each other', followUp: 'How are repetitions told?' },
            { id: 'answer', text: 'the answer is the same again' },
          ],
        },
      },
      {
        id: 'caching',
        text: 'When does a cache lie?',
        maxFollowUps: 1,
        rubric: {
          threshold: 0.6,
          points: [
            { id: 'stale', text: 'what it was made of has changed', followUp: 'What may have changed?' },
            { id: 'shared', text: 'it is of somebody else' },
          ],
        },
      },
      {
        id: 'queues',
        text: 'What does a bounded queue do when it is full?',
        timeSeconds: 300,
        maxFollowUps: 0,
        skippable: false,
        rubric: { points: [{ id: 'refuse', text: 'it refuses', weight: 3 }] },
      },
    ],
    ...change,
  });
}
