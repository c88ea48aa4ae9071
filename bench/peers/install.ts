import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

// What the peers need is no dependency of the project: it is installed when they are measured, and not before.

const pathOf = (name: string) => new URL(name, import.meta.url).pathname;

/** Say loudly what is left out, and why. */
function skip(what: string, why: string): void {
  process.stderr.write(`\nNOT MEASURED: ${what}. ${why}\n\n`);
}

function isCurrent(): boolean {
  const installed = pathOf('./node_modules/.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(pathOf('./package-lock.json')).mtimeMs;
}

/** Install the packages of the peers, if they are not there. False = they cannot be had. */
export function installPackages(): boolean {
  if (isCurrent()) return true;
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', words, { cwd: pathOf('.'), stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) return true;
  skip('Socket.IO, LangGraph.js, robot3, javascript-state-machine', '`npm ci` in bench/peers has failed.');
  return false;
}

/** A Python that has FastAPI, or null. */
export function findPython(): string | null {
  const found = ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import fastapi, uvicorn, websockets']).status === 0,
  );
  if (found) return found;
  skip(
    'FastAPI',
    'Install python3-fastapi, python3-uvicorn and python3-websockets (and python3-uvloop, python3-httptools).',
  );
  return null;
}
