import { createClient, ErrorReply } from 'redis';
import { VivaError } from '../../errors.ts';
import type { Script } from './scripts.ts';

/** A connection on which nothing comes for so long is taken for gone. Units: ms. */
const SILENCE_MS = 8_000;
/** Asks for a sign of life more often than that, or a connection that nobody uses would count as silent. Units: ms. */
const PING_MS = 3_000;
/** Waiting for a new connection, or for the one that was lost to come back. Units: ms. */
const CONNECT_MS = 5_000;
/** The longest pause between attempts to connect again. Units: ms. */
const PAUSE_MS_MAX = 1_000;
/** Commands that may wait for the connection. Above it the engine is overloaded and says so. */
const WAITING_COUNT_MAX = 16_384;

/** Replies whose texts tell of the server and not of what was asked of it. */
const TELLING =
  /\b(OOM|LOADING|READONLY|NOREPLICAS|MISCONF|NOAUTH|WRONGPASS|NOPERM|BUSY|MASTERDOWN|CLUSTERDOWN|MOVED)\b/;

/** One connection to one server, which comes back by itself. Errors of all methods: STORE_UNAVAILABLE. */
export interface Connection {
  /** What is asked in one turn of the event loop goes out together. The reply is as RESP 2 has it. */
  ask(...words: string[]): Promise<unknown>;
  run(script: Script, keys: readonly string[], values?: readonly (string | number)[]): Promise<unknown>;
  /** Let those that asked have their answer, then close. */
  end(): Promise<void>;
}

/** Where an engine is kept: the address of the server, and what the names of all keys begin with. */
export interface RedisPlace {
  server: string;
  prefix: string;
  /** What an operator recognises it by, without its password. */
  name: string;
}

/** Read `redis://USER:PASSWORD@HOST:PORT/DATABASE?prefix=PREFIX`; `rediss:` for TLS. */
export function readPlace(url: string): RedisPlace {
  const address = new URL(url);
  const prefix = address.searchParams.get('prefix') || 'viva';
  const name = `${address.protocol}//${address.host}${address.pathname}`;
  address.search = '';
  return { server: address.href, prefix, name };
}

/** The error for a reply that is one. Never quotes what was asked: the reply may. */
export function toRefusal(name: string, reply: string): VivaError {
  const reason = TELLING.exec(reply)?.[0] ?? 'it refused a command';
  return new VivaError('STORE_UNAVAILABLE', `${name} cannot be used: ${reason}`);
}

function toStoreError(name: string, error: unknown): VivaError {
  if (error instanceof VivaError) return error;
  const { message = '', code = '' } = error as { message?: string; code?: string };
  if (error instanceof ErrorReply) return toRefusal(name, message);
  return new VivaError('STORE_UNAVAILABLE', `${name} cannot be used: ${message || code || 'unknown'}`);
}

/**
 * Connect to a server. Once connected, it connects again whenever the connection is lost: what was under way then
 * rejects, for it may or may not have been done, and what is asked meanwhile waits for a while.
 */
export async function openConnection({ server, name }: RedisPlace): Promise<Connection> {
  let wasReady = false;
  const client = createClient({
    url: server,
    RESP: 2,
    pingInterval: PING_MS,
    commandsQueueMaxLength: WAITING_COUNT_MAX,
    commandOptions: { timeout: CONNECT_MS },
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries) => wasReady && Math.min(PAUSE_MS_MAX, 2 ** retries * 20),
    },
  });
  // Without a listener a connection that breaks ends the process. Whoever uses it hears of it by their command.
  client.on('error', () => {});
  await client.connect().catch((error: unknown) => {
    throw toStoreError(name, error);
  });
  wasReady = true;
  const underWay = new Set<Promise<unknown>>();

  async function send(words: readonly string[]): Promise<unknown> {
    return client.sendCommand([...words]);
  }

  async function runNow({ sha, text }: Script, rest: readonly string[]): Promise<unknown> {
    try {
      return await send(['EVALSHA', sha, ...rest]);
    } catch (error) {
      // A server that has started anew, or forgotten its scripts, has done nothing.
      if (!(error instanceof Error && /^NOSCRIPT/.test(error.message))) throw error;
      return send(['EVAL', text, ...rest]);
    }
  }

  async function watch(answer: Promise<unknown>): Promise<unknown> {
    underWay.add(answer);
    try {
      return await answer;
    } catch (error) {
      throw toStoreError(name, error);
    } finally {
      underWay.delete(answer);
    }
  }

  return {
    ask: (...words) => watch(send(words)),
    run: (script, keys, values = []) => watch(runNow(script, [String(keys.length), ...keys, ...values.map(String)])),
    async end() {
      await Promise.allSettled(underWay);
      // One that is just being made again would otherwise keep the process.
      client.unref();
      client.destroy();
    },
  };
}
