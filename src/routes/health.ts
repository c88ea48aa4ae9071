import { z } from 'zod';
import { VivaError } from '../errors.ts';
import { problemResponses } from './problems.ts';
import type { App, Service } from './service.ts';

const healthy = z.object({ status: z.literal('ok') });

/** Liveness and readiness. Neither is limited nor shed: whoever restarts us must be able to ask. */
export function registerHealth(app: App, { journal, isDraining }: Service): void {
  const config = { rateLimit: false as const, pressureHandler: () => undefined };
  const response = { 200: healthy, ...problemResponses };
  const live = { operationId: 'isLive', summary: 'The process lives.', response };
  const ready = { operationId: 'isReady', summary: 'The store answers, and nothing is draining.', response };

  app.get('/healthz', { schema: live, config, logLevel: 'warn' }, async () => ({ status: 'ok' as const }));

  app.get('/readyz', { schema: ready, config, logLevel: 'warn' }, async () => {
    if (isDraining()) throw new VivaError('RESTARTING', 'draining');
    await journal.ping().catch((error: unknown) => {
      throw new VivaError('STORE_UNAVAILABLE', 'the store does not answer', {}, error);
    });
    return { status: 'ok' as const };
  });
}
