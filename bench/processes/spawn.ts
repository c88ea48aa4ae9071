import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Ask, Told } from '../load/main.ts';
import type { RunOptions, RunResult } from '../load/run.ts';
import type { Reading } from './probe.ts';

// Every process of a measurement: the one that is measured, and the one that measures.

const pathOf = (name: string) => new URL(name, import.meta.url).pathname;
const root = pathOf('../..');

/** A server under measurement. */
export interface Measured {
  url: string;
  /** What it has printed as it began to listen. */
  announced: Record<string, string>;
  /** Milliseconds from the spawn until it listened. */
  startMs: number;
  read(isCollecting?: boolean): Promise<Reading>;
  stop(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

async function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  const asked = new AbortController();
  const { signal } = asked;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a process of the benchmark ended with ${code}`);
  });
  child.send(message);
  try {
    const [answer] = await Promise.race([once(child, 'message', { signal }), ended]);
    return answer as Answer;
  } finally {
    ended.catch(() => {});
    asked.abort();
  }
}

/** Run a Node program with the probe in it and wait until it says that it listens. */
export function startMeasured(words: string[], env: Record<string, string> = {}): Promise<Measured> {
  const spawnedAt = performance.now();
  const child = spawn(process.execPath, ['--import', pathOf('./probe.ts'), ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  });
  return listening(child, spawnedAt, (isCollecting) => ask<Reading>(child, { isCollecting }));
}

/** Run any other program, of which only the processor time is known. */
export function startForeign(words: [string, ...string[]]): Promise<Measured> {
  const spawnedAt = performance.now();
  const [program, ...args] = words;
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let before = 0;
  return listening(child, spawnedAt, async () => {
    const used = readCpuUs(child.pid ?? 0);
    const reading = { cpuUs: used - before, heapBytes: Number.NaN, residentBytes: Number.NaN, lagP99Ms: Number.NaN };
    before = used;
    return reading;
  });
}

/** End a process, unless it has ended already. */
async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** User and system time of a process, all threads. Source: proc(5), fields 14 and 15, in hundredths of a second. */
function readCpuUs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function listening(child: ChildProcess, spawnedAt: number, read: Measured['read']): Promise<Measured> {
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  if (!child.stdout) throw new Error('no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"msg":"listening"')) continue;
    const startMs = performance.now() - spawnedAt;
    // Whatever else it logs is written, and read by nobody.
    child.stdout.resume();
    const announced = JSON.parse(line) as Record<string, string>;
    return {
      url: announced.url ?? '',
      announced,
      startMs,
      read: (isCollecting = false) => read(isCollecting),
      async stop(signal = 'SIGKILL') {
        await end(child, signal);
      },
    };
  }
  throw new Error(`it did not start:\n${errors.join('')}`);
}

/** An echo server. */
export function startEcho(name: 'echo' | 'fastify'): Promise<Measured> {
  return startMeasured([pathOf(`./${name}.ts`)]);
}

export interface ServiceOptions {
  /** As VIVA_STORE. */
  store: string;
  /** The embedded evaluator, and not one that answers at once. */
  isJudging?: boolean;
  env?: Record<string, string>;
  /** Options of Node. */
  node?: string[];
}

export const ADMIN_KEY = 'the-key-of-the-benchmark';
export const SECRET = 'a secret of thirty-two characters or more';

/** The whole service with everything switched on; only what one address may do is raised. */
export function startService({ store, isJudging = false, env = {}, node = [] }: ServiceOptions): Promise<Measured> {
  const stub = isJudging ? [] : ['--import', pathOf('./stub.ts')];
  return startMeasured([...node, ...stub, pathOf('../../src/main.ts')], {
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    VIVA_STORE: store,
    VIVA_SECRET: SECRET,
    VIVA_ADMIN_KEY: ADMIN_KEY,
    VIVA_LIVE_INTERVIEWS_MAX: '100000',
    VIVA_COMMANDS_MAX: '1000000',
    VIVA_ADDRESS_SOCKETS_MAX: '100000',
    VIVA_ADDRESS_REQUESTS_PER_MINUTE_MAX: '1000000',
    VIVA_ADDRESS_READS_PER_MINUTE_MAX: '1000000',
    VIVA_SOCKET_FRAMES_PER_MINUTE_MAX: '1000000',
    VIVA_SOCKET_BYTES_PER_MINUTE_MAX: '1000000000',
    ...env,
  });
}

/** A load generator in a process of its own. */
export interface Load {
  connect(
    ask: Extract<Ask, { do: 'connect' }> extends infer One ? (One extends Ask ? Omit<One, 'do'> : never) : never,
  ): Promise<void>;
  run(options: RunOptions): Promise<RunResult>;
  leave(): Promise<void>;
  stop(): Promise<void>;
}

/** Start a load generator. */
export function startLoad(): Load {
  const child = spawn(process.execPath, [pathOf('../load/main.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  async function tell(message: Ask): Promise<RunResult | undefined> {
    const told = await ask<Told>(child, message);
    if (!told.ok) throw new Error(told.reason);
    return told.result;
  }
  return {
    async connect(what) {
      await tell({ do: 'connect', ...what } as Ask);
    },
    async run(options) {
      return (await tell({ do: 'run', options })) as RunResult;
    },
    async leave() {
      await tell({ do: 'leave' });
    },
    async stop() {
      await end(child, 'SIGKILL');
    },
  };
}
