import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectTo } from '../support/app.ts';
import { isRedisMissing, makePrefix } from '../support/journal.redis.ts';
import { rawRequest, upgradeOf } from '../support/raw.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

interface Started {
  child: ChildProcess;
  out: () => string;
  errors: () => string;
  exited: Promise<number | null>;
}

/** Run the service as it is, with nothing of this process's own configuration. */
function run(env: Record<string, string>): Started {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [main], { env: { PATH, HOME, PORT: '0', ...env } });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, out: () => out, errors: () => errors, exited };
}

interface Listening {
  url: string;
  adminKey?: string;
  candidateUrl?: string;
  consoleUrl?: string;
}

async function listening(started: Started): Promise<Listening> {
  const find = () =>
    started
      .out()
      .split('\n')
      .find((line) => line.includes('"msg":"listening"'));
  for (let line = find(); ; line = find()) {
    if (line !== undefined && started.errors().includes('viva listens')) return JSON.parse(line);
    const more = [
      once(started.child.stdout as NodeJS.ReadableStream, 'data'),
      once(started.child.stderr as NodeJS.ReadableStream, 'data'),
    ];
    const code = await Promise.race([...more.map((each) => each.then(() => undefined)), started.exited]);
    if (code !== undefined) throw new Error(`it ended with ${code}: ${started.errors()}`);
  }
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'viva-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a start that cannot succeed ends with 1 and says what to do', () => {
  test('wrong values, all of them', async () => {
    const started = run({ PORT: 'http', LOG_LEVEL: 'loud', VIVA_STORE: 'mysql://cache' });
    expect(await started.exited).toBe(1);
    expect(started.errors()).toContain('PORT="http": accepted: a whole number from 0 to 65535');
    expect(started.errors()).toContain('LOG_LEVEL="loud"');
    expect(started.errors()).toContain('VIVA_STORE="mysql://cache": unknown store');
    expect(started.out()).toBe('');
  });

  test('a port in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const started = run({ PORT: String(port), VIVA_STORE: 'memory' });
    expect(await started.exited).toBe(1);
    expect(started.errors().split('\n')).toEqual([
      'viva cannot start.',
      `  Port ${port} on 127.0.0.1 is in use. Another viva may already be running there: http://127.0.0.1:${port}`,
      '  Choose another port with PORT=3001, or PORT=0 for any free one.',
      '  A second viva also needs a store of its own: VIVA_STORE=sqlite:PATH.',
      '',
    ]);
  });

  test('a second viva on the port of the first, which goes on', async () => {
    const first = await listening(run({ VIVA_STORE: 'memory' }));
    const { port } = new URL(first.url);
    const second = run({ PORT: port, VIVA_STORE: 'memory' });
    expect(await second.exited).toBe(1);
    expect(second.errors()).toContain(`Another viva may already be running there: ${first.url}\n`);
    expect(second.errors()).not.toMatch(/^\s+at /m);
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
  });

  test('a port in use, before the store is touched', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const path = join(makeFolder(), 'viva.sqlite');
    const started = run({ PORT: String((server.address() as AddressInfo).port), VIVA_STORE: `sqlite:${path}` });
    expect(await started.exited).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  test('an address that is not ours', async () => {
    const started = run({ HOST: '192.0.2.1', VIVA_STORE: 'memory' });
    expect(await started.exited).toBe(1);
    expect(started.errors()).toContain('HOST=192.0.2.1');
  });

  test('a data folder that cannot be made', async () => {
    const file = join(makeFolder(), 'file');
    writeFileSync(file, '');
    const started = run({ VIVA_STORE: `sqlite:${file}/data/viva.sqlite` });
    expect(await started.exited).toBe(1);
    expect(started.errors()).toContain(`The data folder ${file}/data`);
    expect(started.errors()).toContain('VIVA_STORE=sqlite:PATH');
  });

  test('a development secret that is none', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'development-secret'), '');
    const started = run({ VIVA_STORE: `sqlite:${folder}/viva.sqlite` });
    expect(await started.exited).toBe(1);
    expect(started.errors()).toContain(`${folder}/development-secret has 0 characters`);
    expect(started.errors()).toContain('Set VIVA_SECRET; or delete the file');
    expect(started.out()).toBe('');
  });

  test('a database that is none', async () => {
    const file = join(makeFolder(), 'notes.txt');
    writeFileSync(
      file,
      'these are notes, not a database, and they are long enough to be read as a header. '.repeat(20),
    );
    const started = run({ VIVA_STORE: `sqlite:${file}` });
    expect(await started.exited).toBe(1);
    expect(started.errors()).toContain(file);
  });
});

