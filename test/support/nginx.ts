import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const bin = process.env.VIVA_TEST_NGINX_BIN ?? 'nginx';

function isInstalled(): boolean {
  if (process.env.VIVA_TEST_ALL === '1') return true;
  const installed = spawnSync(bin, ['-v']).status === 0;
  if (!installed) process.stderr.write(`SKIPPED: no ${bin} to start; install it or name one in VIVA_TEST_NGINX_BIN\n`);
  return installed;
}

/** Whether tests that start nginx are skipped. `npm run test:all` skips nothing: there they fail. */
export const isNginxMissing = !isInstalled();

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.end());
  });
}

/**
 * Start nginx with a configuration in which only addresses and folders are others; it ends after the test. Returns its
 * address.
 */
export async function startNginx(conf: string, replacements: readonly (readonly [string, string])[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'viva-nginx-'));
  const port = await findPort();
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const folders = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const all = [
    ...replacements,
    ['listen 8080;', `listen 127.0.0.1:${port};`],
    ['http {', `http { access_log off; ${folders}`],
  ];
  const adapted = all.reduce((text, [from = '', to = '']) => {
    if (text.split(from).length !== 2) throw new Error(`${JSON.stringify(from)} is not once in the configuration`);
    return text.replace(from, () => to);
  }, conf);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, adapted);
  const child = spawn(bin, ['-p', folder, '-c', file, '-g', `daemon off; pid ${folder}/pid; error_log stderr crit;`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  while (child.exitCode === null && !(await isListening(port)));
  return `http://127.0.0.1:${port}`;
}
