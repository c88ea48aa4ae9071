import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

// A PostgreSQL server of the test's own, to be stopped and started.

function findBin(): string {
  const found = process.env.VIVA_TEST_POSTGRES_BIN ?? globSync('/usr/lib/postgresql/*/bin/pg_ctl').map(dirname).at(-1);
  return found ?? dirname(spawnSync('which', ['pg_ctl'], { encoding: 'utf8' }).stdout.trim());
}

/** The server refuses to run as root. */
function findUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

export interface ServerOptions {
  settings?: Readonly<Record<string, string>>;
  /** Where the server is whose standby this is: it gets all from there, and follows it under the name `standby`. */
  primary?: { url: string; follows?: string };
}

/** Make and start a server; it is stopped and removed after the test. */
export async function startServer({ settings = {}, primary }: ServerOptions = {}) {
  const bin = findBin();
  const user = findUser();
  const folder = mkdtempSync(join(tmpdir(), 'viva-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const port = await findPort();

  async function run(name: string, args: string[]): Promise<void> {
    // What it starts in the background must not keep a pipe of ours open.
    const child = spawn(join(bin, name), args, { ...user, cwd: folder, stdio: 'ignore' });
    const code = await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
    if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}`);
  }
  const chosen = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  const options = [`-p ${port} -k ${folder}`, ...chosen].join(' ');
  const start = () => run('pg_ctl', ['start', '-w', '-D', data, '-l', join(folder, 'log'), '-o', options]);
  const stop = (mode: 'fast' | 'immediate') => run('pg_ctl', ['stop', '-w', '-D', data, '-m', mode]);

  if (primary) {
    await run('pg_basebackup', ['-D', data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync', '-d', primary.url]);
    const { hostname, port: from } = new URL(primary.follows ?? primary.url);
    const follows = `host=${hostname} port=${from} user=postgres application_name=standby`;
    appendFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${follows}'\n`);
  } else await run('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-sync']);
  onTestFinished(async () => {
    await stop('immediate').catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  const promote = () => run('pg_ctl', ['promote', '-w', '-D', data]);
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, start, stop, promote };
}
