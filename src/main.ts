import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import closeWithGrace from 'close-with-grace';
import { pino } from 'pino';
import { createActors } from './actors.ts';
import { buildApp } from './app.ts';
import { systemClock as clock } from './clock.ts';
import { type Config, readConfig } from './config.ts';
import { createDowntime } from './downtime.ts';
import { createRubricEvaluator } from './evaluators/rubric.ts';
import { hintJournal } from './hinted.ts';
import { openBus } from './hints/open.ts';
import { createHints } from './hints.ts';
import { inspectJournal } from './inspect/live.ts';
import type { Journal } from './journal/journal.ts';
import { createMemoryJournal } from './journal/memory.ts';
import { openPostgresJournal } from './journal/postgres/journal.ts';
import { openRedisJournal } from './journal/redis/journal.ts';
import { openSqliteJournal } from './journal/sqlite/thread.ts';
import { meterEvaluator, meterJournal } from './metered.ts';
import { createMetrics } from './metrics.ts';
import { findPlan } from './plans/publish.ts';
import { createPressure, watchLoop } from './pressure.ts';
import { makeLinks } from './routes/interviews.ts';
import { socketLimits } from './routes/limits.ts';
import type { App } from './routes/service.ts';
import { createSalts } from './salts.ts';
import { ensureSample, publishPlans } from './sample.ts';
import { findSecrets, type Secrets } from './secrets.ts';
import { createTickets } from './tickets.ts';
import { createTokens, links } from './tokens.ts';

// The composition root: environment in, a listening service out.

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes on what the terminal has sent to the whole group already: within this time it is one signal. */
const SAME_SIGNAL_MS = 1_000;

/** A whole request, its body included, arrives within this time. */
const REQUEST_MS = 30_000;
/** A command should be answered within this time: while that fails, fewer are taken on. */
const ANSWER_MS = 1_000;
/** An event loop that is late by this much, again and again, has no time for newcomers. */
const LOOP_DELAY_MS_MAX = 500;

const ROOT = resolve(import.meta.dirname, '..');

