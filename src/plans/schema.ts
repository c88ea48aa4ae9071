import { z } from 'zod';
import { RUBRIC_CHARS_MAX, rubricChars, THRESHOLD_DEFAULT, WEIGHT_DEFAULT } from '../evaluators/evaluator.ts';

// The plan format (PROTOCOL.md, "Plans"). YAML or JSON; unknown keys are errors, so a typing mistake is found.

/** How often a question is followed up where the plan does not say. */
export const FOLLOW_UPS_DEFAULT = 3;

/** Wordings are matched word by word, so a long one is matched by anything: a point is one statement. */
const POINT_CHARS_MAX = 1_000;
const ALTERNATIVE_CHARS_MAX = 500;
/** Marked answers of one question: more hardly move its threshold. */
const EXAMPLES_MAX = 12;

function writing(charsMax: number) {
  return z.string().trim().min(1).max(charsMax);
}

const id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,63}$/,
    'use 1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit',
  );
const text = writing(4_000);
const seconds = z.number().int().min(5).max(7_200);

/** A list is checked as a whole although an item of it is wrong, so that all mistakes are told at once. */
const always: z.core.$ZodSuperRefineParams = { when: ({ value }) => Array.isArray(value) };

/** No id is longer, whoever accepts it. */
const ID_CHARS_MAX = 200;

/** Ids name prompts, points and records, so within one list each is used once. The items may be anything. */
function checkUniqueIds(items: readonly unknown[], context: z.RefinementCtx): void {
  const indexById = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const found = (item as { id?: unknown } | null | undefined)?.id;
    if (typeof found !== 'string' || found.length > ID_CHARS_MAX) continue;
    const first = indexById.get(found);
    if (first === undefined) indexById.set(found, index);
    else
      context.addIssue({
        code: 'custom',
        path: [index, 'id'],
        message: `"${found}" is already the id of number ${first + 1} in this list; expected an id of its own`,
      });
  }
}

/** A rubric is at most so long in all: every answer is held against each word of it. The items may be anything. */
function checkRubricLength(items: readonly unknown[], context: z.RefinementCtx): void {
  const length = rubricChars(items.map((item) => ({ text: '', alternatives: writingsOf(item) })));
  if (length <= RUBRIC_CHARS_MAX) return;
  const message = `the texts and alternatives of one question have ${length} characters together; expected at most ${RUBRIC_CHARS_MAX}`;
  context.addIssue({ code: 'custom', message });
}

function writingsOf(item: unknown): string[] {
  const { text, alternatives } = (item ?? {}) as { text?: unknown; alternatives?: unknown };
  return [text, ...(Array.isArray(alternatives) ? alternatives : [])].filter((writing) => typeof writing === 'string');
}

/** The points of one rubric, from a plan or elsewhere. */
export function pointsOf<Item extends z.ZodType>(item: Item, countMax: number) {
  return z.array(item).min(1).max(countMax).superRefine(checkUniqueIds, always).superRefine(checkRubricLength, always);
}

const point = z.strictObject({
  id,
  text: writing(POINT_CHARS_MAX).describe(
    'What a good answer says, in the words of the plan author. Never shown to the candidate.',
  ),
  weight: z.number().positive().max(100).default(WEIGHT_DEFAULT),
  alternatives: z
    .array(writing(ALTERNATIVE_CHARS_MAX))
    .max(20)
    .default([])
    .describe('Other wordings that count as much as `text`.'),
  followUp: text
    .optional()
    .describe('The question asked when this point is missing. It should not give the point away.'),
});

/** Marked answers of one plan: each is judged when it is read. */
const PLAN_EXAMPLES_MAX = 200;

function checkExampleCount(questions: readonly unknown[], context: z.RefinementCtx): void {
  const count = questions.reduce((sum: number, question) => {
    const { examples } = (question as { rubric?: { examples?: unknown } } | null)?.rubric ?? {};
    return sum + (Array.isArray(examples) ? examples.length : 0);
  }, 0);
  if (count <= PLAN_EXAMPLES_MAX) return;
  const message = `the questions have ${count} marked answers together; expected at most ${PLAN_EXAMPLES_MAX}`;
  context.addIssue({ code: 'custom', message });
}

/** The marked answers of one rubric, from a plan or elsewhere. Without a default: published plans keep their hashes. */
export const examplesSchema = z
  .array(
    z.strictObject({
      answer: writing(2_000).describe('An answer to the question, with nothing that tells whose it is.'),
      score: z.number().min(0).max(1).describe(`What a person gives it; from ${THRESHOLD_DEFAULT} on it is enough.`),
    }),
  )
  .min(1)
  .max(EXAMPLES_MAX)
  .optional()
  .describe('Marked answers: a threshold that is left out is fitted to them.');

const rubric = z.strictObject({
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(THRESHOLD_DEFAULT)
    .describe('Score from which nothing more is asked. Left out, it is fitted to the `examples`, if there are any.'),
  points: pointsOf(point, 20),
  examples: examplesSchema,
});

const question = z.strictObject({
  id,
  text,
  timeSeconds: seconds.optional().describe('Time to answer; absent = no limit of its own.'),
  followUpSeconds: seconds.optional().describe('Time to answer a follow-up; default: `timeSeconds`.'),
  maxFollowUps: z.number().int().min(0).max(5).default(FOLLOW_UPS_DEFAULT),
  skippable: z.boolean().default(true),
  rubric,
});

/** The schema of an interview plan. Output: every default filled in. */
export const planSchema = z.strictObject({
  id,
  title: z.string().trim().min(1).max(200),
  intro: text.optional().describe('Shown to the candidate before the start.'),
  limits: z
    .strictObject({
      totalMinutes: z.number().positive().max(600).optional().describe("The candidate's own time; absent = no limit."),
      invitationDays: z.number().positive().max(365).default(7),
      pauseMinutes: z.number().min(0).max(1_440).default(10).describe('All pauses together.'),
      // Without a default: published plans keep their hashes.
      disconnectedMinutes: z
        .number()
        .min(0)
        .max(1_440)
        .optional()
        .describe('For so long in all the time without a connection does not count; absent = it counts.'),
    })
    .default({ invitationDays: 7, pauseMinutes: 10 }),
  candidate: z
    .strictObject({
      seesScores: z.boolean().default(false),
      consent: text.optional().describe('The candidate must agree to this before the start.'),
    })
    .default({ seesScores: false }),
  evaluation: z
    .strictObject({
      timeoutSeconds: z.number().positive().max(300).default(20),
      attempts: z.number().int().min(1).max(10).default(3),
      backoffSeconds: z.number().positive().max(60).default(1),
    })
    .default({ timeoutSeconds: 20, attempts: 3, backoffSeconds: 1 }),
  questions: z
    .array(question)
    .min(1)
    .max(50)
    .superRefine(checkUniqueIds, always)
    .superRefine(checkExampleCount, always),
});

/** A plan with every default filled in. */
export type Plan = z.infer<typeof planSchema>;
export type Question = Plan['questions'][number];
export type Point = Question['rubric']['points'][number];

/** A published plan: its content never changes. `hash` is SHA-256 (hex) of the canonical JSON. */
export interface PublishedPlan {
  plan: Plan;
  version: number;
  hash: string;
  publishedAt: number;
}
