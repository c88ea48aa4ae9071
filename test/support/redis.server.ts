import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

// A Redis server of the test's own, to be stopped and started.

const bin = process.env.VIVA_TEST_REDIS_BIN ?? 'redis-server';

function isInstalled(): boolean {
  if (process.env.VIVA_TEST_ALL === '1') return true;
  const installed = spawnSync(bin, ['--version']).status === 0;
  if (!installed) process.stderr.write(`SKIPPED: no ${bin} to start; install it or name one in VIVA_TEST_REDIS_BIN\n`);
  return installed;
}

/** Whether tests that start servers are skipped. `npm run test:all` skips nothing: there they fail. */
export const isRedisServerMissing = !isInstalled();

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Start a server that writes every command to its disk; it is stopped and its files are removed after the test. */
export async function startServer(settings: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'viva-redis-'));
  const port = await findPort();
  const all = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'yes', appendfsync: 'always', ...settings };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...String(value).split(' ')]);
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    const started = spawn(bin, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    let log = '';
    await new Promise<void>((resolve, reject) => {
      started.stdout.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (/Ready to accept connections/.test(log)) resolve();
      });
      started.once('error', reject).once('exit', () => reject(new Error(`${bin} ${args.join(' ')} ended: ${log}`)));
    });
  }
  async function stop(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  onTestFinished(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    start,
    /** As if its machine had lost its power, but for what the operating system still holds. */
    stop,
    signal: (name: 'SIGSTOP' | 'SIGCONT') => void child?.kill(name),
  };
}
