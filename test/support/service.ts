import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A spawned service, as an operator starts it. */
export interface SpawnedService {
  url: string;
  adminKey: string;
  candidateUrl: string;
  consoleUrl: string;
  /** Resolves with the signal that has ended it, if one did. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Send a signal to all of it: SIGSTOP, SIGCONT. */
  signal(name: NodeJS.Signals): void;
  /** `kill -9` of npm and everything below it. */
  kill(): Promise<void>;
  /** SIGTERM to the service; resolves with its exit code. */
  stop(): Promise<number | null>;
}

const root = join(import.meta.dirname, '../..');

/**
 * How a service is run: as an operator does; without building the pages first; so that it kills itself; and so that the
 * thread of its journal ends.
 */
const commands = {
  npm: ['npm', 'start', '--silent'],
  node: ['node', 'src/main.ts'],
  mortal: ['node', '--import', new URL('./mortal.ts', import.meta.url).href, 'src/main.ts'],
  threadless: ['node', '--import', new URL('./threadless.ts', import.meta.url).href, 'src/main.ts'],
} as const;

/**
 * Run a service and wait until it listens.
 *
 * Errors: the service's own words when it stops before that; `cause` is the signal that has ended it, if one did.
 */
export async function spawnService(
  env: Record<string, string>,
  by: keyof typeof commands = 'npm',
): Promise<SpawnedService> {
  const [file, ...words] = commands[by];
  const child = spawn(file, words, {
    cwd: root,
    // A group of its own: npm, its shell and node die together.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn', ...env },
  });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"msg":"listening"')) continue;
    child.stdout.resume();
    const { url, adminKey, candidateUrl, consoleUrl } = JSON.parse(line) as SpawnedService;
    return { url, adminKey, candidateUrl, consoleUrl, ...endings(child, exited) };
  }
  const [, cause] = await exited;
  throw new Error(`the service did not start:\n${errors.join('')}`, { cause });
}

function endings(
  child: ChildProcess,
  exited: Promise<unknown[]>,
): Pick<SpawnedService, 'ended' | 'signal' | 'kill' | 'stop'> {
  const group = -(child.pid ?? 0);
  const signal = (name: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(group, name);
  };
  return {
    signal,
    ended: exited.then(([, signal]) => signal as NodeJS.Signals | null),
    async kill() {
      signal('SIGKILL');
      await exited;
    },
    async stop() {
      signal('SIGTERM');
      const [code] = await exited;
      return code as number | null;
    },
  };
}

/** Call the API as the operator. */
export async function callApi<Body>(
  service: Pick<SpawnedService, 'url' | 'adminKey'>,
  path: string,
  body?: object,
): Promise<Body> {
  const response = await fetch(`${service.url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${service.adminKey}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}
