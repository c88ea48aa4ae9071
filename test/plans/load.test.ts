import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadPlanFile, type ParsedPlan, parsePlan } from '../../src/plans/load.ts';

/** A plan that uses every key an author is likely to need. */
const contractPlan = `id: backend-basics
title: Backend engineering basics
limits: { totalMinutes: 30, invitationDays: 7, pauseMinutes: 10 }
candidate: { seesScores: false, consent: "…" }
questions:
  - id: idempotency
    text: What makes an HTTP operation idempotent, and why does it matter for retries?
    timeSeconds: 240
    maxFollowUps: 2
    skippable: true
    rubric:
      threshold: 0.6
      points:
        - id: same-effect
          text: Repeating the request has the same effect on the server as sending it once
          weight: 2
          alternatives: [applying it twice leaves the same state as applying it once]
          followUp: What happens on the server if the same request arrives twice?
`;

const leastPlan = `id: least
title: The least that a plan needs
questions:
  - id: q1
    text: Why?
    rubric:
      points:
        - id: p1
          text: because of the cause
`;

/** `line path message` of each problem. */
function problemsOf(parsed: ParsedPlan): string[] {
  if (parsed.ok) throw new Error('the plan was accepted');
  return parsed.problems.map(({ line, path, message }) => `${line} ${path} ${message}`);
}

function planOf(parsed: ParsedPlan) {
  if (!parsed.ok) throw new Error(`the plan was refused: ${problemsOf(parsed).join('; ')}`);
  return parsed.plan;
}

/** The least plan with one part of its text replaced. */
function changed(from: string, to: string): string {
  expect(leastPlan).toContain(from);
  return leastPlan.replace(from, to);
}

describe('good plans', () => {
  test('the plan of the contract is accepted as it stands', () => {
    const plan = planOf(parsePlan(contractPlan));
    expect(plan.limits).toEqual({ totalMinutes: 30, invitationDays: 7, pauseMinutes: 10 });
    expect(plan.questions[0]).toMatchObject({ id: 'idempotency', timeSeconds: 240, maxFollowUps: 2, skippable: true });
    expect(plan.questions[0]?.rubric.points[0]).toMatchObject({ id: 'same-effect', weight: 2 });
  });

  test('[L3] what is left out gets its default', () => {
    expect(planOf(parsePlan(leastPlan))).toEqual({
      id: 'least',
      title: 'The least that a plan needs',
      limits: { invitationDays: 7, pauseMinutes: 10 },
      candidate: { seesScores: false },
      evaluation: { timeoutSeconds: 20, attempts: 3, backoffSeconds: 1 },
      questions: [
        {
          id: 'q1',
          text: 'Why?',
          maxFollowUps: 3,
          skippable: true,
          rubric: { threshold: 0.6, points: [{ id: 'p1', text: 'because of the cause', weight: 1, alternatives: [] }] },
        },
      ],
    });
  });

  test('JSON with tabs, escapes, a byte order mark and a link to the schema is the same plan', () => {
    const plan = planOf(parsePlan(contractPlan));
    const json = JSON.stringify({ $schema: '../plan.schema.json', ...plan }, null, '\t').replaceAll('…', '\\u2026');
    expect(planOf(parsePlan(`\ufeff${json}`, { name: 'plan.json' }))).toEqual(plan);
  });

  test('an alias stands for what its anchor names', () => {
    const text = `${leastPlan}  - id: q2\n    text: How?\n    rubric: *r\n`.replace('rubric:\n', 'rubric: &r\n');
    const plan = planOf(parsePlan(text));
    expect(plan.questions[1]?.rubric).toEqual(plan.questions[0]?.rubric);
  });

  test('warnings carry the line of what they are about', () => {
    const parsed = parsePlan(contractPlan);
    expect(parsed.ok && parsed.warnings).toEqual([
      { path: 'questions[0].maxFollowUps', line: 9, message: 'only 1 can ever be asked: one for each point' },
    ]);
  });
});

