import { planSchema } from '../../src/plans/schema.ts';

/** Stands in every text of a candidate, so that a test can find any of them. */
export const MARK = 'kumquat';

/** Stands in everything of a rubric that no candidate may see. */
export const SECRET = 'sesame';

/** Units: ms. The evaluator's time limit, from which the tests take instants just before, at and after. */
export const EVALUATION_TIMEOUT_MS = 5_000;

function question(id: string, maxFollowUps: number, skippable: boolean) {
  const points = ['a', 'b'].map((letter) => ({
    id: `${SECRET}-${letter}`,
    text: `${SECRET} point ${letter}`,
    alternatives: [`${SECRET} in other words ${letter}`],
    followUp: `And what about ${letter}?`,
  }));
  return {
    id,
    text: `What do you say about ${id}?`,
    timeSeconds: 60,
    followUpSeconds: 30,
    maxFollowUps,
    skippable,
    rubric: { threshold: 0.9, points },
  };
}

/** Three questions with every limit there is, each short enough to be met now and then. */
export const plan = planSchema.parse({
  id: 'weather',
  title: 'Under bad weather',
  limits: { totalMinutes: 3, invitationDays: 0.01, pauseMinutes: 1, disconnectedMinutes: 0.5 },
  candidate: { consent: 'I agree.' },
  evaluation: { timeoutSeconds: EVALUATION_TIMEOUT_MS / 1_000, attempts: 2, backoffSeconds: 1 },
  questions: [question('first', 2, true), question('second', 1, false), question('third', 0, true)],
});
