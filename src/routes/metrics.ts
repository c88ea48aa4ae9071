import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { allow } from './access.ts';
import { problemResponses } from './problems.ts';
import type { App, Service } from './service.ts';

const LOOPBACK = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;

/** From this machine itself, and not through a proxy that runs on it. */
function isLocal({ raw, headers }: FastifyRequest): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => name in headers);
  return LOOPBACK.test(raw.socket.remoteAddress ?? '') && !isForwarded;
}

/** What Prometheus reads. A busy service still tells how busy it is. */
export function registerMetrics(app: App, { metrics, tokens }: Service): void {
  const operator = allow(tokens, 'operator');
  const config = { rateLimit: {}, pressureHandler: () => undefined };
  const gate = async (request: FastifyRequest) => {
    if (!isLocal(request)) await operator(request);
  };

  app.get(
    '/metrics',
    {
      onRequest: Object.assign(gate, { roles: operator.roles }),
      config,
      logLevel: 'warn',
      schema: {
        operationId: 'readMetrics',
        summary: 'Metrics for Prometheus; from the same machine without a key.',
        response: { 200: { content: { 'text/plain': { schema: z.string() } } }, ...problemResponses },
      },
    },
    async (_request, reply) => {
      const { type, text } = await metrics.read();
      return reply.type(type).send(text);
    },
  );
}
