import { z } from 'zod';
import { planSchema } from '../plans/schema.ts';
import {
  commandSchema,
  problemSchema,
  recordSchema,
  timeLedgerSchema,
  transcriptSchema,
  viewSchema,
} from '../protocol.ts';
import { chainSchema, reportSchema } from '../report/report.ts';

// From the zod schemas that the service itself uses to the JSON Schemas of its descriptions.

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Schemas that the descriptions give a name instead of repeating them; `examples` are shown with them. */
export const named = z.registry<{ id: string; description?: string; examples?: unknown[] }>();

const [candidateView, reviewerView] = viewSchema.options;
const entry = transcriptSchema.shape.entries.element;
named.add(candidateView, { id: 'CandidateView', description: 'The whole state as the candidate may see it.' });
named.add(reviewerView, { id: 'ReviewerView', description: 'The whole state as reviewers and operators see it.' });
named.add(candidateView.shape.prompt.unwrap(), { id: 'Prompt', description: 'What is with the candidate now.' });
named.add(transcriptSchema, { id: 'Transcript', description: 'What happened in one interview, in order.' });
named.add(entry, { id: 'TranscriptEntry', description: 'One prompt with everything that followed from it.' });
named.add(entry.shape.evaluation.unwrap().unwrap(), { id: 'Evaluation', description: 'Scores are 0 to 1.' });
named.add(transcriptSchema.shape.reviews.unwrap().element, { id: 'Review', description: 'What a person said of it.' });
named.add(timeLedgerSchema, { id: 'TimeLedger', description: 'Where the time went; the parts add up to `totalMs`.' });
named.add(chainSchema, { id: 'Chain', description: 'Whether the records are as they were written.' });
named.add(recordSchema, { id: 'Record', description: 'One entry of the journal.' });
named.add(planSchema, { id: 'Plan', description: 'A published plan, every default filled in.' });
named.add(commandSchema, {
  id: 'Command',
  description: 'An ask that may be refused. The same `id` again is the same outcome again.',
  examples: [{ type: 'interview.cancel', id: '9f0c3a52-6d0b-4c7e-8f7e-0d9a4f6b2c11', reason: 'asked for by phone' }],
});
named.add(reportSchema, { id: 'Report', description: 'Scores are 0 to 1; what was not measured is null.' });
named.add(problemSchema, {
  id: 'Problem',
  description: 'Why something was refused (RFC 9457); programs go by `code`.',
});

/** What collects the named schemas of one description, while `toJson` refers to them. */
export interface Schemas {
  /** `input`: what may be sent; defaults may be left out. `output`: what is answered. */
  toJson(schema: z.ZodType, io: 'input' | 'output'): JsonSchema;
  readonly byName: Record<string, JsonSchema>;
}

/** Clients pass over members that they do not know, so what is answered forbids none, unless its schema does. */
function refine({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  const { def } = zodSchema._zod;
  if (def.type === 'object' && !def.catchall) delete jsonSchema.additionalProperties;
  // Every integer of JavaScript has these bounds; they tell nobody anything.
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

function withRefs(json: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

/** Create an empty collection. */
export function createSchemas(): Schemas {
  const byName: Record<string, JsonSchema> = {};
  return {
    byName,
    toJson(schema, io) {
      const json = z.toJSONSchema(schema, { io, metadata: named, unrepresentable: 'any', override: refine });
      const { $schema: _dialect, $defs = {}, ...own } = withRefs(json);
      for (const [name, definition] of Object.entries($defs)) {
        const known = byName[name];
        if (known && JSON.stringify(known) !== JSON.stringify(definition))
          throw new Error(`${name} names two schemas: what may be sent differs from what is answered`);
        byName[name] = definition;
      }
      return own;
    },
  };
}
