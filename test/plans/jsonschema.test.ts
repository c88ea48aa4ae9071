import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { planJsonSchema, planJsonSchemaText } from '../../src/plans/jsonschema.ts';

test('plan.schema.json is what the schema of plans says; `npm run schema` writes it anew', () => {
  const published = readFileSync(new URL('../../plan.schema.json', import.meta.url), 'utf8');
  expect(published).toBe(planJsonSchemaText());
});

test('it describes what an author writes: keys with a default may be left out, unknown keys may not be there', () => {
  const schema = z.fromJSONSchema(planJsonSchema());
  const plan = {
    $schema: '../plan.schema.json',
    id: 'a',
    title: 'A',
    questions: [{ id: 'q', text: 'Why?', rubric: { points: [{ id: 'p', text: 'so' }] } }],
  };
  expect(schema.safeParse(plan).success).toBe(true);
  expect(schema.safeParse({ ...plan, titel: 'A' }).success).toBe(false);
  expect(schema.safeParse({ ...plan, questions: [] }).success).toBe(false);
});
