import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createActors } from '../../src/actors.ts';
import { type AppDeps, buildApp } from '../../src/app.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Downtime } from '../../src/downtime.ts';
import type { Evaluator } from '../../src/evaluators/evaluator.ts';
import { createRubricEvaluator } from '../../src/evaluators/rubric.ts';
import { hintJournal } from '../../src/hinted.ts';
import type { Bus } from '../../src/hints/bus.ts';
import { createHints } from '../../src/hints.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { meterEvaluator, meterJournal } from '../../src/metered.ts';
import { createMetrics } from '../../src/metrics.ts';
import { findPlan } from '../../src/plans/publish.ts';
import type { Pressure } from '../../src/pressure.ts';
import { type Down, SUBPROTOCOL } from '../../src/protocol.ts';
import { type SocketLimits, socketLimits } from '../../src/routes/limits.ts';
import { createTickets } from '../../src/tickets.ts';
import { createTokens } from '../../src/tokens.ts';
import { neverDown } from './downtime.ts';
import { untiring } from './pressure.ts';

/** How long a test waits for a frame or a close before it fails. Units: ms. */
const PATIENCE_MS = 5_000;

export const ADMIN_KEY = 'the-admin-key-of-the-tests';

/** Two questions without follow-ups; `w` numbers the rubric words that no candidate may ever see. */
export const plan = {
  id: 'tea',
  title: 'Making tea',
  limits: { totalMinutes: 30, invitationDays: 7, pauseMinutes: 10 },
  questions: [
    {
      id: 'water',
      text: 'How hot should the water be?',
      maxFollowUps: 0,
      rubric: {
        points: [{ id: 'w1-boiling', text: 'w2 boiling water for black leaves', followUp: 'And for black tea?' }],
      },
    },
    {
      id: 'time',
      text: 'How long should it steep?',
      timeSeconds: 600,
      maxFollowUps: 1,
      rubric: {
        points: [{ id: 'w3-minutes', text: 'w4 three to five minutes', alternatives: ['w5 until it is dark'] }],
      },
    },
  ],
};

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
}

export interface Created {
  id: string;
  state: string;
  candidateUrl: string;
  candidateToken: string;
  reviewerUrl: string;
  reviewerToken: string;
}

type FrameOf<Type extends Down['type']> = Extract<Down, { type: Type }>;

/** A WebSocket that loses nothing: its listeners are there from its construction on. */
export interface TestSocket {
  readonly ws: WebSocket;
  /** Every frame so far, as it came. */
  readonly texts: string[];
  /** The next frame of a type that has not been taken yet; others before it are passed over. */
  next<Type extends Down['type']>(type: Type): Promise<FrameOf<Type>>;
  send(frame: object | string | Buffer): void;
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Connect a queueing client. */
export function connectTo(
  url: string,
  options: { protocols?: string[]; headers?: Record<string, string>; autoPong?: boolean } = {},
): TestSocket {
  const { protocols = [SUBPROTOCOL], headers = {}, autoPong = true } = options;
  const ws = new WebSocket(url, protocols, { headers, autoPong });
  const texts: string[] = [];
  let taken = 0;
  let wake = () => {};
  let isClosed = false;
  ws.on('message', (data) => {
    texts.push(data.toString());
    wake();
  });
  ws.on('error', () => {});
  const closed = new Promise<{ code: number; reason: string }>((done) => {
    ws.on('close', (code, reason) => {
      isClosed = true;
      done({ code, reason: reason.toString() });
      wake();
    });
  });
  onTestFinished(() => ws.terminate());

  async function next(type: string): Promise<Down> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      while (taken < texts.length) {
        const frame = JSON.parse(texts[taken++] ?? '') as Down;
        if (frame.type === type) return frame;
      }
      const leftMs = giveUpAt - Date.now();
      if (isClosed || leftMs <= 0)
        throw new Error(`no ${type} frame came; so far: ${texts.join('\n').slice(0, 2_000)}`);
      await new Promise<void>((woken) => {
        const timer = setTimeout(woken, leftMs);
        wake = () => {
          clearTimeout(timer);
          woken();
        };
      });
    }
  }

  return {
    ws,
    texts,
    closed,
    next: next as TestSocket['next'],
    send(frame) {
      const data = typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame);
      if (ws.readyState === WebSocket.OPEN) ws.send(data);
      else ws.once('open', () => ws.send(data));
    },
  };
}

/** What a refused upgrade answered. */
export function refusalOf(
  socket: TestSocket,
): Promise<{ status: number; headers: Record<string, unknown>; body: unknown }> {
  return new Promise((done, fail) => {
    socket.ws.on('open', () => fail(new Error('the upgrade was not refused')));
    socket.ws.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        done({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) }),
      );
    });
  });
}

type ActorLimits = Parameters<typeof createActors>[0]['limits'];

