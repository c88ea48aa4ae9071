import { z } from 'zod';
import { VivaError } from '../errors.ts';
import { allow, interviewParams } from './access.ts';
import { problemResponses } from './problems.ts';
import type { App, Service } from './service.ts';

/**
 * Erase what is personal in an interview. First in the journal, which fences whoever runs it, then from memory; the
 * other way round somebody could bring it back in between.
 */
export function registerErasure(app: App, { journal, actors, tokens, clock }: Service): void {
  app.delete(
    '/api/interviews/:id',
    {
      onRequest: allow(tokens, 'operator'),
      schema: { params: interviewParams, response: { 204: z.void(), ...problemResponses } },
    },
    async ({ params }, reply) => {
      let isKnown: boolean;
      try {
        isKnown = await journal.erase(params.id, clock.now());
      } finally {
        await actors.forget(params.id);
      }
      if (!isKnown) throw new VivaError('INTERVIEW_NOT_FOUND', 'no interview has this id');
      return reply.code(204).send();
    },
  );
}
