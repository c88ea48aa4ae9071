import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A Redis of the benchmark's own, as durable as it can be made. */
export interface Redis {
  url: string;
  stop(): Promise<void>;
}

const bin = process.env.VIVA_BENCH_REDIS_BIN ?? 'redis-server';

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** Start a server that syncs every command to its disk before it answers; null = there is none to start. */
export async function startRedis(folder: string): Promise<Redis | null> {
  if (spawnSync(bin, ['--version']).status !== 0) return null;
  const dir = join(folder, 'redis');
  mkdirSync(dir);
  const port = await findPort();
  const settings = { port, bind: '127.0.0.1', dir, save: '', appendonly: 'yes', appendfsync: 'always' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept connections')) break;
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
