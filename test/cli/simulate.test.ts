import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { candidates } from '../../src/simulation/candidates.ts';
import { run } from '../support/cli.ts';

// Rules U1 to U4: interviews with candidates that are made up.

const examples = ['backend-basics', 'behavioural-star', 'research-shopping-list'];
const fileOf = (name: string) => `examples/plans/${name}.yaml`;

function planFile(plan: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'viva-simulate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'plan.json');
  writeFileSync(path, JSON.stringify({ id: 'made-up', title: 'Made up', ...plan }));
  return path;
}

const question = {
  id: 'cache',
  text: 'When do you invalidate a cache?',
  rubric: { points: [{ id: 'write', text: 'after every write to the database' }] },
};

test.each(examples.flatMap((name) => Object.keys(candidates).map((candidate) => [name, candidate] as const)))(
  '[U1] %s with %s: the same seed is the same interview, and it ends as it should',
  async (name, candidate) => {
    const simulate = (seed: string) =>
      run('simulate', fileOf(name), '--candidate', candidate, '--seed', seed, '--json');
    const [first, again, other] = await Promise.all([simulate('7'), simulate('7'), simulate('8')]);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(again.out).toBe(first.out);
    expect(other.out).not.toBe(first.out);
    const { problems, report } = JSON.parse(first.out);
    expect(problems).toEqual([]);
    expect(report).toMatchObject({ state: 'COMPLETE', outcome: 'finished', chain: { isIntact: true } });
    const { totalMs, ...accounts } = report.timeLedger;
    expect(totalMs).toBe(report.completedAt - report.startedAt);
    expect(accounts).toMatchObject({ disconnectedMs: 0, downMs: 0 });
  },
);

test('[U2] what each candidate is made for happens', async () => {
  const simulate = async (candidate: string) =>
    JSON.parse((await run('simulate', fileOf('backend-basics'), '--candidate', candidate, '--json')).out);
  const [ideal, weak, silent, rambling, hostile] = await Promise.all(Object.keys(candidates).map(simulate));
  expect(ideal.report.score).toBeGreaterThan(0.9);
  expect(weak.report.score).toBeLessThan(ideal.report.score);
  expect(weak.report.counts.followUps).toBeGreaterThan(0);
  expect(silent.report).toMatchObject({ score: null, counts: { answered: 0, timedOut: 6 } });
  expect(
    rambling.report.questions.flatMap(({ entries }: { entries: { answer?: { from: string } }[] }) =>
      entries.map(({ answer }) => answer?.from),
    ),
  ).toContain('draft');
  expect(Object.keys(hostile.refusals).sort()).toEqual([
    'ANSWER_BLANK',
    'ANSWER_TOO_LONG',
    'NOT_ACCEPTED',
    'STALE_PROMPT',
  ]);
});

test('[U2] without any limit a silent candidate gives up, and the interview ends', async () => {
  const skippable = planFile({ questions: [question] });
  expect((await run('simulate', skippable, '--candidate', 'silent')).out).toMatch(/finished after 15 min, score -/);
  const mandatory = planFile({ questions: [{ ...question, skippable: false }] });
  expect((await run('simulate', mandatory, '--candidate', 'silent')).out).toMatch(/ended after 15 min, score -/);
});

test('[U2] who pauses and writes until time runs out is given the time that the pause took', async () => {
  const questions = ['a', 'b', 'c', 'd'].map((id) => ({ ...question, id, skippable: false, timeSeconds: 300 }));
  const path = planFile({ limits: { pauseMinutes: 60 }, questions });
  const seeds = Array.from({ length: 8 }, (_, seed) => String(seed));
  const runs = await Promise.all(
    seeds.map((seed) => run('simulate', path, '--candidate', 'rambling', '--seed', seed, '--json')),
  );
  const reports = runs.map(({ out }) => JSON.parse(out).report);
  expect(reports.map(({ outcome }) => outcome)).toEqual(seeds.map(() => 'finished'));
  expect(reports.some(({ timeLedger }) => timeLedger.pausedMs > 0)).toBe(true);
});

test('[U2] a rubric that is longer than an answer may be is said as far as there is room', async () => {
  const points = Array.from({ length: 20 }, (_, index) => ({
    id: `p${index}`,
    text: `${index} `.padEnd(999, 'wxyz ') + (index % 10),
  }));
  const path = planFile({ questions: [{ ...question, rubric: { points } }] });
  const { out } = await run('simulate', path, '--candidate', 'ideal', '--json');
  expect(JSON.parse(out)).toMatchObject({ refusals: {}, problems: [], report: { outcome: 'finished' } });
});

test('[U3] a plan whose own words do not reach its threshold is a problem, named by its question', async () => {
  // Nobody can say it all in that time.
  const path = planFile({ questions: [{ ...question, timeSeconds: 5 }] });
  const { code, out } = await run('simulate', path, '--candidate', 'ideal');
  expect(code).toBe(1);
  expect(out).toMatch(
    /PROBLEM: question cache: its own points, word by word, do not reach it \(no score, threshold 0\.6\)/,
  );
});

test('[U3] every candidate sits it where none is named, and a wrong command or plan is told', async () => {
  const path = planFile({ questions: [question] });
  const { code, out } = await run('simulate', path);
  expect(code).toBe(0);
  for (const name of Object.keys(candidates)) expect(out).toContain(`made-up with ${name}, seed 1: finished`);
  const wrong: [string[], RegExp][] = [
    [[path, '--candidate', 'drunk'], /--candidate drunk: accepted are ideal, weak, silent, rambling, hostile/],
    [[path, '--seed', '-1'], /seed/],
    [[path, '--seed', '1.5'], /--seed 1\.5: accepted are whole numbers/],
    [[path, '--json', '--junit', 'x.xml'], /choose one/],
    [[], /name one plan file/],
  ];
  for (const [argv, told] of wrong)
    expect(await run('simulate', ...argv)).toMatchObject({ code: 2, err: expect.stringMatching(told) });
  expect(await run('simulate', planFile({ questions: [] }))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/questions/),
  });
  expect(await run('simulate', '--help')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Usage: viva simulate'),
  });
});

test('[U4] a --junit file that cannot be written is a wrong command', async () => {
  const path = planFile({ questions: [question] });
  const file = join(path, 'junit.xml');
  expect(await run('simulate', path, '--candidate', 'ideal', '--junit', file)).toMatchObject({
    code: 2,
    err: expect.stringContaining(`--junit ${file}: `),
  });
});

test('[U4] --junit writes a suite for each interview, with what failed in its case', async () => {
  const path = planFile({
    questions: [
      question,
      { ...question, id: 'hasty', text: 'When do you "invalidate" a cache & why?', timeSeconds: 5 },
    ],
  });
  const file = join(path, '..', 'junit.xml');
  expect((await run('simulate', path, '--candidate', 'ideal', '--junit', file)).code).toBe(1);
  const xml = readFileSync(file, 'utf8');
  expect(xml).toMatch(
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites>\n {2}<testsuite name="made-up, ideal, seed 1" tests="3" failures="1" time="[\d.]+">/,
  );
  expect(xml).toContain('name="the course of the interview"/>');
  expect(xml).toContain('name="question cache"/>');
  expect(xml).toMatch(/name="question hasty">\n {6}<failure message="question hasty: its own points/);
});
