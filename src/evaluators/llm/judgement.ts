import { z } from 'zod';
import type { Flag, RubricPoint } from '../evaluator.ts';

// What a model is asked for. The quote comes before the verdict, so that it looks first and judges then.

/** What a model may remark on an answer; what a program sees more surely is left to the embedded evaluator. */
export const modelFlags = [
  'injection',
  'off-topic',
  'non-answer',
  'hedging',
  'contradiction',
] as const satisfies readonly Flag[];

export const judgementSchema = z.object({
  points: z.array(
    z.object({
      id: z.string(),
      quote: z.string(),
      reason: z.string(),
      verdict: z.enum(['met', 'partial', 'not_met', 'contradicted']),
    }),
  ),
  flags: z.array(z.string()),
});

export type Judgement = z.infer<typeof judgementSchema>;
export type JudgedPoint = Judgement['points'][number];

/** The judgement in an output: one JSON object, whatever stands around it. Null = there is none. */
export function readJudgement(text: string): Judgement | null {
  try {
    const object = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    return judgementSchema.safeParse(object).data ?? null;
  } catch {
    return null;
  }
}

/** What is wrong with a judgement, in words for the model. Empty = every point of the rubric is judged once. */
export function problemsOf({ points }: Judgement, rubric: readonly Pick<RubricPoint, 'id'>[]): string[] {
  const counts = new Map<string, number>(rubric.map(({ id }) => [id, 0]));
  const unknown = points.filter(({ id }) => !counts.has(id)).length;
  for (const { id } of points) if (counts.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  const wrong = [...counts].filter(([, count]) => count !== 1);
  return [
    ...wrong.map(([id, count]) => `point ${id} is judged ${count} times, not once`),
    ...(unknown > 0 ? [`${unknown} judged points have an id that is not in the rubric`] : []),
  ];
}
