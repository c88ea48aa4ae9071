import { z } from 'zod';

// The only reader of the environment; main.ts hands `process.env` in. .env.example lists the same variables: a test
// holds them together.

interface Variable<Value> {
  description: string;
  /** As it would be written in the environment; '' = not set. */
  default: string;
  /** What is accepted, in words; part of every error. */
  accepted: string;
  isSecret?: boolean;
  schema: z.ZodType<Value, string>;
}

/** The providers that have a name of their own; every other endpoint is one that speaks like OpenAI's. */
export const namedProviders = ['openai', 'anthropic', 'google'] as const;

/** Where a model is asked, and which. */
export interface EndpointSettings {
  /** A named provider, or the address of an endpoint that speaks like OpenAI's, up to and with its `/v1`. */
  url: string;
  model: string;
  /** Absent = the endpoint wants none. */
  key?: string;
}

export interface LlmSettings extends EndpointSettings {
  /** One call may take so long. Units: ms. */
  timeoutMs: number;
  /** Calls at once. */
  callsMax: number;
  /** What models may cost in one interview. Units: tokens, in and out together. */
  interviewTokensMax: number;
  /** Per million tokens; absent = the cost is not told. */
  prices?: { input: number; output: number };
}

/** Where interviews are kept. */
type StoreConfig =
  | { kind: 'memory' }
  | { kind: 'sqlite'; path: string }
  | { kind: 'postgres'; url: string }
  | { kind: 'redis'; url: string };

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
}

function list(item: z.ZodType<string, string>) {
  return z
    .string()
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(item));
}

const webOrigin = z.string().refine((text) => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '');
});

const store = z.string().transform((text, context): StoreConfig => {
  const [scheme = ''] = text.split(':');
  if (text === 'memory') return { kind: 'memory' };
  if (scheme === 'sqlite' && text.length > 'sqlite:'.length && text !== 'sqlite::memory:')
    return { kind: 'sqlite', path: text.slice('sqlite:'.length) };
  const isPostgres = scheme === 'postgres' || scheme === 'postgresql';
  if (isPostgres && URL.parse(text)?.hostname) return { kind: 'postgres', url: text };
  const isRedis = scheme === 'redis' || scheme === 'rediss';
  const address = isRedis ? URL.parse(text) : null;
  if (address?.hostname && /^(\/\d*)?$/.test(address.pathname)) return { kind: 'redis', url: text };
  context.addIssue('unknown store');
  return z.NEVER;
});

