import { z } from 'zod';
import { type EvaluationRequest, WEIGHT_DEFAULT } from '../evaluators/evaluator.ts';
import { thresholdOf } from '../plans/examples.ts';
import { toFindings } from '../plans/issues.ts';
import { toPlanProblem } from '../plans/problem.ts';
import { examplesSchema, pointsOf } from '../plans/schema.ts';
import { LINE_CHARS_MAX } from './lines.ts';

/** Longer than any question, because cases may hold a whole exercise. */
const QUESTION_CHARS_MAX = 20_000;
/** More mistakes of one line are not told at once. */
const PROBLEMS_SHOWN_MAX = 10;

const point = z.object({
  id: z.string().min(1).max(200),
  text: z.string().min(1),
  weight: z.number().positive().default(WEIGHT_DEFAULT),
  alternatives: z.array(z.string()).max(100).default([]),
});

/** One case of `viva evaluate --batch`. Unknown keys are ignored: cases often carry labels of their own. */
const caseSchema = z.object({
  id: z.union([z.string().max(200), z.number()], 'expected a text of at most 200 characters, or a number'),
  question: z.string().max(QUESTION_CHARS_MAX),
  rubric: z.object({
    threshold: z.number().min(0).max(1).optional(),
    points: pointsOf(point, 100),
    examples: examplesSchema,
  }),
  answer: z.string(),
});

const WHOLE = `a case: a block of keys (${Object.keys(caseSchema.shape).join(', ')})`;

/** One answer to judge, with what it is judged by. */
export type Case = EvaluationRequest & { id: string | number };

/** What is wrong with a line. Shape: `field` like `rubric.points[0].text`, '' = the line; `id` where it tells one. */
export interface CaseError {
  line: number;
  id?: string | number;
  field: string;
  message: string;
}

/** Read one line of JSON as a case. `text` null = it was too long to keep. Mistakes tell what is accepted. */
export function readCase(line: number, text: string | null): { found: Case } | { error: CaseError } {
  if (text === null) return { error: { line, field: '', message: `longer than ${LINE_CHARS_MAX} characters` } };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { error: { line, field: '', message: 'not JSON; one JSON object per line is accepted' } };
  }
  const parsed = caseSchema.safeParse(json);
  if (parsed.success) {
    const { rubric, ...rest } = parsed.data;
    return { found: { ...rest, rubric: { points: rubric.points, threshold: thresholdOf(rest.question, rubric) } } };
  }
  const id = caseSchema.shape.id.safeParse((json as { id?: unknown } | null)?.id);
  return { error: { line, ...(id.success ? { id: id.data } : {}), ...explain(parsed.error, json) } };
}

/** The first mistake with its field; the others follow in its message. */
function explain({ issues }: z.ZodError, json: unknown): Pick<CaseError, 'field' | 'message'> {
  const problems = issues.flatMap((issue) => toFindings(issue, caseSchema, json, WHOLE)).map(toPlanProblem);
  const [first, ...others] = problems.slice(0, PROBLEMS_SHOWN_MAX);
  const messages = [first?.message, ...others.map(({ path, message }) => `${path}: ${message}`)];
  if (problems.length > PROBLEMS_SHOWN_MAX) messages.push(`and ${problems.length - PROBLEMS_SHOWN_MAX} more`);
  return { field: first?.path ?? '', message: messages.join('; ') };
}
