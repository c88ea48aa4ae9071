import { z } from 'zod';
import { VivaError } from '../errors.ts';
import { commandRoles, commandSchema } from '../protocol.ts';
import { allow, interviewParams } from './access.ts';
import { admit } from './admission.ts';
import { problemResponses } from './problems.ts';
import type { App, Service } from './service.ts';

/** Commands of operators, through the same gate as those of the socket. */
export function registerCommands(app: App, { actors, tokens, metrics, pressure }: Service): void {
  app.post(
    '/api/interviews/:id/commands',
    {
      onRequest: allow(tokens, 'operator'),
      schema: {
        operationId: 'command',
        summary: "Give an operator's command; the same gate as the socket.",
        params: interviewParams,
        body: commandSchema,
        response: {
          200: z.object({ id: z.string(), seq: z.number().int(), duplicate: z.boolean() }),
          ...problemResponses,
        },
      },
    },
    async ({ params, body, identity }) => {
      if (commandRoles[body.type] !== identity.role)
        throw new VivaError('FORBIDDEN', `${body.type} is for: ${commandRoles[body.type]}`);
      const result = await admit(pressure, body.type, () => actors.order(params.id, { by: 'operator', command: body }));
      metrics.commandAnswered(body.type, result);
      if (result.ok) return { id: body.id, seq: result.seq, duplicate: result.duplicate };
      const { code, detail, state, allowed, retryAfterMs } = result.problem;
      throw new VivaError(code, detail, {
        ...(state ? { state } : {}),
        ...(allowed ? { allowed } : {}),
        ...(retryAfterMs ? { retryAfterMs } : {}),
      });
    },
  );
}
