import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run, runBin } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'viva-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Write a plan file and return its path. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function planText(id: string, weight = '1', maxFollowUps = 1): string {
  return `id: ${id}
title: A plan
limits: { totalMinutes: 10 }
questions:
  - id: q
    text: How do two writers get along?
    timeSeconds: 60
    maxFollowUps: ${maxFollowUps}
    rubric:
      points:
        - { id: p, text: the lock prevents lost updates, weight: ${weight}, followUp: What could go wrong? }
`;
}

test('a good plan is OK, with the most that it can ask', async () => {
  const path = file('good.yaml', planText('good'));
  expect(await run('check', path)).toEqual({
    code: 0,
    out: `${path} OK prompts: at most 2 (questions: 1, follow-ups: 1); minutes: at most 2, or 14.8 with all pauses and a failing evaluator\n`,
    err: '',
  });
});

test('[L8] problems are told as file:line path message, and the exit code is 1 although another plan is good', async () => {
  const bad = file('bad.yaml', planText('bad', '-1'));
  const { code, out } = await run('check', bad, file('good.yaml', planText('good')));
  expect(code).toBe(1);
  expect(out.split('\n')[0]).toBe(`${bad}:11 questions[0].rubric.points[0].weight expected more than 0, got -1`);
  expect(out.split('\n')[1]).toContain('good.yaml OK');
});

test('[L8] warnings do not change the exit code', async () => {
  const path = file('many.yaml', planText('many', '1', 4));
  const { code, out } = await run('check', path);
  expect(code).toBe(0);
  expect(out).toContain(`${path}:8 questions[0].maxFollowUps warning: only 1 can ever be asked: one for each point\n`);
});

test('a plan without an end is OK, but its minutes have no limit', async () => {
  const text = planText('endless').replace('limits: { totalMinutes: 10 }\n', '').replace('    timeSeconds: 60\n', '');
  const { code, out } = await run('check', file('endless.yaml', text));
  expect(code).toBe(0);
  expect(out).toContain('; minutes: no limit\n');
  expect(out).toContain('warning: nothing ends this question');
});

test('two files with one plan id get a warning', async () => {
  const [one, other] = [file('one.yaml', planText('same')), file('other.yaml', planText('same'))];
  const { code, out } = await run('check', one, other);
  expect(code).toBe(0);
  expect(out).toContain(`${other} id warning: "same" is also the id of ${one}\n`);
});

test('a file that is missing is a problem that names it', async () => {
  const path = join(folder, 'nowhere.yaml');
  expect(await run('check', path)).toEqual({ code: 1, out: `${path} does not exist\n`, err: '' });
});

test('[L8] a wrong command explains itself on stderr and exits with 2', async () => {
  for (const [argv, complaint] of [
    [[], 'a command is missing'],
    [['chek', 'plan.yaml'], 'there is no command "chek"'],
    [['constructor'], 'there is no command "constructor"'],
    [['check'], 'a plan file is missing'],
    [['check', '--fix', 'plan.yaml'], "Unknown option '--fix'"],
  ] as const) {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(complaint);
    expect(err).toContain('Usage: viva');
  }
});

test('--help is an answer, not a mistake', async () => {
  for (const argv of [['--help'], ['-h'], ...['check', 'evaluate', 'verify'].map((name) => [name, '--help'])]) {
    const { code, out, err } = await run(...argv);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Usage: viva');
  }
});

test('the dispatcher passes the rest of the command on', async () => {
  const { code, err } = await run('evaluate', '--wrong');
  expect(code).toBe(2);
  expect(err).toContain('Usage: viva evaluate');
});

test.each([
  ['a Node that runs TypeScript', []],
  ['one that does not, where the pinned one takes over', ['--no-strip-types']],
])('bin/viva.js works under %s', async (_, options) => {
  const good = await runBin(options, 'check', file('good.yaml', planText('good')));
  expect(good).toMatchObject({ code: 0, out: expect.stringContaining(' OK ') });
  expect((await runBin(options, 'check', folder)).code).toBe(1);
});