describe('[L1] bad plans name path, line and what is accepted', () => {
  test.each([
    ['an empty file', '', '1  expected a plan: a block of keys, got nothing'],
    ['a text', 'hello', '1  expected a plan: a block of keys, got the text "hello"'],
    ['a list', '- a', '1  expected a plan: a block of keys, got a list of 1'],
    ['a missing title', changed('title: The least that a plan needs\n', ''), '1 title expected a text, it is missing'],
    ['a number for a text', changed('Why?', '12'), '5 questions[0].text expected a text, got 12; put it in quotes'],
    ['an empty text', changed('Why?', '" "'), '5 questions[0].text expected some text, got an empty text'],
    [
      'a text that is too long',
      changed('Why?', 'x'.repeat(4001)),
      '5 questions[0].text expected at most 4000 characters, got a text of 4001 characters',
    ],
    [
      'a point that is too long to be one statement',
      changed('because of the cause', 'x'.repeat(1001)),
      '9 questions[0].rubric.points[0].text expected at most 1000 characters, got a text of 1001 characters',
    ],
    [
      'an alternative that is too long',
      `${leastPlan}          alternatives: [${'x'.repeat(501)}]\n`,
      '10 questions[0].rubric.points[0].alternatives[0] expected at most 500 characters, got a text of 501 characters',
    ],
    [
      'a rubric that is too long',
      `${leastPlan}${Array.from({ length: 5 }, (_, index) => `        - id: more${index}\n          text: so\n          alternatives: [${Array(10).fill('x'.repeat(400)).join(', ')}]\n`).join('')}`,
      '7 questions[0].rubric.points the texts and alternatives of one question have 20030 characters together; expected at most 20000',
    ],
    [
      'an id with a capital',
      changed('id: p1', 'id: P 1'),
      '8 questions[0].rubric.points[0].id use 1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit; got the text "P 1"',
    ],
    [
      'a misspelt key',
      `${leastPlan}          weigth: 2\n`,
      '10 questions[0].rubric.points[0].weigth unknown key; accepted here: id, text, weight, alternatives, followUp',
    ],
    [
      'a misspelt key at the top',
      `${leastPlan}titel: x\n`,
      '10 titel unknown key; accepted here: id, title, intro, limits, candidate, evaluation, questions',
    ],
    ['a key that JavaScript knows', `${leastPlan}__proto__: { a: 1 }\n`, /^10 __proto__ unknown key/],
    [
      'a weight of nothing',
      `${leastPlan}          weight: 0\n`,
      '10 questions[0].rubric.points[0].weight expected more than 0, got 0',
    ],
    [
      'a weight in quotes',
      `${leastPlan}          weight: "2"\n`,
      /weight expected a number, got the text "2"; write it without/,
    ],
    ['a weight that is no number', `${leastPlan}          weight: .nan\n`, /^10 .*weight expected a number, got NaN$/],
    ['a weight without end', `${leastPlan}          weight: .inf\n`, /^10 .*weight expected a number, got Infinity$/],
    [
      'too many follow-ups',
      changed('    rubric', '    maxFollowUps: 6\n    rubric'),
      '6 questions[0].maxFollowUps expected at most 5, got 6',
    ],
    [
      'half a second',
      changed('    rubric', '    timeSeconds: 9.5\n    rubric'),
      '6 questions[0].timeSeconds expected a whole number, got 9.5',
    ],
    [
      'yes for true',
      changed('    rubric', '    skippable: yes\n    rubric'),
      '6 questions[0].skippable expected true or false, got the text "yes"',
    ],
    [
      'a threshold above 1',
      changed('      points', '      threshold: 60\n      points'),
      '7 questions[0].rubric.threshold expected at most 1, got 60',
    ],
    [
      'no points',
      'id: a\ntitle: b\nquestions:\n  - id: q\n    text: Why?\n    rubric: { points: [] }',
      '6 questions[0].rubric.points expected at least 1 item, got an empty list',
    ],
    [
      'a question of nothing',
      'id: a\ntitle: b\nquestions:\n  -\n',
      /^\d questions\[0\] expected a block of keys, got nothing$/,
    ],
    [
      'one text for a list',
      `${leastPlan}          alternatives: x\n`,
      '10 questions[0].rubric.points[0].alternatives expected a list, got the text "x"',
    ],
    [
      'a question id used twice',
      `${leastPlan}  - { id: q1, text: How?, rubric: { points: [{ id: p, text: so }] } }\n`,
      '10 questions[1].id "q1" is already the id of number 1 in this list; expected an id of its own',
    ],
    [
      'a point id used twice',
      `${leastPlan}        - { id: p1, text: so }\n`,
      '10 questions[0].rubric.points[1].id "p1" is already the id of number 1 in this list; expected an id of its own',
    ],
    [
      'a key that is there twice',
      `${leastPlan}          text: so\n`,
      '10 questions[0].rubric.points[0].text this key is there twice; expected once',
    ],
    [
      'a colon in a text',
      changed('Why?', 'Why: because?'),
      '5  not valid YAML: a text with ": " in it needs quotes around it',
    ],
    ['a tab', changed('  - id: q1', '\t- id: q1'), '4  not valid YAML: a tab is used to indent; expected spaces'],
    ['wrong indentation', changed('      points', '   points'), /^7 {2}not valid YAML: /],
    [
      'two plans',
      `${leastPlan}---\n${leastPlan}`,
      '10  not valid YAML: a second document begins here; expected one plan per file',
    ],
    ['an unknown tag', changed('Why?', '!date Why'), '5  not valid YAML: Unresolved tag: !date'],
    ['an alias of nothing', changed('Why?', '*why'), '5  the alias *why has no anchor before it'],
    ['a list as a key', '? [a]\n: 1\n', '1  a key is not a plain text'],
    [
      'JSON without a comma',
      '{\n "id": "a"\n "title": "b"\n}',
      "3  not valid JSON: Expected ',' or '}' after property value",
    ],
    ['JSON that stops', '{\n "id": "a",\n "title":', /^3 {2}not valid JSON: /],
    [
      'JSON with a wrong value',
      '{\n "id": "a",\n "title": 5, "questions": []\n}',
      '3 title expected a text, got 5; put it in quotes',
    ],
    ['JSON with a key twice', '{\n "id": "a",\n "id": "b"\n}', '3 id this key is there twice; expected once'],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(parsePlan(text))).toContainEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });

  test('[L2] all problems are told at once, in the order of the lines', () => {
    const problems = problemsOf(parsePlan('id: A\ntitle: 5\nlimits: { total: 3 }\nquestions: []\n'));
    expect(problems.map((problem) => problem.split(' ').slice(0, 2).join(' '))).toEqual([
      '1 id',
      '2 title',
      '3 limits.total',
      '4 questions',
    ]);
  });
});

