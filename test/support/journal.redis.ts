import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { openRedisJournal, type RedisOptions } from '../../src/journal/redis/journal.ts';
import type { JournalHarness } from './journal.ts';

/** A server on which tests take prefixes of their own, and delete what is under them. */
export const serverUrl = process.env.VIVA_TEST_REDIS ?? 'redis://127.0.0.1:6379';

/** One connection to a server directly, beside any engine. It is not made again when it is lost. */
export async function connect(url = serverUrl) {
  const address = new URL(url);
  address.search = '';
  const client = createClient({ url: address.href, RESP: 2, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  return {
    ask: (...words: string[]): Promise<unknown> => client.sendCommand(words),
    end: () => {
      if (client.isOpen) client.destroy();
    },
  };
}

/** Ask a server one thing. */
export async function ask(url: string, ...words: string[]): Promise<unknown> {
  const connection = await connect(url);
  try {
    return await connection.ask(...words);
  } finally {
    connection.end();
  }
}

async function isReachable(): Promise<boolean> {
  if (process.env.VIVA_TEST_ALL === '1') return true;
  const reachable = await ask(serverUrl, 'PING').then(
    () => true,
    () => false,
  );
  if (!reachable)
    process.stderr.write(`SKIPPED: no Redis at ${serverUrl}; start one or name another in VIVA_TEST_REDIS\n`);
  return reachable;
}

/** Whether tests on Redis are skipped. `npm run test:all` skips nothing: there they fail. */
export const isRedisMissing = !(await isReachable());

/** Every key under a prefix. */
export async function listKeys(url: string): Promise<string[]> {
  const connection = await connect(url);
  const pattern = `${new URL(url).searchParams.get('prefix')}:*`;
  const keys: string[] = [];
  let cursor = '0';
  do {
    const [next = '0', found = []] = (await connection.ask('SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000')) as [
      string?,
      string[]?,
    ];
    cursor = next;
    keys.push(...found);
  } while (cursor !== '0');
  connection.end();
  return [...new Set(keys)];
}

/** An address with a prefix of its own, under which everything is deleted after the test. */
export function makePrefix(server = serverUrl): string {
  const address = new URL(server);
  address.searchParams.set('prefix', `viva_test_${randomUUID()}`);
  onTestFinished(async () => {
    const keys = await listKeys(address.href);
    if (keys.length > 0) await ask(server, 'DEL', ...keys);
  });
  return address.href;
}

/** Open a Redis journal that is closed after the test. */
export async function openRedis(url: string, options: Partial<RedisOptions> = {}) {
  const journal = await openRedisJournal({ url, ...options });
  onTestFinished(() => journal.close());
  return journal;
}

/** Time passes for the engine by setting what it knows back: its leases run on the clock of the server. */
export async function passTime(url: string, ask: (...words: string[]) => Promise<unknown>, ms: number): Promise<void> {
  const heads = (await listKeys(url)).filter((key) => key.endsWith(':head'));
  await Promise.all(heads.map((key) => ask('HINCRBY', key, 'leaseUntil', String(-ms))));
  const nodes = `${new URL(url).searchParams.get('prefix')}:nodes`;
  const names = (await ask('ZRANGE', nodes, '0', '-1')) as string[];
  await Promise.all(names.map((name) => ask('ZINCRBY', nodes, String(-ms), name)));
}

/** An engine with nothing in it. */
export async function openHarness(
  open: (url: string) => Promise<Journal> = openRedis,
): Promise<JournalHarness & { url: string }> {
  const url = makePrefix();
  const clock = await connect();
  onTestFinished(() => clock.end());
  return { url, journal: await open(url), passTime: (ms) => passTime(url, clock.ask, ms) };
}
