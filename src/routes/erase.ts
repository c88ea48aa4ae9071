import { z } from 'zod';
import { readHead } from '../journal/head.ts';
import { allow, interviewParams } from './access.ts';
import { problemResponses } from './problems.ts';
import type { App, Service } from './service.ts';

/**
 * Erase what is personal in an interview. First in the journal, which fences whoever runs it, then from memory; the
 * other way round somebody could bring it back in between.
 */
export function registerErasure(app: App, { journal, actors, tokens, clock }: Service): void {
  async function eraseStored(id: string): Promise<void> {
    // Where a newer build keeps what is personal is not known here.
    await readHead(journal, id);
    try {
      await journal.erase(id, clock.now());
    } catch (error) {
      // It may have got as far as the interview, but not through the engine's files.
      if ((await readHead(journal, id)).erasedAt !== null) await actors.forget(id);
      throw error;
    }
  }

  app.delete(
    '/api/interviews/:id',
    {
      onRequest: allow(tokens, 'operator'),
      schema: {
        operationId: 'eraseInterview',
        summary: 'Erase what is personal in an interview, for good.',
        params: interviewParams,
        response: { 204: z.void(), ...problemResponses },
      },
    },
    async ({ params }, reply) => {
      await eraseStored(params.id);
      await actors.forget(params.id);
      return reply.code(204).send();
    },
  );
}