const llmUrl = z.string().refine((text) => {
  if (namedProviders.some((name) => name === text)) return true;
  const url = URL.parse(text);
  // By its form, too: an empty query or a password without a name leaves no trace in what was read of them.
  return url !== null && /^https?:$/.test(url.protocol) && /^https?:\/\/[^@?#\s]+$/i.test(text);
});

/** Two prices: what goes in, and what comes out. */
const prices = z
  .string()
  .regex(/^\d+(\.\d+)?\/\d+(\.\d+)?$/)
  .transform((text) => {
    const [input = 0, output = 0] = text.split('/').map(Number);
    return { input, output };
  });

function count(description: string, fallback: number, min: number, max: number): Variable<number> {
  return {
    description,
    default: String(fallback),
    accepted: `a whole number from ${min} to ${max}`,
    schema: wholeNumber(min, max),
  };
}

/** Every environment variable of the service: one table for reading, errors and .env.example. */
export const variables = {
  HOST: {
    description: 'Address to listen on. 0.0.0.0 = every network.',
    default: '127.0.0.1',
    accepted: 'an IP address or a host name',
    schema: z.string().regex(/^[\w.:%-]+$/),
  },
  PORT: {
    description: 'Port to listen on. 0 = any free port; the chosen one is printed.',
    default: '3000',
    accepted: 'a whole number from 0 to 65535 (0 = any free port)',
    schema: wholeNumber(0, 65_535),
  },
  VIVA_STORE: {
    description: 'Where interviews are kept. memory forgets them when the process ends.',
    default: 'sqlite:data/viva.sqlite',
    accepted:
      'memory, sqlite:PATH, postgres://USER:PASSWORD@HOST:PORT/DATABASE, or redis://USER:PASSWORD@HOST:PORT/NUMBER',
    schema: store,
  },
  VIVA_HINTS: {
    description:
      'Where nodes that share a store tell each other at once what they did. Without it: in the store itself.',
    default: '',
    accepted: 'redis://USER:PASSWORD@HOST:PORT/NUMBER, or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    schema: store.transform((chosen, context) => {
      if (chosen.kind === 'postgres' || chosen.kind === 'redis') return chosen.url;
      context.addIssue('nodes do not hear each other there');
      return z.NEVER;
    }),
  },
  VIVA_SECRET: {
    description: 'Signs links and tickets. Without it a development secret is made and kept beside the database.',
    default: '',
    accepted: 'at least 32 characters',
    isSecret: true,
    schema: z.string().min(32),
  },
  VIVA_ADMIN_KEY: {
    description: 'The key of the HTTP API. Without it one is derived from the secret and printed (development).',
    default: '',
    accepted: 'at least 16 characters, printable and without spaces',
    isSecret: true,
    schema: z
      .string()
      .min(16)
      .regex(/^[!-~]+$/),
  },
  VIVA_PUBLIC_URL: {
    description: 'Address under which browsers reach the service, for links. Without it: as the request came in.',
    default: '',
    accepted: 'an http or https address without a path, such as https://viva.example.com',
    schema: webOrigin.transform((text) => new URL(text).origin),
  },
  VIVA_ORIGINS: {
    description: 'Further web origins whose pages may open sockets, comma separated. The own one always may.',
    default: '',
    accepted: 'web origins such as https://careers.example.com, separated by commas',
    schema: list(webOrigin.transform((text) => new URL(text).origin)),
  },
  VIVA_TRUSTED_PROXIES: {
    description: 'Proxies whose X-Forwarded headers are believed, comma separated.',
    default: '',
    accepted: 'IP addresses or networks such as 10.0.0.0/8, separated by commas',
    schema: list(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
  },
  VIVA_EVALUATOR: {
    description:
      'What judges answers. rubric = embedded, offline; llm = a model. Without it: llm where VIVA_LLM_URL is set.',
    default: '',
    accepted: 'rubric or llm',
    schema: z.enum(['rubric', 'llm']),
  },
  VIVA_LLM_URL: {
    description: "Where the model is asked: a named provider, or any endpoint that speaks like OpenAI's.",
    default: '',
    accepted: `${namedProviders.join(', ')}, or an address such as https://llm.example.com/v1, without user, query or fragment`,
    schema: llmUrl,
  },
  VIVA_LLM_MODEL: {
    description: 'The model, as the endpoint calls it. Name a version that does not change.',
    default: '',
    accepted: 'at most 200 printable characters',
    schema: z.string().regex(/^[!-~]{1,200}$/),
  },
  VIVA_LLM_KEY: {
    description: 'The key of the endpoint. Without it none is sent.',
    default: '',
    accepted: 'printable and without spaces',
    isSecret: true,
    schema: z.string().regex(/^[!-~]+$/),
  },
  VIVA_LLM_PRICES: {
    description: 'What a million tokens cost, in and out, in any currency: the cost is stored with each evaluation.',
    default: '',
    accepted: 'two numbers such as 2.5/10',
    schema: prices,
  },
  VIVA_LLM_TIMEOUT_SECONDS: count('A call to the model may take so long. Units: s.', 15, 1, 300),
  VIVA_LLM_CALLS_MAX: count('Calls to the model at once; others wait.', 8, 1, 1_000),
  VIVA_LLM_INTERVIEW_TOKENS_MAX: count(
    'What models may cost in one interview, tokens in and out; then the embedded evaluator judges.',
    500_000,
    1,
    1_000_000_000,
  ),
  VIVA_INSPECT: {
    description: "Where Stately's inspector receives what interviews do, without what people wrote. For development.",
    default: '',
    accepted: 'a ws or wss address such as ws://127.0.0.1:8080',
    schema: z.string().refine((text) => /^wss?:$/.test(URL.parse(text)?.protocol ?? '')),
  },
  LOG_LEVEL: {
    description: 'How much is logged (JSON lines on stdout).',
    default: 'info',
    accepted: logLevels.join(', '),
    schema: z.enum(logLevels),
  },
  VIVA_ANSWER_CHARS_MAX: count('Longest answer and draft, in characters.', 20_000, 100, 20_000),
  VIVA_MAILBOX_MAX: count('Commands that may wait for one interview.', 256, 1, 10_000),
  VIVA_COMMANDS_MAX: count(
    'Commands under way at a time, over all interviews. Above half of it newcomers are asked to try later.',
    2_000,
    2,
    1_000_000,
  ),
  VIVA_LIVE_INTERVIEWS_MAX: count(
    'Interviews in memory at a time. Idle ones make room; while all are in use, newcomers are asked to try later.',
    10_000,
    1,
    1_000_000,
  ),
  VIVA_STORE_CONNECTIONS_MAX: count('Connections of this process to PostgreSQL.', 10, 2, 1_000),
  VIVA_HIBERNATE_AFTER_SECONDS: count('An idle interview leaves memory after this long.', 300, 1, 86_400),
  VIVA_INTERVIEW_SOCKETS_MAX: count('Connections to one interview at a time.', 20, 2, 1_000),
  VIVA_ADDRESS_SOCKETS_MAX: count('Connections from one IP address at a time.', 200, 1, 100_000),
  VIVA_ADDRESS_REQUESTS_PER_MINUTE_MAX: count('HTTP requests from one IP address a minute.', 600, 1, 1_000_000),
  VIVA_ADDRESS_READS_PER_MINUTE_MAX: count(
    'Readings of one kind (view, transcript, report, journal) from one IP address a minute.',
    120,
    1,
    1_000_000,
  ),
  VIVA_SOCKET_FRAMES_PER_MINUTE_MAX: count(
    'Frames from one role of one interview a minute, over all its connections.',
    600,
    10,
    1_000_000,
  ),
  VIVA_SOCKET_BYTES_PER_MINUTE_MAX: count(
    'Bytes in those frames a minute. A candidate who saves the longest draft every 5 s sends 768 KiB.',
    1_048_576,
    65_536,
    1_000_000_000,
  ),
  VIVA_GRACE_SECONDS: count('Time to finish on SIGTERM before the process ends anyway.', 10, 1, 300),
} satisfies Record<string, Variable<unknown>>;

