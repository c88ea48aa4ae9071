import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// `npm run test:all`: every test, nothing skipped; ends with one line of counts.

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const folder = mkdtempSync(join(tmpdir(), 'viva-test-'));
let isFailed = false;

function run(name: string, args: string[], env: Record<string, string> = {}): void {
  const result = spawnSync(name, args, { stdio: 'inherit', env: { ...process.env, VIVA_TEST_ALL: '1', ...env } });
  if (result.status !== 0) isFailed = true;
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

run('vitest', [
  'run',
  '--coverage',
  '--maxWorkers=2',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${join(folder, 'vitest.json')}`,
]);
run('playwright', ['test', '--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: join(folder, 'playwright.json') });

const unit = read('vitest.json') as { numPassedTests: number; numFailedTests: number; numPendingTests: number };
const browser = (
  read('playwright.json') as { stats: { expected: number; unexpected: number; flaky: number; skipped: number } }
).stats;
const counts: Counts = {
  passed: unit.numPassedTests + browser.expected,
  failed: unit.numFailedTests + browser.unexpected + browser.flaky,
  skipped: unit.numPendingTests + browser.skipped,
};
if (counts.skipped > 0) {
  isFailed = true;
  process.stderr.write('Skipped tests count as failures here: install or start what they name.\n');
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = isFailed || counts.failed > 0 ? 1 : 0;
