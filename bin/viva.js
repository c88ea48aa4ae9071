#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

// Plain JavaScript, because the first `node` on the PATH may be one that cannot run TypeScript: then the pinned one
// takes over.

if (process.features.typescript) {
  const { runCli } = await import('../src/cli/main.ts');
  // As `npm start` does; what is set already stays.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { stdin, stdout, stderr, env } = process;
  // A reader that has seen enough, such as `head`, closes the pipe: as other programs do, this one ends without a word,
  // with the code of SIGPIPE.
  for (const stream of [stdout, stderr])
    stream.on('error', (error) => {
      if (error.code === 'EPIPE') process.exit(141);
      throw error;
    });
  process.exitCode = await runCli({ argv: process.argv.slice(2), stdin, stdout, stderr, env });
} else {
  const pinned = createRequire(import.meta.url).resolve('node/bin/node');
  const child = spawn(pinned, process.argv.slice(1), { stdio: 'inherit' });
  // The terminal sends its signals to both; the child decides when it ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else process.exitCode = 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0);
  });
}