/** Stop the start with words for the operator. */
function stop(...lines: string[]): never {
  process.stderr.write(`${['viva cannot start.', ...lines].join('\n  ')}\n`);
  process.exit(1);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function openStore({ store, storeConnectionsMax }: Config, onWarning: (text: string) => void): Promise<Journal> {
  if (store.kind === 'memory') return createMemoryJournal();
  if (store.kind === 'postgres')
    return openPostgresJournal({ url: store.url, connectionsMax: storeConnectionsMax }).catch((error) =>
      stop(`The database of VIVA_STORE cannot be used: ${reasonOf(error)}`),
    );
  if (store.kind === 'redis')
    return openRedisJournal({ url: store.url, onWarning }).catch((error) =>
      stop(`The Redis of VIVA_STORE cannot be used: ${reasonOf(error)}`),
    );
  const folder = resolve(dirname(store.path));
  // Without its thread nothing can be stored any more: as after any other defect, a new process has to take over.
  const onLost = (error: Error) => {
    throw error;
  };
  return openSqliteJournal({ path: store.path, onLost }).catch((error) =>
    stop(
      `The data folder ${folder} (of VIVA_STORE=sqlite:${store.path}) cannot be used: ${reasonOf(error)}`,
      'Make it writable, or choose another file with VIVA_STORE=sqlite:PATH.',
    ),
  );
}

function openSecrets(config: Config): Secrets {
  try {
    return findSecrets(config);
  } catch (error) {
    return stop(
      `The development secret cannot be used: ${reasonOf(error)}`,
      'Set VIVA_SECRET; or delete the file, and a new one is made: links given out so far stop working.',
    );
  }
}

function stopListening({ host, port }: Config, error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    stop(
      `Port ${port} on ${host} is in use. Another viva may already be running there: ${localUrl(host, port)}`,
      'Choose another port with PORT=3001, or PORT=0 for any free one.',
      'A second viva also needs a store of its own: VIVA_STORE=sqlite:PATH.',
    );
  if (code === 'EACCES') stop(`Port ${port} needs more rights.`, 'Choose one above 1023 with PORT=3000.');
  stop(`HOST=${host} PORT=${port}: cannot listen there: ${reasonOf(error)}`);
}

/** Find out whether one can listen there before the store is opened: that takes interviews from whoever runs them. */
async function tryListening(config: Config): Promise<void> {
  const probe = createServer();
  const { host, port } = config;
  probe.listen({ host, port });
  await once(probe, 'listening').catch((error) => stopListening(config, error));
  probe.close();
  await once(probe, 'close');
}

async function listen(app: App, config: Config): Promise<number> {
  const { host, port } = config;
  const listenTextResolver = (address: string) => `accepting connections at ${address}`;
  await app.listen({ host, port, listenTextResolver }).catch((error) => stopListening(config, error));
  const address = app.server.address();
  return typeof address === 'object' && address ? address.port : port;
}

/** Where a browser on this machine finds the service. */
function localUrl(host: string, port: number): string {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const name = isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function announce(url: string, secrets: Secrets, sample: { candidateUrl: string; consoleUrl: string } | null): void {
  const development = secrets.isDevelopment ? { adminKey: secrets.adminKey, ...sample } : {};
  process.stdout.write(`${JSON.stringify({ level: 30, time: clock.now(), msg: 'listening', url, ...development })}\n`);
  const lines = ['', `viva listens at ${url}`];
  if (sample) lines.push(`  candidate  ${sample.candidateUrl}`, `  console    ${sample.consoleUrl}`);
  if (secrets.isDevelopment) lines.push('', 'FOR DEVELOPMENT ONLY:', ...secrets.warnings.map((text) => `  ! ${text}`));
  process.stderr.write(`${lines.join('\n')}\n\n`);
}

const read = readConfig(process.env);
if (!read.ok) stop(...read.problems);
const { config } = read;
const log = pino({ level: config.logLevel, redact: ['req.headers.authorization'] });
const metrics = createMetrics({ isProcessMeasured: true });
await tryListening(config);
const store = await openStore(config, (text) => log.warn(text));
const secrets = openSecrets(config);
const owner = `${hostname()}/${process.pid}/${randomUUID()}`;
const bus = openBus(config.store, config.hintsUrl);
const hints = bus && createHints({ bus, clock, log, metrics, owner, secret: secrets.secret });
const metered = meterJournal(hints ? hintJournal(store, hints) : store, metrics, clock);
const { inspectUrl } = config;
const journal = inspectUrl === undefined ? metered : inspectJournal(metered, { url: inspectUrl, clock, log });

const tokens = createTokens({ ...secrets, now: clock.now });
const find = (planId: string, version?: number) => findPlan(journal, planId, version);
const rubric = createRubricEvaluator();
// The SDKs are read only where a model judges.
const judge = config.llm ? (await import('./evaluators/llm/open.ts')).openLlmEvaluator(config.llm) : rubric;
const evaluator = meterEvaluator(config.llm ? 'llm' : 'rubric', judge, metrics);
const downtime = createDowntime({
  journal,
  clock,
  onOutage: () => actors.catchUp(),
  onError: (error) => log.error({ err: error }, 'the journal does not take signs of life'),
});
const actors = createActors({
  journal,
  findPlan: find,
  evaluator,
  fallback: meterEvaluator('fallback', rubric, metrics),
  clock,
  log,
  owner,
  ...(hints && { hints }),
  newId: () => randomUUID(),
  newSalt: createSalts(),
  downtime,
  limits: {
    mailboxMax: config.mailboxMax,
    answerCharsMax: config.answerCharsMax,
    liveMax: config.liveMax,
    hibernateAfterMs: config.hibernateAfterMs,
    snapshotEvery: 50,
    leaseMs: 30_000,
    sweepMs: 5_000,
  },
});
const app = await buildApp({
  journal,
  actors,
  tokens,
  tickets: createTickets({ ...secrets, now: clock.now, shared: journal.shared }),
  clock,
  metrics,
  pressure: createPressure({
    limits: { commandsMax: config.commandsMax, answerMs: ANSWER_MS, loopDelayMsMax: LOOP_DELAY_MS_MAX },
    now: () => performance.now(),
    loopDelayMs: watchLoop(),
  }),
  evaluator,
  answerCharsMax: config.answerCharsMax,
  findPlan: find,
  ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
  origins: config.origins,
  webRoot: resolve(ROOT, 'dist/web'),
  log,
  trustedProxies: config.trustedProxies,
  limits: {
    socket: {
      ...socketLimits,
      interviewSocketsMax: config.interviewSocketsMax,
      addressSocketsMax: config.addressSocketsMax,
      framesPerMinuteMax: config.socketFramesPerMinuteMax,
      bytesPerMinuteMax: config.socketBytesPerMinuteMax,
    },
    addressRequestsPerMinuteMax: config.addressRequestsPerMinuteMax,
    addressReadsPerMinuteMax: config.addressReadsPerMinuteMax,
    requestMs: REQUEST_MS,
  },
});

const grace = closeWithGrace(
  // Whatever hangs must not keep the process; the signals that people and supervisors send are handled below.
  { delay: config.graceMs, logger: false, skip: [...STOP_SIGNALS] },
  async ({ err }) => {
    if (err) log.fatal({ err }, 'a defect ends the process');
    await app.close();
    await downtime.stop().catch((error: unknown) => log.error({ err: error }, 'the last sign of life was not taken'));
    await journal.close();
  },
);
let stoppingAt: number | null = null;
for (const signal of STOP_SIGNALS)
  process.on(signal, () => {
    if (stoppingAt === null) {
      stoppingAt = clock.now();
      log.info({ signal }, 'stopping');
      grace.close();
    } else if (clock.now() - stoppingAt > SAME_SIGNAL_MS) process.exit(1);
  });

const plans = await publishPlans(journal, resolve(ROOT, 'examples/plans'), clock.now()).catch((error) =>
  stop(reasonOf(error)),
);
await downtime.start().catch((error) => stop(reasonOf(error)));
const port = await listen(app, config);
const url = config.publicUrl ?? localUrl(config.host, port);
actors.start();
const sampleId = secrets.isDevelopment ? await ensureSample({ journal, actors, clock }, plans) : null;
const sample = sampleId === null ? null : await makeLinks({ journal, tokens, findPlan: find }, sampleId, url);
announce(
  url,
  secrets,
  sample && { candidateUrl: sample.candidateUrl, consoleUrl: links.console(url, secrets.adminKey) },
);
