import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { assertNotErased, readHead } from '../journal/head.ts';
import { accommodations, type Role, states, viewSchema } from '../protocol.ts';
import { readingAt, viewOfReading } from '../report/read.ts';
import { links } from '../tokens.ts';
import { allow, atMoment, interviewParams } from './access.ts';
import { problemResponses } from './problems.ts';
import { named } from './schemas.ts';
import type { App, Service } from './service.ts';

const DAY_MS = 86_400_000;
/** A link outlives its invitation by this much: time for the interview itself and for reading the result. */
const LINK_AFTER_INVITATION_MS = 90 * DAY_MS;

const shortText = z.string().trim().min(1).max(200);

const createBody = z
  .strictObject({
    planId: z.string().max(64),
    version: z.number().int().positive().exactOptional(),
    candidate: z
      .strictObject({
        name: shortText.exactOptional(),
        email: z.email().max(200).exactOptional(),
        locale: z
          .string()
          .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'a language tag such as en or de-CH')
          .exactOptional(),
      })
      .default({}),
    accommodations: accommodations.strict().default({}),
    externalId: shortText.exactOptional(),
  })
  .register(named, {
    id: 'NewInterview',
    examples: [{ planId: 'retries', candidate: { name: 'Ada Lovelace' }, accommodations: { timeMultiplier: 1.5 } }],
  });

const madeLinks = z.object({
  candidateUrl: z.string(),
  candidateToken: z.string(),
  reviewerUrl: z.string(),
  reviewerToken: z.string(),
});

const created = z.object({ id: z.string(), state: z.enum(states), ...madeLinks.shape });

function baseOf(request: FastifyRequest, service: Pick<Service, 'publicUrl'>): string {
  return service.publicUrl ?? `${request.protocol}://${request.host}`;
}

/**
 * The links of an interview; made from its creation alone, so asking again gives the same ones.
 *
 * Errors: INTERVIEW_NOT_FOUND, INTERVIEW_ERASED, VERSION_PARKED.
 */
export async function makeLinks(service: Pick<Service, 'journal' | 'tokens' | 'findPlan'>, id: string, base: string) {
  const head = await readHead(service.journal, id);
  assertNotErased(head);
  const { meta, state } = head;
  const { plan } = await service.findPlan(meta.planId, meta.planVersion);
  const expiresAt = meta.createdAt + plan.limits.invitationDays * DAY_MS + LINK_AFTER_INVITATION_MS;
  const candidateToken = await service.tokens.issue({ role: 'candidate', interviewId: id }, expiresAt);
  const reviewerToken = await service.tokens.issue({ role: 'reviewer', interviewId: id }, expiresAt);
  return {
    id,
    state: z.enum(states).parse(state),
    candidateUrl: links.candidate(base, id, candidateToken),
    candidateToken,
    reviewerUrl: links.reviewer(base, id, reviewerToken),
    reviewerToken,
  };
}

/** Create and read interviews, and get the tickets that open their sockets. */
export function registerInterviews(app: App, service: Service): void {
  const { journal, actors, tickets, tokens, clock, findPlan } = service;
  const operator = allow(tokens, 'operator');

  app.post(
    '/api/interviews',
    {
      onRequest: operator,
      schema: {
        operationId: 'createInterview',
        summary: 'Create an interview and its links; the same Idempotency-Key gives the same one.',
        body: createBody,
        headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
        response: { 201: created, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { planId, version, candidate, accommodations, externalId } = request.body;
      const published = await findPlan(planId, version);
      const key = request.headers['idempotency-key'];
      // With the key in it: alone, a digest of a name and an address could be guessed.
      const digest = hash('sha256', JSON.stringify([key, request.body]), 'base64url');
      const { id } = await actors.create({
        published,
        candidate,
        accommodations,
        ...(externalId === undefined ? {} : { externalId }),
        ...(key === undefined ? {} : { idempotency: { key, digest } }),
      });
      return reply.code(201).send(await makeLinks(service, id, baseOf(request, service)));
    },
  );

  app.get(
    '/api/interviews/:id',
    {
      onRequest: allow(tokens, 'operator', 'reviewer'),
      config: service.readConfig,
      schema: {
        operationId: 'readInterview',
        summary: "The reviewer's view of an interview, now or at an earlier record.",
        params: interviewParams,
        querystring: atMoment,
        response: { 200: viewSchema, ...problemResponses },
      },
    },
    async ({ params, query: { atSeq }, identity }) => {
      const reading = await service.readInterview(params.id);
      assertNotErased(reading.head);
      const { answerCharsMax } = service;
      if (atSeq === undefined) return viewOfReading(reading, identity.role, { now: clock.now(), answerCharsMax });
      const earlier = readingAt(reading, atSeq);
      return viewOfReading(earlier, identity.role, { now: earlier.head.updatedAt, answerCharsMax });
    },
  );

  app.get(
    '/api/interviews/:id/links',
    {
      onRequest: operator,
      schema: {
        operationId: 'readLinks',
        summary: 'The links of an interview again, the same as at its creation.',
        params: interviewParams,
        response: { 200: madeLinks, ...problemResponses },
      },
    },
    (request) => makeLinks(service, request.params.id, baseOf(request, service)),
  );

  app.post(
    '/api/interviews/:id/tickets',
    {
      onRequest: allow(tokens, 'operator', 'reviewer', 'candidate'),
      schema: {
        operationId: 'issueTicket',
        summary: 'A ticket that opens one connection to the socket, once, within a minute.',
        params: interviewParams,
        response: { 201: z.object({ ticket: z.string(), expiresAt: z.number().int() }), ...problemResponses },
      },
    },
    async ({ params, identity }, reply) => {
      assertNotErased(await readHead(journal, params.id));
      const role: Role = identity.role;
      return reply.code(201).send(await tickets.issue({ role, interviewId: params.id }));
    },
  );
}
