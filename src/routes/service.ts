import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Actors } from '../actors.ts';
import type { Clock } from '../clock.ts';
import type { Evaluator } from '../evaluators/evaluator.ts';
import type { Journal } from '../journal/journal.ts';
import type { Metrics } from '../metrics.ts';
import type { PublishedPlan } from '../plans/schema.ts';
import type { Pressure } from '../pressure.ts';
import type { Reading } from '../report/read.ts';
import type { Tickets } from '../tickets.ts';
import type { Tokens } from '../tokens.ts';

/** The Fastify instance as the routes see it: schemas are zod. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What the routes work with. */
export interface Service {
  readonly journal: Journal;
  readonly actors: Actors;
  readonly tokens: Tokens;
  readonly tickets: Tickets;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** How much is under way, and what can still be taken on. */
  readonly pressure: Pressure;
  /** Judges again what was answered. */
  readonly evaluator: Evaluator;
  /** The longest answer that is taken. Units: characters. */
  readonly answerCharsMax: number;
  /** The newest, or the given, version of a plan. Errors: PLAN_NOT_FOUND. */
  findPlan(planId: string, version?: number): Promise<PublishedPlan>;
  /** The address under which browsers reach the service; absent = as the request came in. */
  readonly publicUrl?: string;
  /** Web origins, besides the own one, whose pages may open sockets. */
  readonly origins: readonly string[];
  /** Where the built pages are. */
  readonly webRoot: string;
  isDraining(): boolean;
  /** One interview as its journal tells it. Errors: INTERVIEW_NOT_FOUND, STORE_UNAVAILABLE. */
  readInterview(id: string): Promise<Reading>;
  /** The `config` of routes whose every request reads a journal: fewer of them are taken. */
  readonly readConfig: { readonly rateLimit: { readonly max: number } };
}
