import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCli } from '../../src/cli/main.ts';
import { root } from './pages.ts';

/** What a command left: its exit code and its words. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Run the CLI in this process, with an environment. */
export async function runWith(env: Record<string, string>, ...argv: string[]): Promise<Ran> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const code = await runCli({ argv, stdin, stdout, stderr, env });
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  return { code, out: read(stdout), err: read(stderr) };
}

/** Run the CLI in this process. */
export function run(...argv: string[]): Promise<Ran> {
  return runWith({}, ...argv);
}

/** Run `bin/viva.js` under this Node with some options. */
export function runBin(options: string[], ...argv: string[]): Promise<Omit<Ran, 'err'>> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...options, join(root, 'bin/viva.js'), ...argv], { timeout: 15_000 }, (error, stdout) =>
      resolve({ code: error ? Number(error.code) : 0, out: stdout }),
    );
  });
}
