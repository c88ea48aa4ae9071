import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { drawFlow, readFlow } from '../../bin/flow.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';
import { loadPlanFile } from '../../src/plans/load.ts';
import { build } from '../support/app.ts';
import { codeBlocks, readText, root, section, tableRows } from '../support/pages.ts';

// What the README shows is what happens.

const readme = readText('README.md');
const example = 'examples/plans/backend-basics.yaml';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'viva-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Run Node with nothing of this process's own configuration. */
function runNode(args: string[], cwd: string, input = '') {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, args, { cwd, env: { PATH, HOME, PORT: '0', LOG_LEVEL: 'warn' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.end(input);
  return child;
}

test('the picture is the machine; `npm run flow` draws it anew', () => {
  expect(readFlow()).toBe(drawFlow());
});

test('the start prints what the README shows', async () => {
  const child = runNode([join(root, 'src/main.ts')], makeFolder());
  let printed = '';
  for await (const chunk of child.stderr) {
    printed += chunk;
    if (printed.endsWith('\n\n') && printed.includes('!')) break;
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
  const shown = printed
    .trim()
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:3000')
    .replaceAll(/interviews\/\S+#\S+/g, 'interviews/…#…')
    .replaceAll(/#key=\S+/g, '#key=…');
  expect(codeBlocks(readme, 'text')[0]?.trim()).toBe(shown);
});

test('the plan is valid and the check prints what the README shows', async () => {
  const folder = makeFolder();
  const part = section(readme, '## A plan');
  writeFileSync(join(folder, 'plan.yaml'), codeBlocks(part, 'yaml')[0] ?? '');
  const child = runNode([join(root, 'bin/viva.js'), 'check', 'plan.yaml'], folder);
  expect(await text(child.stdout)).toBe(codeBlocks(part, 'text')[0]);
});

test('the client runs as it stands and prints what the README shows', async () => {
  const { url, request, create } = await build();
  const loaded = await loadPlanFile(join(root, example));
  if (!loaded.ok) throw new Error('the example plan is broken');
  const { candidateUrl } = await create({}, loaded.plan);
  expect(candidateUrl.startsWith(url)).toBe(true);
  const part = section(readme, '## A client');
  const [code = ''] = codeBlocks(part, 'ts');
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(21);
  // Read from stdin, a program's imports start from the working directory: as if it were saved in the root.
  const child = runNode(['--input-type=module-typescript', '-', candidateUrl], root, code);
  expect(await text(child.stdout)).toBe(codeBlocks(part, 'text')[0]);
  expect((await request('/healthz')).status).toBe(200);
});

test('the evaluator judges as the README says', async () => {
  const loaded = await loadPlanFile(join(root, example));
  const question = loaded.ok ? loaded.plan.questions.find(({ id }) => id === 'idempotency') : undefined;
  if (!question) throw new Error('the question of the README is gone');
  const { rubric, text: asked } = question;
  const rows = tableRows(section(readme, '## What the evaluator can and cannot do'));
  const judged = rows.map(([answer = '']) => {
    const { points } = evaluateRubric({ question: asked, rubric, answer });
    return [answer, points.find(({ id }) => id === 'same-effect')?.verdict];
  });
  expect(judged).toEqual(rows);
});