test('[L2] an id used twice is told although another item of its list is wrong', () => {
  const points = `${leastPlan}        - { id: p1, text: so }
        - { id: p2, text: 5 }
        - nothing
`;
  expect(problemsOf(parsePlan(points))).toEqual([
    '10 questions[0].rubric.points[1].id "p1" is already the id of number 1 in this list; expected an id of its own',
    '11 questions[0].rubric.points[2].text expected a text, got 5; put it in quotes',
    '12 questions[0].rubric.points[3] expected a block of keys, got the text "nothing"',
  ]);
  const questions = `${leastPlan}  - { id: q2, text: How?, timeSeconds: soon, rubric: { points: [{ id: p, text: so }] } }
  - { id: q1, text: When?, rubric: { points: [{ id: p, text: so }] } }
  -
`;
  expect(problemsOf(parsePlan(questions))).toEqual([
    '10 questions[1].timeSeconds expected a number, got the text "soon"',
    '11 questions[2].id "q1" is already the id of number 1 in this list; expected an id of its own',
    '12 questions[3] expected a block of keys, got nothing',
  ]);
});

test('[L2] a rubric that is too long is told although one of its points is wrong', () => {
  const long = Array(20).fill('x'.repeat(490)).join(', ');
  const more = ['a', 'b', 'c'].map((id) => `        - { id: ${id}, text: so, alternatives: [${long}] }\n`);
  const problems = problemsOf(parsePlan(`${leastPlan}${more.join('')}        - { id: d, text: 5 }\n`));
  expect(problems).toEqual([
    '7 questions[0].rubric.points the texts and alternatives of one question have 29426 characters together; expected at most 20000',
    '13 questions[0].rubric.points[4].text expected a text, got 5; put it in quotes',
  ]);
});