export interface BuildOptions {
  journal?: Journal;
  clock?: Clock;
  evaluator?: Evaluator;
  /** Judges when `evaluator` has been given up. */
  fallback?: Evaluator;
  /** Signs links and tickets: a service that comes back has kept it. */
  secret?: string;
  owner?: string;
  /** Where this node hears others. */
  bus?: Bus;
  downtime?: Pick<Downtime, 'after' | 'servingSince'>;
  actors?: Partial<ActorLimits>;
  sockets?: Partial<SocketLimits>;
  app?: Partial<AppDeps['limits']>;
  /** Without it nothing is too much: shedding has a test of its own. */
  pressure?: Pressure;
  origins?: string[];
  publicUrl?: string;
  webRoot?: string;
}

/** The whole application on a free port, with a memory journal; it cleans up after the test. */
export async function build(options: BuildOptions = {}) {
  const clock = options.clock ?? systemClock;
  const metrics = createMetrics();
  const store = options.journal ?? createMemoryJournal({ now: clock.now });
  const secret = options.secret ?? randomUUID().repeat(2);
  const logs: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logs.push(line) });
  const owner = options.owner ?? 'test';
  const hints = options.bus && createHints({ bus: options.bus, clock, log, metrics, owner, secret });
  const journal = meterJournal(hints ? hintJournal(store, hints) : store, metrics, clock);
  const find = (planId: string, version?: number) => findPlan(journal, planId, version);
  const rubric = createRubricEvaluator();
  const evaluator = meterEvaluator('rubric', options.evaluator ?? rubric, metrics);
  const tokens = createTokens({ secret, adminKey: ADMIN_KEY, now: clock.now });
  const tickets = createTickets({ secret, now: clock.now, shared: journal.shared });
  const actors = createActors({
    journal,
    findPlan: find,
    evaluator,
    fallback: meterEvaluator('fallback', options.fallback ?? rubric, metrics),
    clock,
    log,
    owner,
    ...(hints && { hints }),
    newId: randomUUID,
    newSalt: randomUUID,
    downtime: options.downtime ?? { after: neverDown.after, servingSince: clock.now() },
    limits: {
      mailboxMax: 256,
      answerCharsMax: 20_000,
      snapshotEvery: 50,
      leaseMs: 30_000,
      liveMax: 10_000,
      hibernateAfterMs: 60_000,
      sweepMs: 1_000,
      ...options.actors,
    },
  });
  const app = await buildApp({
    journal,
    actors,
    tokens,
    tickets,
    clock,
    metrics,
    pressure: options.pressure ?? untiring(),
    evaluator,
    answerCharsMax: 20_000,
    findPlan: find,
    origins: options.origins ?? [],
    webRoot: options.webRoot ?? resolve('test/no-pages'),
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    log,
    trustedProxies: [],
    limits: {
      socket: { ...socketLimits, ...options.sockets },
      addressRequestsPerMinuteMax: 100_000,
      addressReadsPerMinuteMax: 100_000,
      requestMs: 30_000,
      ...options.app,
    },
  });
  onTestFinished(async () => {
    await app.close();
    await journal.close();
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  actors.start();

  async function request(
    path: string,
    init: { method?: string; token?: string; json?: unknown; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const headers: Record<string, string> = { ...init.headers };
    if (init.token !== undefined) headers.authorization = `Bearer ${init.token}`;
    if (init.json !== undefined) headers['content-type'] ??= 'application/json';
    const sent = init.json === undefined ? init.body : JSON.stringify(init.json);
    const method = init.method ?? (sent === undefined ? 'GET' : 'POST');
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      redirect: 'manual',
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
  }

  async function create(more: object = {}, of: { id: string } = plan): Promise<Created> {
    const published = await request('/api/plans', { token: ADMIN_KEY, json: of });
    if (published.status !== 201) throw new Error(published.text);
    const made = await request('/api/interviews', { token: ADMIN_KEY, json: { planId: of.id, ...more } });
    if (made.status !== 201) throw new Error(made.text);
    return made.body;
  }

  async function ticket(id: string, token: string): Promise<string> {
    const made = await request(`/api/interviews/${id}/tickets`, { method: 'POST', token });
    if (made.status !== 201) throw new Error(made.text);
    return made.body.ticket;
  }

  /** The socket of an interview, before hello. */
  function open(id: string, more?: Parameters<typeof connectTo>[1]): TestSocket {
    return connectTo(`${url.replace('http', 'ws')}/api/interviews/${id}/socket`, more);
  }

  /** Connect, say hello, and wait for the welcome. */
  async function enter(id: string, token: string, lastSeq?: number) {
    const socket = open(id);
    socket.send({ type: 'hello', ticket: await ticket(id, token), ...(lastSeq === undefined ? {} : { lastSeq }) });
    return Object.assign(socket, { welcome: await socket.next('welcome') });
  }

  return { app, url, journal, actors, tokens, tickets, logs, request, create, ticket, open, enter };
}

export type TestApp = Awaited<ReturnType<typeof build>>;

/** A command with an id of its own. */
export function command<Type extends string>(type: Type, more: object = {}) {
  return { type, id: randomUUID() as string, ...more };
}

/** Take the next view in which something holds. */
export async function viewWhere(socket: TestSocket, holds: (view: FrameOf<'view'>['view']) => boolean) {
  for (;;) {
    const { view } = await socket.next('view');
    if (holds(view)) return view;
  }
}
