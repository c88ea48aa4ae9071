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

const evaluator = z.string().transform((text, context): 'rubric' => {
  if (text === 'rubric') return text;
  context.addIssue(text === 'llm' ? 'llm evaluators are not supported by this version' : 'unknown evaluator');
  return z.NEVER;
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
    description: 'What judges answers. rubric = embedded, offline.',
    default: 'rubric',
    accepted: 'rubric',
    schema: evaluator,
  },
  LOG_LEVEL: {
    description: 'How much is logged (JSON lines on stdout).',
    default: 'info',
    accepted: logLevels.join(', '),
    schema: z.enum(logLevels),
  },
  VIVA_ANSWER_CHARS_MAX: count('Longest answer and draft, in characters.', 20_000, 100, 20_000),
  VIVA_MAILBOX_MAX: count('Commands that may wait for one interview.', 256, 1, 10_000),
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
  readonly secret?: string;
  readonly adminKey?: string;
  readonly publicUrl?: string;
  readonly origins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly evaluator: 'rubric';
  readonly logLevel: (typeof logLevels)[number];
  readonly answerCharsMax: number;
  readonly mailboxMax: number;
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
  // An address may hold a password.
  const harmless = text.replace(/\/\/.*@/, '//***@');
  const shown = variable.isSecret ? ` (a secret of ${text.length} characters)` : `=${JSON.stringify(harmless)}`;
  const why = result.error.issues.find((issue) => issue.code === 'custom' && issue.message !== 'Invalid input');
  problems.push(`${name}${shown}: ${why ? `${why.message}; ` : ''}accepted: ${variable.accepted}`);
  return undefined;
}

function toConfig(values: Values): Config {
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    store: values.VIVA_STORE,
    ...(values.VIVA_SECRET === undefined ? {} : { secret: values.VIVA_SECRET }),
    ...(values.VIVA_ADMIN_KEY === undefined ? {} : { adminKey: values.VIVA_ADMIN_KEY }),
    ...(values.VIVA_PUBLIC_URL === undefined ? {} : { publicUrl: values.VIVA_PUBLIC_URL }),
    origins: values.VIVA_ORIGINS,
    trustedProxies: values.VIVA_TRUSTED_PROXIES,
    evaluator: values.VIVA_EVALUATOR,
    logLevel: values.LOG_LEVEL,
    answerCharsMax: values.VIVA_ANSWER_CHARS_MAX,
    mailboxMax: values.VIVA_MAILBOX_MAX,
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
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: toConfig(values) };
}