describe('[L6] hostile files are refused within bounds', () => {
  const nestedAliases = Array.from({ length: 8 }, (_, index) =>
    index === 0
      ? 'a0: &a0 [x]'
      : `a${index}: &a${index} [${Array(10)
          .fill(`*a${index - 1}`)
          .join(',')}]`,
  ).join('\n');

  test.each([
    ['more than 1 MiB', `# ${'x'.repeat(1024 * 1024)}`, /more than 1048576 bytes/],
    ['a million brackets', '['.repeat(1_000_000), /nested more than 32 deep/],
    ['half a million nested lists', '- '.repeat(500_000), /nested more than 32 deep/],
    [
      'deep indentation',
      Array.from({ length: 1_400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      /nested too deeply/,
    ],
    ['100,000 keys', Array.from({ length: 100_000 }, (_, index) => `a${index}: 1`).join('\n'), /too many parts/],
    ['200,000 syntax errors', 'a: ]\n'.repeat(200_000), /too many parts/],
    ['many aliases', `a: &a x\nb: [${Array(101).fill('*a').join(',')}]`, /more than 100 aliases/],
    ['a billion laughs', nestedAliases, /aliases stand for too much/],
    ['an alias within itself', 'id: &a [*a]\ntitle: x\nquestions: *a', /expected a text, got a list of 1/],
  ])('%s', (_, text, expected) => {
    const problems = problemsOf(parsePlan(text));
    expect(problems.join('\n')).toMatch(expected);
    expect(problems.length).toBeLessThanOrEqual(101);
  });

  test('[L2] more problems than anybody reads are counted, not listed', () => {
    const problems = problemsOf(parsePlan('id: "abc\n'.repeat(1_000)));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toContain('and 900 more');
  });
});

describe('plan files', () => {
  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'viva-plans-'));
    onTestFinished(() => rm(path, { recursive: true }));
    return path;
  }

  test('a file is read by its content', async () => {
    const path = join(await folder(), 'plan.yaml');
    await writeFile(path, leastPlan);
    expect(planOf(await loadPlanFile(path)).id).toBe('least');
  });

  test('what the system did not say about a file is a defect, not a problem of the plan', async () => {
    await expect(loadPlanFile('plan\0.yaml')).rejects.toThrow(/null bytes/);
  });

  test('a file that is missing, a folder, too large or not text is a problem that names it', async () => {
    const path = await folder();
    const large = join(path, 'large.yaml');
    const binary = join(path, 'binary.yaml');
    await writeFile(large, Buffer.alloc(1024 * 1024 + 1, '#'));
    await writeFile(binary, Buffer.from([0x69, 0x64, 0x3a, 0xff]));
    const messages = [];
    for (const file of [join(path, 'nowhere.yaml'), path, large, binary]) {
      const parsed = await loadPlanFile(file);
      messages.push(parsed.ok ? 'accepted' : parsed.problems[0]?.message);
    }
    expect(messages).toEqual([
      `${path}/nowhere.yaml does not exist`,
      `${path} is a directory; expected a plan file`,
      `${large} has more than 1048576 bytes`,
      `${binary} is not UTF-8 text`,
    ]);
  });
});
