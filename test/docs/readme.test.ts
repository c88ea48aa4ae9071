import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { loadPlanFile, parsePlan } from '../../src/plans/load.ts';
import { ADMIN_KEY, build, command } from '../support/app.ts';
import { codeBlocks, readText, root, section, tableRows } from '../support/pages.ts';

// What the README shows is what happens.

const readme = readText('README.md');
const example = 'examples/plans/backend-basics.yaml';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'viva-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Run a program with nothing of this process's own configuration. */
function run(file: string, args: string[], cwd: string, input = '') {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(file, args, { cwd, env: { PATH, HOME, PORT: '0', LOG_LEVEL: 'warn' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.end(input);
  return child;
}

/** Run Node. Read from stdin, a program's imports start from the working directory: as if it were saved there. */
function runNode(args: string[], cwd: string, input = '') {
  return run(process.execPath, args, cwd, input);
}

/** What is different every time, as the README shows it. */
function withoutChance(printed: string): string {
  return printed
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:3000')
    .replaceAll(/interviews\/[^\s#"]+#[^\s"]+/g, 'interviews/…#…')
    .replaceAll(/#key=\S+/g, '#key=…')
    .replaceAll(/"(hash|candidateToken|reviewerToken)":"[^"]+"/g, '"$1":"…"')
    .replaceAll(/"id":"[\da-f-]{36}"/g, '"id":"…"')
    .replaceAll(/"publishedAt":\d{13}/g, '"publishedAt":…');
}

test('the start prints what the README shows', async () => {
  const child = runNode([join(root, 'src/main.ts')], makeFolder());
  let printed = '';
  for await (const chunk of child.stderr) {
    printed += chunk;
    if (printed.endsWith('\n\n') && printed.includes('!')) break;
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(codeBlocks(readme, 'text')[0]?.trim()).toBe(withoutChance(printed.trim()));
});

test('the plan is valid and the check prints what the README shows', async () => {
  const folder = makeFolder();
  const part = section(readme, '## A plan');
  writeFileSync(join(folder, 'plan.yaml'), codeBlocks(part, 'yaml')[0] ?? '');
  const child = runNode([join(root, 'bin/viva.js'), 'check', 'plan.yaml'], folder);
  expect(await text(child.stdout)).toBe(codeBlocks(part, 'text')[0]);
});

test('the commands that publish a plan and invite somebody do so and print what the README shows', async () => {
  const { url, request } = await build();
  const folder = makeFolder();
  const part = section(readme, '## A plan');
  writeFileSync(join(folder, 'plan.yaml'), codeBlocks(part, 'yaml')[0] ?? '');
  const [commands = ''] = codeBlocks(part, 'sh');
  const script = commands.replace("KEY='…'", `KEY='${ADMIN_KEY}'`).replaceAll('http://127.0.0.1:3000', url);
  const printed = await text(run('sh', ['-c', script], folder).stdout);
  expect(withoutChance(printed)).toBe(codeBlocks(part, 'text')[1]);
  const { candidateUrl, candidateToken } = JSON.parse(printed.split('\n')[1] ?? '');
  const path = `/api${new URL(candidateUrl).pathname}/tickets`;
  expect((await request(path, { method: 'POST', token: candidateToken })).status).toBe(201);
});

/** The client of the README, and a link to an interview by its plan for it. */
async function prepareClient() {
  const { create } = await build();
  const parsed = parsePlan(codeBlocks(section(readme, '## A plan'), 'yaml')[0] ?? '');
  if (!parsed.ok) throw new Error('the plan of the README is broken');
  const { candidateUrl } = await create({}, parsed.plan);
  const part = section(readme, '## A client');
  const [code = ''] = codeBlocks(part, 'ts');
  const [course, refusal] = codeBlocks(part, 'text');
  const start = (link: string, changed = code) => runNode(['--input-type=module-typescript', '-', link], root, changed);
  return { candidateUrl, code, course, refusal, start };
}

test('the client runs as it stands and prints what the README shows', async () => {
  const { candidateUrl, code, course, start } = await prepareClient();
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(21);
  expect(await text(start(candidateUrl).stdout)).toBe(course);
});

test('the client prints what is refused: a command, and the link', async () => {
  const { candidateUrl, code, refusal, start } = await prepareClient();
  const blank = code.replace(/answers = \[[^\]]+\]/, "answers = ['  ']");
  const child = start(candidateUrl, blank);
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (printed.includes('refused') && printed.endsWith('\n')) break;
  }
  expect(printed).toBe(
    `IDLE …\nQUESTIONING What makes an HTTP operation idempotent, and why does it matter for retries?\n${refusal}`,
  );
  expect(await text(start(`${candidateUrl}x`).stdout)).toMatch(/^refused UNAUTHENTICATED \S.+\n$/);
});

test('the commands that verify and erase do so and print what the README shows', async () => {
  const folder = makeFolder();
  const path = join(folder, 'viva.sqlite');
  const journal = createSqliteJournal({ path });
  const { url, create, request, enter } = await build({ journal });
  const { id, candidateToken } = await create();
  const candidate = await enter(id, candidateToken);
  for (const type of ['interview.start', 'interview.pause', 'interview.resume']) candidate.send(command(type));
  for (let sent = 0; sent < 3; sent += 1) await candidate.next('ack');
  const readChain = async () =>
    (await request(`/api/interviews/${id}/transcript`, { token: candidateToken })).body.chain;
  const { headHash } = await readChain();
  const part = section(readme, '## What was changed shows, and what is personal can go');
  const [verify = '', erase = ''] = codeBlocks(part, 'sh').map((script) =>
    script.replace('ID', id).replace('HASH', headHash).replace('$KEY', ADMIN_KEY).replace('http://127.0.0.1:3000', url),
  );
  const bin = `${process.execPath} ${join(root, 'bin/viva.js')}`;
  const script = `VIVA_STORE=sqlite:${path} ${verify.replace('npx viva', bin)}`;
  const printed = await text(run('sh', ['-c', script], folder).stdout);
  expect(printed.replace(id, '…').replace(headHash, '…')).toBe(codeBlocks(part, 'text')[0]);
  expect(await text(run('sh', ['-c', erase], folder).stdout)).toBe('204\n');
  expect(await readChain()).toMatchObject({ isIntact: true, headHash, erasedAt: expect.any(Number) });
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

test('the cases of the examples are judged as the README says', async () => {
  const part = section(readme, '## What the evaluator can and cannot do');
  const [command = ''] = codeBlocks(part, 'sh');
  const script = command.replace('npx viva', '"$0" bin/viva.js');
  const printed = await text(run('sh', ['-c', script, process.execPath], root).stdout);
  const results = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(results).toHaveLength(4);
  const due = results.filter(({ followUp }) => followUp.due).map(({ id, followUp }) => [id, followUp.pointId]);
  expect(due).toEqual([['idempotency-half', 'same-effect']]);
});
