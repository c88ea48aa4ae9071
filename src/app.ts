import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyBaseLogger, type FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { VivaError } from './errors.ts';
import { OVERDUE_MS } from './report/concerns.ts';
import { shed } from './routes/admission.ts';
import { registerCommands } from './routes/commands.ts';
import { registerDescriptions } from './routes/descriptions.ts';
import { registerErasure } from './routes/erase.ts';
import { registerFlow } from './routes/flow.ts';
import { registerHealth } from './routes/health.ts';
import { registerInterviews } from './routes/interviews.ts';
import type { SocketLimits } from './routes/limits.ts';
import { registerList } from './routes/list.ts';
import { createMethodTable } from './routes/methods.ts';
import { registerMetrics } from './routes/metrics.ts';
import { createDescription } from './routes/openapi.ts';
import { registerPages } from './routes/pages.ts';
import { registerPlans } from './routes/plans.ts';
import { answerClientError, answerError } from './routes/problems.ts';
import { registerQueue } from './routes/queue.ts';
import { createReader } from './routes/reader.ts';
import { registerResults } from './routes/results.ts';
import { registerReviews } from './routes/reviews.ts';
import { contentPolicy } from './routes/security.ts';
import type { App, Service } from './routes/service.ts';
import { isSocketUpgrade, registerSocket } from './routes/socket.ts';
import { registerStatistics } from './routes/statistics.ts';

const BODY_BYTES_MAX = 64 * 1024;
/** More than so many overdue interviews are no other news. */
const OVERDUE_COUNTED_MAX = 1_000;

export interface AppDeps extends Omit<Service, 'isDraining' | 'readInterview' | 'readConfig'> {
  log: FastifyBaseLogger;
  trustedProxies: readonly string[];
  limits: {
    socket: SocketLimits;
    addressRequestsPerMinuteMax: number;
    /** Of each kind: view, transcript, report, journal. */
    addressReadsPerMinuteMax: number;
    /** Within this time a request has arrived whole, its headers within half of it. */
    requestMs: number;
  };
}

/** What the log says of a request. Not what stands after the `?`: somebody may search for a name. */
function describeRequest({ method, url, host, ip }: FastifyRequest) {
  return { method, url: url.split('?', 1)[0], host, remoteAddress: ip };
}

/** What is still under way when the interviews are drained and the sockets closed must not hold the process. */
function closeInTime(app: App, closeMs: number): void {
  let patience: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    patience = setTimeout(() => app.server.closeAllConnections(), closeMs);
  });
  app.addHook('onClose', async () => clearTimeout(patience));
}

/** Build the whole application, without an environment and without listening. Closing it drains the interviews. */
export async function buildApp(deps: AppDeps): Promise<App> {
  let isDraining = false;
  const answerAndCount: typeof answerError = (error, request, reply) => {
    const code = answerError(error, request, reply);
    deps.metrics.refused('http', code);
    return code;
  };
  const app: App = Fastify({
    loggerInstance: deps.log,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: deps.limits.requestMs,
    // A connection on which nothing moves; WebSockets have their own heartbeat instead.
    connectionTimeout: 2 * deps.limits.requestMs,
    http: {
      headersTimeout: deps.limits.requestMs / 2,
      connectionsCheckingInterval: deps.limits.requestMs / 6,
      // Our own hook answers, so that this too is a problem document.
      requireHostHeader: false,
      shouldUpgradeCallback: isSocketUpgrade,
    },
    trustProxy: deps.trustedProxies.length > 0 ? [...deps.trustedProxies] : false,
    // Our own hook answers during a drain, so that this too is a problem document.
    return503OnClosing: false,
    frameworkErrors: answerAndCount,
    clientErrorHandler: answerClientError,
    childLoggerFactory: (logger, bindings, options) =>
      logger.child(bindings, { ...options, serializers: { ...options.serializers, req: describeRequest } }),
  }).withTypeProvider<ZodTypeProvider>();
  const service: Service = {
    ...deps,
    isDraining: () => isDraining,
    readInterview: createReader(deps),
    readConfig: { rateLimit: { max: deps.limits.addressReadsPerMinuteMax } },
  };
  const methods = createMethodTable();
  const description = createDescription(deps.publicUrl);

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerAndCount);
  const parseJson = app.getDefaultJsonParser('error', 'error');
  // Many clients name a type whether or not they send a body; a route that needs one says what is missing.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null) : parseJson(request, String(body), done),
  );
  app.decorateRequest('identity');
  app.addHook('onRoute', methods.add);
  app.addHook('onRoute', description.add);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined)
      throw new VivaError('REQUEST_INVALID', 'HTTP/1.1 needs a Host header');
    const isProbe = request.url === '/healthz' || request.url === '/readyz';
    if (isDraining && !isProbe) throw new VivaError('RESTARTING', 'the service is restarting');
  });
  app.addHook('preClose', async () => {
    isDraining = true;
  });
  app.addHook('onResponse', async ({ raw, method, routeOptions }, { statusCode, elapsedTime }) => {
    if (!isSocketUpgrade(raw)) deps.metrics.requestAnswered(method, routeOptions.url, statusCode, elapsedTime / 1_000);
  });
  deps.metrics.watchInterviews(() => deps.actors.liveCount);
  deps.metrics.watchOverdue(async () => {
    const ids = await deps.journal.due(deps.clock.now() - OVERDUE_MS, OVERDUE_COUNTED_MAX);
    return ids.length;
  });
  deps.metrics.watchCommands(() => deps.pressure.commandCount);

  await app.register(helmet, contentPolicy(deps.publicUrl));
  app.addHook('onRequest', shed(service));
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
  closeInTime(app, deps.limits.socket.closeMs);
  registerHealth(app, service);
  registerMetrics(app, service);
  registerDescriptions(app, description);
  registerPlans(app, service);
  registerStatistics(app, service);
  registerList(app, service);
  registerInterviews(app, service);
  registerErasure(app, service);
  registerResults(app, service);
  registerFlow(app, service);
  registerCommands(app, service);
  registerReviews(app, service);
  registerQueue(app, service);
  registerPages(app, service);
  return app;
}
