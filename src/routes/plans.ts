import { z } from 'zod';
import { VivaError } from '../errors.ts';
import { planJsonSchema } from '../plans/jsonschema.ts';
import { parsePlan } from '../plans/load.ts';
import { publishPlan } from '../plans/publish.ts';
import { planSchema } from '../plans/schema.ts';
import { allow } from './access.ts';
import { problemResponses } from './problems.ts';
import { named } from './schemas.ts';
import type { App, Service } from './service.ts';

const BODY_BYTES_MAX = 1024 * 1024;

const planTypes = ['application/json', 'application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];

/** Read as text; what the text has to say is described by the schema of plans. */
const { $id: _id, $schema: _schema, description: _description, ...planShape } = planJsonSchema();
const planText = z.string().register(named, { ...planShape, id: 'PlanSource' });

const stored = z.object({
  id: z.string(),
  version: z.number().int(),
  hash: z.string(),
  title: z.string(),
  questionCount: z.number().int(),
  publishedAt: z.number().int(),
});

function summarize(published: {
  plan: z.infer<typeof planSchema>;
  version: number;
  hash: string;
  publishedAt: number;
}) {
  const { plan, version, hash, publishedAt } = published;
  return { id: plan.id, version, hash, title: plan.title, questionCount: plan.questions.length, publishedAt };
}

/** Publish, list and read plans. Plans hold rubrics, so all of it is the operator's. */
export function registerPlans(app: App, service: Service): void {
  const onRequest = allow(service.tokens, 'operator');

  app.register(async (scope: App) => {
    // Plans are read as text whatever their format: the loader knows both and names the line of a mistake.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(planTypes, { parseAs: 'string', bodyLimit: BODY_BYTES_MAX }, (_request, body, done) =>
      done(null, body),
    );
    const schema = {
      operationId: 'publishPlan',
      summary: 'Publish a plan; new content is a new version.',
      consumes: planTypes,
      body: planText,
      response: { 201: stored, ...problemResponses },
    };
    scope.post('/api/plans', { schema, onRequest, bodyLimit: BODY_BYTES_MAX }, async (request, reply) => {
      const parsed = parsePlan(request.body);
      if (!parsed.ok) {
        const { problems } = parsed;
        const first = problems[0];
        const detail = first ? `${first.path || 'plan'}: ${first.message}` : 'the plan is not valid';
        throw new VivaError('PLAN_INVALID', detail, { problems });
      }
      const published = await publishPlan(service.journal, parsed.plan, service.clock.now());
      return reply.code(201).send(summarize(published));
    });
  });

  app.get(
    '/api/plans',
    {
      onRequest,
      schema: {
        operationId: 'listPlans',
        summary: 'The newest version of every plan.',
        response: { 200: z.object({ plans: z.array(stored) }), ...problemResponses },
      },
    },
    async () => {
      const plans = await service.journal.listPlans();
      return { plans: plans.map((row) => summarize({ ...row, plan: planSchema.parse(JSON.parse(row.json)) })) };
    },
  );

  app.get(
    '/api/plans/:id',
    {
      onRequest,
      schema: {
        operationId: 'readPlan',
        summary: 'One plan, its newest or a given version.',
        params: z.object({ id: z.string().max(64) }),
        querystring: z.object({ version: z.coerce.number().int().positive().optional() }),
        response: { 200: stored.extend({ plan: planSchema }), ...problemResponses },
      },
    },
    async ({ params, query }) => {
      const published = await service.findPlan(params.id, query.version);
      return { ...summarize(published), plan: published.plan };
    },
  );
}