type Name = keyof typeof variables;
type Values = { [Key in Name]: z.output<(typeof variables)[Key]['schema']> };

/** The typed configuration. Absent = not set and without a default. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly store: StoreConfig;
  /** Where nodes hear each other; absent = in the store. */
  readonly hintsUrl?: string;
  readonly secret?: string;
  readonly adminKey?: string;
  readonly publicUrl?: string;
  readonly origins: readonly string[];
  readonly trustedProxies: readonly string[];
  /** How a model judges; absent = the embedded evaluator does. */
  readonly llm?: LlmSettings;
  /** Of an inspector's receiver. */
  readonly inspectUrl?: string;
  readonly logLevel: (typeof logLevels)[number];
  readonly answerCharsMax: number;
  readonly mailboxMax: number;
  readonly commandsMax: number;
  readonly liveMax: number;
  readonly storeConnectionsMax: number;
  readonly hibernateAfterMs: number;
  readonly interviewSocketsMax: number;
  readonly addressSocketsMax: number;
  readonly addressRequestsPerMinuteMax: number;
  readonly addressReadsPerMinuteMax: number;
  readonly socketFramesPerMinuteMax: number;
  readonly socketBytesPerMinuteMax: number;
  readonly graceMs: number;
}

function read(name: Name, env: NodeJS.ProcessEnv, problems: string[]): unknown {
  const variable: Variable<unknown> = variables[name];
  const text = env[name] || variable.default;
  if (text === '') return name === 'VIVA_ORIGINS' || name === 'VIVA_TRUSTED_PROXIES' ? [] : undefined;
  const result = variable.schema.safeParse(text);
  if (result.success) return result.data;
  // An address may hold a password, or a key in its query.
  const harmless = text.replace(/^(\w*:?\/*).*@/s, '$1***@').replace(/([?#]).*$/s, '$1***');
  const shown = variable.isSecret ? ` (a secret of ${text.length} characters)` : `=${JSON.stringify(harmless)}`;
  const why = result.error.issues.find((issue) => issue.code === 'custom' && issue.message !== 'Invalid input');
  problems.push(`${name}${shown}: ${why ? `${why.message}; ` : ''}accepted: ${variable.accepted}`);
  return undefined;
}

/** By a model where one is named, unless the embedded evaluator is asked for. */
function isLlm({ VIVA_EVALUATOR: evaluator, VIVA_LLM_URL: url }: Values): boolean {
  return (evaluator ?? (url === undefined ? 'rubric' : 'llm')) === 'llm';
}

function optionalLlm(values: Values): { llm?: LlmSettings } {
  const { VIVA_LLM_URL: url, VIVA_LLM_MODEL: model, VIVA_LLM_KEY: key, VIVA_LLM_PRICES: llmPrices } = values;
  if (!isLlm(values) || url === undefined || model === undefined) return {};
  return {
    llm: {
      url,
      model,
      ...(key === undefined ? {} : { key }),
      ...(llmPrices === undefined ? {} : { prices: llmPrices }),
      timeoutMs: values.VIVA_LLM_TIMEOUT_SECONDS * 1_000,
      callsMax: values.VIVA_LLM_CALLS_MAX,
      interviewTokensMax: values.VIVA_LLM_INTERVIEW_TOKENS_MAX,
    },
  };
}

/** What a model needs and is not there. */
function missingOf(values: Values): string[] {
  if (!isLlm(values)) return [];
  return (['VIVA_LLM_URL', 'VIVA_LLM_MODEL'] as const)
    .filter((name) => values[name] === undefined)
    .map((name) => `${name} is not set: a model judges, so it has to be; accepted: ${variables[name].accepted}`);
}

function toConfig(values: Values): Config {
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    store: values.VIVA_STORE,
    ...(values.VIVA_HINTS === undefined ? {} : { hintsUrl: values.VIVA_HINTS }),
    ...(values.VIVA_SECRET === undefined ? {} : { secret: values.VIVA_SECRET }),
    ...(values.VIVA_ADMIN_KEY === undefined ? {} : { adminKey: values.VIVA_ADMIN_KEY }),
    ...(values.VIVA_PUBLIC_URL === undefined ? {} : { publicUrl: values.VIVA_PUBLIC_URL }),
    origins: values.VIVA_ORIGINS,
    trustedProxies: values.VIVA_TRUSTED_PROXIES,
    ...optionalLlm(values),
    ...(values.VIVA_INSPECT === undefined ? {} : { inspectUrl: values.VIVA_INSPECT }),
    logLevel: values.LOG_LEVEL,
    answerCharsMax: values.VIVA_ANSWER_CHARS_MAX,
    mailboxMax: values.VIVA_MAILBOX_MAX,
    commandsMax: values.VIVA_COMMANDS_MAX,
    liveMax: values.VIVA_LIVE_INTERVIEWS_MAX,
    storeConnectionsMax: values.VIVA_STORE_CONNECTIONS_MAX,
    hibernateAfterMs: values.VIVA_HIBERNATE_AFTER_SECONDS * 1_000,
    interviewSocketsMax: values.VIVA_INTERVIEW_SOCKETS_MAX,
    addressSocketsMax: values.VIVA_ADDRESS_SOCKETS_MAX,
    addressRequestsPerMinuteMax: values.VIVA_ADDRESS_REQUESTS_PER_MINUTE_MAX,
    addressReadsPerMinuteMax: values.VIVA_ADDRESS_READS_PER_MINUTE_MAX,
    socketFramesPerMinuteMax: values.VIVA_SOCKET_FRAMES_PER_MINUTE_MAX,
    socketBytesPerMinuteMax: values.VIVA_SOCKET_BYTES_PER_MINUTE_MAX,
    graceMs: values.VIVA_GRACE_SECONDS * 1_000,
  });
}

/**
 * Read the configuration from an environment.
 *
 * Errors: one sentence per wrong variable: its name, its value (not of secrets) and what is accepted. An empty value
 * counts as not set.
 */
export function readConfig(env: NodeJS.ProcessEnv): { ok: true; config: Config } | { ok: false; problems: string[] } {
  const problems: string[] = [];
  const names = Object.keys(variables) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, read(name, env, problems)])) as Values;
  if (problems.length === 0) problems.push(...missingOf(values));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: toConfig(values) };
}
