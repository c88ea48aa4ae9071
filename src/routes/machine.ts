import { z } from 'zod';
import { interview } from '../../machines/interview.ts';
import { planJsonSchema } from '../plans/jsonschema.ts';
import { problemResponses } from './problems.ts';
import type { App } from './service.ts';

/** The public descriptions: the machine as the Stately tools import it, and the JSON Schema of plans. */
export function registerDescriptions(app: App): void {
  const schema = { response: { 200: z.record(z.string(), z.unknown()), ...problemResponses } };
  const machine = JSON.parse(JSON.stringify(interview.config)) as Record<string, unknown>;
  const plan = planJsonSchema();

  app.get('/api/machines/interview', { schema }, async () => machine);
  app.get('/plan.schema.json', { schema }, async () => plan);
}
