import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { planSchema } from './schema.ts';

/** The published JSON Schema of plan files: what an author may write, defaults left out included. */
export function planJsonSchema(): Record<string, unknown> {
  const { $schema, properties, ...rest } = z.toJSONSchema(planSchema, { io: 'input', target: 'draft-2020-12' });
  return {
    $schema,
    $id: 'urn:viva:schema:plan',
    title: 'viva interview plan',
    description: 'Questions, rubric and limits of an interview. Written by `npm run schema` from src/plans/schema.ts.',
    ...rest,
    properties: {
      $schema: { description: 'Where editors find this schema; no part of the plan.', type: 'string' },
      ...properties,
    },
  };
}

/** The text of plan.schema.json. */
export function planJsonSchemaText(): string {
  const json = JSON.stringify(planJsonSchema(), null, 2);
  // Short lists on one line, as the formatter wants them.
  return `${json.replace(/\[\n\s+("[^[\]]*")\n\s+\]/g, (_, items: string) => `[${items.replace(/\n\s+/g, ' ')}]`)}\n`;
}

if (import.meta.main) writeFileSync(new URL('../../plan.schema.json', import.meta.url), planJsonSchemaText());