describe('a start that succeeds', () => {
  test('says in one line of JSON where it is; links and keys survive a restart', async () => {
    const env = { VIVA_STORE: `sqlite:${join(makeFolder(), 'viva.sqlite')}` };
    const first = run(env);
    const at = await listening(first);
    expect(at.candidateUrl).toMatch(new RegExp(`^${at.url}/interviews/[0-9a-f-]{36}#`));
    expect(at.consoleUrl).toBe(`${at.url}/console#key=${at.adminKey}`);
    expect(first.errors()).toContain('FOR DEVELOPMENT ONLY');
    expect(first.errors()).toContain('VIVA_SECRET is not set');
    expect(first.errors()).toContain(at.candidateUrl);
    const plans = await fetch(`${at.url}/api/plans`, { headers: { authorization: `Bearer ${at.adminKey}` } });
    expect(JSON.stringify(await plans.json())).toContain('backend-basics');
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);

    const again = await listening(run(env));
    expect(again.adminKey).toBe(at.adminKey);
    expect(again.candidateUrl?.replace(again.url, '')).toBe(at.candidateUrl?.replace(at.url, ''));
  });

  test.skipIf(isRedisMissing)('[J62] on Redis, with a warning in the log of what a failover may cost', async () => {
    const started = run({ VIVA_STORE: makePrefix() });
    await listening(started);
    const lines = started
      .out()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; msg: string });
    const warnings = lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
    expect(warnings).toContainEqual(expect.stringContaining('an epoch be given out again'));
    expect(started.errors()).toContain('Nodes that share a store need the same VIVA_SECRET');
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
  });

  test('with everything set prints no key, no link and no warning', async () => {
    const key = 'k'.repeat(20);
    const started = run({ VIVA_STORE: 'memory', VIVA_SECRET: 's'.repeat(32), VIVA_ADMIN_KEY: key });
    const at = await listening(started);
    expect(Object.keys(at).sort()).toEqual(['level', 'msg', 'time', 'url']);
    expect(started.errors()).not.toContain('DEVELOPMENT');
    expect(started.out() + started.errors()).not.toContain(key);
    const interviews = await fetch(`${at.url}/api/interviews`, { headers: { authorization: `Bearer ${key}` } });
    expect(await interviews.json()).toMatchObject({ interviews: [], cursor: null });
  });

  test('stops within its grace, telling everybody, even when the signal comes twice as npm sends it', async () => {
    const started = run({ VIVA_STORE: 'memory' });
    const at = await listening(started);
    const socket = connectTo(`${at.url.replace('http', 'ws')}/api/interviews/any/socket`);
    await new Promise((resolve) => socket.ws.once('open', resolve));
    started.child.kill('SIGTERM');
    started.child.kill('SIGTERM');
    started.child.kill('SIGINT');
    expect((await socket.next('notice')).notice).toBe('restarting');
    expect((await socket.closed).code).toBe(1012);
    expect(await started.exited).toBe(0);
  });

  test('stops well within its grace, though sockets are held and a body does not come', async () => {
    const started = run({ VIVA_STORE: 'memory', VIVA_GRACE_SECONDS: '30' });
    const { url, adminKey } = await listening(started);
    const held = await rawRequest(url, upgradeOf('any'));
    await held.until('101 Switching');
    const other = await rawRequest(url, upgradeOf('any', { 'Sec-WebSocket-Protocol': 'viva.v9' }));
    await other.until('VERSION_UNSUPPORTED');
    const slow = await rawRequest(url, {
      line: 'POST /api/interviews',
      Authorization: `Bearer ${adminKey}`,
      'Content-Type': 'application/json',
      'Content-Length': '100',
    });
    slow.socket.write('{');
    await fetch(`${url}/healthz`);
    const stoppingAt = performance.now();
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
    expect(performance.now() - stoppingAt).toBeLessThan(15_000);
  });
});
