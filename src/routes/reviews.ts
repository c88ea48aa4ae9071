import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Review, reviewSchema } from '../annotations.ts';
import { VivaError } from '../errors.ts';
import type { Plan } from '../plans/schema.ts';
import { reevaluate } from '../reevaluation.ts';
import { verdictsOf } from '../report/verdicts.ts';
import { allow, interviewParams } from './access.ts';
import { problemResponses } from './problems.ts';
import { named } from './schemas.ts';
import type { App, Service } from './service.ts';

const reviewBody = reviewSchema.safeExtend({ id: z.guid().exactOptional() }).register(named, {
  id: 'NewReview',
  examples: [{ questionId: 'idempotency', score: 0.75, reason: 'The second sentence says it in other words.' }],
});

const reevaluated = z.discriminatedUnion('ok', [
  z.object({
    questionId: z.string(),
    promptId: z.string(),
    ok: z.literal(true),
    seq: z.number().int(),
    score: z.number(),
    /** The score of the evaluation beside which it stands. */
    before: z.number().nullable(),
  }),
  z.object({ questionId: z.string(), promptId: z.string(), ok: z.literal(false), code: z.string() }),
]);

function assertInPlan(review: Review, { questions }: Plan): void {
  const { questionId } = review;
  if (questionId === undefined) return;
  const question = questions.find(({ id }) => id === questionId);
  const accepted = (items: { id: string }[]) => items.map(({ id }) => id).join(', ');
  if (!question) throw new VivaError('REQUEST_INVALID', `questionId: accepted are ${accepted(questions)}`);
  const { points } = question.rubric;
  if (verdictsOf(review).some(({ pointId }) => !points.some(({ id }) => id === pointId)))
    throw new VivaError('REQUEST_INVALID', `pointId: accepted are ${accepted(points)}`);
}

/** What people and evaluators say of an interview afterwards. The first judgement stays. */
export function registerReviews(app: App, service: Service): void {
  const { actors, tokens, clock, evaluator, readInterview, readConfig: config } = service;

  app.post(
    '/api/interviews/:id/reviews',
    {
      onRequest: allow(tokens, 'operator', 'reviewer'),
      config,
      schema: {
        operationId: 'review',
        summary: "Add a person's score, verdict or decision; what was judged before stays.",
        params: interviewParams,
        body: reviewBody,
        response: {
          201: z.object({ id: z.string(), seq: z.number().int(), duplicate: z.boolean() }),
          ...problemResponses,
        },
      },
    },
    async ({ params, body, identity }, reply) => {
      const { id = randomUUID(), ...review } = body;
      const { published } = await readInterview(params.id);
      assertInPlan(review, published.plan);
      const by = identity.role === 'operator' ? 'operator' : 'reviewer';
      const result = await actors.order(params.id, { by, id, annotation: { type: 'review.added', ...review } });
      if (!result.ok) throw new VivaError(result.problem.code, result.problem.detail);
      return reply.code(201).send({ id, seq: result.seq, duplicate: result.duplicate });
    },
  );

  app.post(
    '/api/interviews/:id/evaluations',
    {
      onRequest: allow(tokens, 'operator'),
      config,
      schema: {
        operationId: 'evaluateAgain',
        summary: 'Judge the answers of an interview that is over again, beside the first judgement.',
        params: interviewParams,
        body: z.strictObject({ questionId: z.string().max(64).exactOptional() }),
        response: { 200: z.object({ evaluations: z.array(reevaluated) }), ...problemResponses },
      },
    },
    async ({ params, body }) => {
      const reading = await readInterview(params.id);
      return { evaluations: await reevaluate({ actors, evaluator, clock }, reading, body.questionId) };
    },
  );
}
