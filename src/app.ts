import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { VivaError } from './errors.ts';
import { registerCommands } from './routes/commands.ts';
import { registerHealth } from './routes/health.ts';
import { registerInterviews } from './routes/interviews.ts';
import type { SocketLimits } from './routes/limits.ts';
import { registerDescriptions } from './routes/machine.ts';
import { createMethodTable } from './routes/methods.ts';
import { registerPages } from './routes/pages.ts';
import { registerPlans } from './routes/plans.ts';
import { answerClientError, answerError } from './routes/problems.ts';
import { registerResults } from './routes/results.ts';
import { contentPolicy } from './routes/security.ts';
import type { App, Service } from './routes/service.ts';
import { registerSocket } from './routes/socket.ts';

const BODY_BYTES_MAX = 64 * 1024;

export interface AppDeps extends Omit<Service, 'isDraining'> {
  log: FastifyBaseLogger;
  trustedProxies: readonly string[];
  limits: {
    socket: SocketLimits;
    addressRequestsPerMinuteMax: number;
    /** Above this mean delay of the event loop new requests are turned away. */
    eventLoopDelayMaxMs: number;
  };
}

/** Build the whole application, without an environment and without listening. Closing it drains the interviews. */
export async function buildApp(deps: AppDeps): Promise<App> {
  let isDraining = false;
  const app: App = Fastify({
    loggerInstance: deps.log,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: deps.trustedProxies.length > 0 ? [...deps.trustedProxies] : false,
    // Our own hook answers during a drain, so that this too is a problem document.
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<ZodTypeProvider>();
  const service: Service = { ...deps, isDraining: () => isDraining };
  const methods = createMethodTable();

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.decorateRequest('identity');
  app.addHook('onRoute', methods.add);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    const isProbe = request.url === '/healthz' || request.url === '/readyz';
    if (isDraining && !isProbe) throw new VivaError('RESTARTING', 'the service is restarting');
  });
  app.addHook('preClose', async () => {
    isDraining = true;
  });

  await app.register(helmet, contentPolicy(deps.publicUrl));
  await app.register(underPressure, { maxEventLoopDelay: deps.limits.eventLoopDelayMaxMs, retryAfter: 5 });
  await app.register(rateLimit, {
    max: deps.limits.addressRequestsPerMinuteMax,
    timeWindow: 60_000,
    // Injected sockets have no address, and the plugin's own key needs one.
    keyGenerator: (request) => request.ip ?? 'unknown',
    errorResponseBuilder: (_request, { after }) =>
      new VivaError('RATE_LIMITED', `too many requests; again in ${after}`),
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    const allowed = methods.of(request.url);
    if (allowed.length === 0) throw new VivaError('NOT_FOUND', 'there is nothing at this address');
    reply.header('allow', allowed.join(', '));
    throw new VivaError('METHOD_NOT_ALLOWED', `this address takes ${allowed.join(', ')}`);
  });

  // First, so that its plugin sees every route.
  await registerSocket(app, service, deps.limits.socket);
  registerHealth(app, service);
  registerDescriptions(app);
  registerPlans(app, service);
  registerInterviews(app, service);
  registerResults(app, service);
  registerCommands(app, service);
  registerPages(app, service);
  return app;
}
