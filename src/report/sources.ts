import { hash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../journal/canonical.ts';
import type { JournalRecord } from '../journal/journal.ts';
import type { PublishedPlan } from '../plans/schema.ts';
import type { EvaluationView, TranscriptEntry } from '../protocol.ts';

const evaluatorSchema = z.object({ id: z.string(), version: z.string() });

/** Who or what judged, and by what it went. */
const judgeSchema = z.object({
  evaluator: evaluatorSchema,
  /** Absent = no model was asked. */
  model: z.object({ provider: z.string(), name: z.string(), answeredBy: z.string() }).optional(),
  prompt: z.object({ version: z.string(), hash: z.string() }).optional(),
  /** How often, judgements made again included. */
  count: z.number().int(),
});

/** What a report rests on: with all of this at hand, it can be made again. */
export const provenanceSchema = z.object({
  plan: z.object({ id: z.string(), version: z.number().int(), hash: z.string() }),
  /** SHA-256 of the canonical JSON of each question's rubric, defaults filled in. */
  rubrics: z.array(z.object({ questionId: z.string(), hash: z.string() })),
  /** Versions of the machine that decided, oldest first. */
  machines: z.array(z.string()),
  /** Forms of the records, oldest first. */
  recordForms: z.array(z.number().int()),
  judges: z.array(judgeSchema),
  chainHead: z.string(),
});

export type Provenance = z.infer<typeof provenanceSchema>;

function judgeOf({ evaluator, model }: EvaluationView): Omit<z.infer<typeof judgeSchema>, 'count'> {
  if (!model) return { evaluator };
  const { provider, name, answeredBy, prompt } = model;
  return { evaluator, model: { provider, name, answeredBy }, prompt };
}

/** Each judge once, in the order in which they first judged. */
function readJudges(entries: readonly TranscriptEntry[]): Provenance['judges'] {
  const evaluations = entries.flatMap(({ evaluation, reevaluations = [] }) => [
    ...(evaluation ? [evaluation] : []),
    ...reevaluations,
  ]);
  const judgesByKey = new Map<string, Provenance['judges'][number]>();
  for (const judge of evaluations.map(judgeOf)) {
    const key = canonicalJson(judge);
    judgesByKey.set(key, { ...judge, count: (judgesByKey.get(key)?.count ?? 0) + 1 });
  }
  return [...judgesByKey.values()];
}

/** What a report of these records rests on. Pure. */
export function readProvenance(
  { plan, version, hash: planHash }: PublishedPlan,
  records: readonly JournalRecord[],
  entries: readonly TranscriptEntry[],
  chainHead: string,
): Provenance {
  return {
    plan: { id: plan.id, version, hash: planHash },
    rubrics: plan.questions.map(({ id, rubric }) => ({ questionId: id, hash: hash('sha256', canonicalJson(rubric)) })),
    machines: [...new Set(records.map(({ versions }) => versions.machine))],
    recordForms: [...new Set(records.map(({ versions }) => versions.record))],
    judges: readJudges(entries),
    chainHead,
  };
}
