import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runEvaluate } from '../../src/cli/evaluate.ts';
import { LINE_CHARS_MAX, type Line, readLines, readText } from '../../src/cli/lines.ts';
import { root } from '../support/pages.ts';

/** A stream that keeps what is written; `highWaterMark` 1 makes every write wait for it. */
function sink() {
  const chunks: string[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk, _, done) {
      chunks.push(String(chunk));
      setImmediate(done);
    },
  });
  return { stream, text: () => chunks.join('') };
}

async function run(argv: string[], input: string | Iterable<string | Uint8Array> = '') {
  const [out, err] = [sink(), sink()];
  const stdin = Readable.from(typeof input === 'string' ? [input] : input);
  const exitCode = await runEvaluate({ argv, stdin, stdout: out.stream, stderr: err.stream });
  const lines = out
    .text()
    .split('\n')
    .filter((line) => line !== '');
  return { exitCode, out: out.text(), err: err.text(), lines };
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-evaluate-'));
});
afterAll(() => rm(folder, { recursive: true }));

const point = { id: 'same', text: 'the same effect on the server' };
const goodCase = {
  id: 'c1',
  question: 'What is idempotence?',
  rubric: { points: [point] },
  answer: 'The same effect on a server.',
};

describe('viva evaluate --batch', () => {
  it('answers each line with one line, in order, in the shape of the contract', async () => {
    const input = ['a', 'b', 'c'].map((id) => JSON.stringify({ ...goodCase, id })).join('\n');
    const { exitCode, lines, err } = await run(['--batch'], `${input}\n`);
    expect(exitCode).toBe(0);
    expect(err).toBe('');
    const results = lines.map((line) => JSON.parse(line));
    expect(results.map((result) => result.id)).toEqual(['a', 'b', 'c']);
    expect(results[0]).toEqual({
      id: 'a',
      score: 1,
      confidence: 1,
      needsReview: false,
      flags: [],
      points: [
        {
          id: 'same',
          verdict: 'met',
          coverage: 1,
          evidence: [{ quote: 'The same effect on a server.', start: 0, end: 28 }],
          reason: 'Found: same, effect, server.',
        },
      ],
      followUp: { due: false, urgency: 0 },
      ms: expect.any(Number),
    });
  });

  it('fills in threshold, weight and alternatives, and ignores keys that it does not know', async () => {
    const points = [
      { ...point, weight: 3, label: 'x' },
      { id: 'other', text: 'quantum entanglement' },
    ];
    const { lines } = await run(['--batch'], JSON.stringify({ ...goodCase, human: 4, rubric: { points } }));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ score: 0.75, followUp: { due: false } });
  });

  it('[E29] fits a threshold that is left out to marked answers, and keeps one that is written', async () => {
    const half = { ...goodCase, answer: 'The effect is one.' };
    const examples = [
      { answer: half.answer, score: 1 },
      { answer: 'An effect of one.', score: 0.8 },
    ];
    const isDue = async (rubric: object) => {
      const { lines } = await run(['--batch'], JSON.stringify({ ...half, rubric: { ...goodCase.rubric, ...rubric } }));
      return JSON.parse(lines[0] ?? '').followUp.due;
    };
    expect(await isDue({})).toBe(true);
    expect(await isDue({ examples })).toBe(false);
    expect(await isDue({ examples, threshold: 0.9 })).toBe(true);
  });

  it.each<[string, unknown, string, RegExp]>([
    [
      'marks of another scale',
      { ...goodCase, rubric: { points: [point], examples: [{ answer: 'x', score: 4 }] } },
      'rubric.examples[0].score',
      /^expected at most 1, got 4/,
    ],
    ['not JSON', '{"id": ', '', /one JSON object per line/],
    ['not an object', [1], '', /^expected a case: a block of keys \(id, question, rubric, answer\), got a list of 1$/],
    ['no id', { ...goodCase, id: undefined }, 'id', /^expected a text of at most 200 characters, or a number$/],
    ['no answer', { ...goodCase, answer: undefined }, 'answer', /^expected a text, it is missing$/],
    ['an answer of another type', { ...goodCase, answer: 5 }, 'answer', /^expected a text, got 5/],
    ['no points', { ...goodCase, rubric: { points: [] } }, 'rubric.points', /^expected at least 1 item/],
    ['no rubric', { ...goodCase, rubric: undefined }, 'rubric', /^expected a block of keys, it is missing$/],
    ['a point without text', { ...goodCase, rubric: { points: [{ id: 'a' }] } }, 'rubric.points[0].text', /a text, it/],
    [
      'a weight of 0',
      { ...goodCase, rubric: { points: [{ ...point, weight: 0 }] } },
      'rubric.points[0].weight',
      /more than 0/,
    ],
    [
      'a threshold of 2',
      { ...goodCase, rubric: { threshold: 2, points: [point] } },
      'rubric.threshold',
      /at most 1, got 2/,
    ],
    [
      'a rubric that is too long',
      { ...goodCase, rubric: { points: [{ ...point, alternatives: Array(20).fill('x'.repeat(1_000)) }] } },
      'rubric.points',
      /20029 characters together; expected at most 20000/,
    ],
    ['a question that is too long', { ...goodCase, question: 'x'.repeat(20_001) }, 'question', /20000/],
    ['one id twice', { ...goodCase, rubric: { points: [point, point] } }, 'rubric.points[1].id', /"same" is already/],
  ])('names line and field of a bad line and goes on: %s', async (_, bad, field, message) => {
    const badLine = typeof bad === 'string' ? bad : JSON.stringify(bad);
    const { exitCode, lines } = await run(
      ['--batch'],
      `${JSON.stringify(goodCase)}\n${badLine}\n${JSON.stringify(goodCase)}`,
    );
    expect(exitCode).toBe(1);
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({
      error: { line: 2, field, message: expect.stringMatching(message) },
    });
    expect(JSON.parse(lines[2] ?? '').score).toBe(1);
  });

  it('says which case it was where the line tells, and never quotes the answer', async () => {
    const { out } = await run(['--batch'], JSON.stringify({ ...goodCase, question: 7, answer: 'my secret' }));
    expect(JSON.parse(out).error).toMatchObject({ line: 1, field: 'question', id: 'c1' });
    expect(out).not.toContain('secret');
  });

  it('tells the first mistakes of a line at once, and how many more there are', async () => {
    const points = Array.from({ length: 12 }, (_, index) => ({ id: `p${index}`, text: index }));
    const { out } = await run(['--batch'], JSON.stringify({ answr: 'x', rubric: { points } }));
    const { field, message } = JSON.parse(out).error;
    expect(field).toBe('id');
    expect(message).toContain(
      '; question: expected a text, it is missing; rubric.points[0].text: expected a text, got 0',
    );
    expect(message).toMatch(/; and 5 more$/);
  });

  it('judges the cases of the examples as their names say', async () => {
    const { exitCode, lines } = await run(['--batch'], readFileSync(join(root, 'examples/cases.jsonl'), 'utf8'));
    expect(exitCode).toBe(0);
    const results = lines.map((line) => JSON.parse(line));
    expect(results.map(({ id, followUp: { due, pointId } }) => [id, due ? pointId : null])).toEqual([
      ['idempotency-complete', null],
      ['idempotency-half', 'same-effect'],
      ['old-prices-complete', null],
      ['old-prices-unknown', null],
    ]);
    expect(results.map(({ flags }) => flags.includes('non-answer'))).toEqual([false, false, false, true]);
  });

  it('ends without a word when its reader has seen enough', async () => {
    const cases = join(folder, 'many.jsonl');
    await writeFile(cases, `${JSON.stringify(goodCase)}\n`.repeat(2_000));
    const command = '{ "$0" "$1" evaluate --batch < "$2"; echo "exit code $?" >&2; } | head -n 1';
    const child = spawn('sh', ['-c', command, process.execPath, join(root, 'bin/viva.js'), cases]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(out).score).toBe(1);
    expect(err).toBe('exit code 141\n');
  });

  it('reads characters and lines that lie across chunks, both line breaks, blank lines and a byte order mark', async () => {
    const bytes = Buffer.from(`\ufeff${JSON.stringify({ ...goodCase, id: 'ä😀' })}\r\n\r\n${JSON.stringify(goodCase)}`);
    const { exitCode, lines } = await run(
      ['--batch'],
      Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
    );
    expect(exitCode).toBe(0);
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(['ä😀', 'c1']);
  });

  it('refuses a line too long to hold and goes on', async () => {
    const input = ['x'.repeat(LINE_CHARS_MAX), 'x'.repeat(10), `\n${JSON.stringify(goodCase)}\n`];
    const { exitCode, lines } = await run(['--batch'], input);
    expect(exitCode).toBe(1);
    expect(JSON.parse(lines[0] ?? '').error).toMatchObject({ line: 1, message: expect.stringContaining('longer') });
    expect(JSON.parse(lines[1] ?? '').id).toBe('c1');
  });

  it('answers before the input ends, so that memory does not grow with it', async () => {
    const [stdin, out] = [new PassThrough(), new PassThrough()];
    const done = runEvaluate({ argv: ['--batch'], stdin, stdout: out, stderr: out });
    for (const id of ['a', 'b']) {
      const answered = once(out, 'data', { signal: AbortSignal.timeout(5_000) });
      stdin.write(`${JSON.stringify({ ...goodCase, id })}\n`);
      const [chunk] = await answered;
      expect(JSON.parse(String(chunk)).id).toBe(id);
    }
    stdin.end();
    expect(await done).toBe(0);
  });

  it('takes a whole model answer for a point', async () => {
    const points = [{ ...point, text: 'the same effect on the server. '.repeat(100) }];
    expect((await run(['--batch'], JSON.stringify({ ...goodCase, rubric: { points } }))).exitCode).toBe(0);
  });

  it('evaluates an answer of 300 kB', async () => {
    const { lines } = await run(
      ['--batch'],
      JSON.stringify({ ...goodCase, answer: 'same effect server '.repeat(15_000) }),
    );
    expect(JSON.parse(lines[0] ?? '').flags).toContain('too-long');
  });
});

describe('viva evaluate PLAN QUESTION_ID', () => {
  let planFile = '';
  beforeAll(async () => {
    planFile = join(folder, 'plan.yaml');
    await writeFile(
      planFile,
      `id: basics
title: Basics
questions:
  - id: idempotency
    text: What makes an operation idempotent?
    rubric:
      threshold: 0.7
      points:
        - { id: same, text: the same effect on the server }
        - { id: retry, text: clients retry safely }
`,
    );
  });

  it('shows one evaluation in full', async () => {
    const { exitCode, out, err } = await run([planFile, 'idempotency'], 'It has the same effect on the server.\n');
    expect(err).toBe('');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      questionId: 'idempotency',
      score: 0.5,
      followUp: { due: true, pointId: 'retry' },
      points: [
        { id: 'same', verdict: 'met', reason: expect.any(String) },
        { id: 'retry', verdict: 'not_met' },
      ],
      evaluator: { id: 'rubric', version: '4' },
    });
  });

  it('names the questions of the plan when there is no such question', async () => {
    const { exitCode, out, err } = await run([planFile, 'nope'], 'x');
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('no question nope; it has idempotency');
  });

  it('shows the problems of a bad plan with path and line', async () => {
    const badFile = join(folder, 'bad.yaml');
    await writeFile(
      badFile,
      'id: basics\ntitle: Basics\nquestions:\n  - id: q\n    text: ""\n    rubric: { points: [] }\n',
    );
    const { exitCode, err } = await run([badFile, 'q'], 'x');
    expect(exitCode).toBe(1);
    expect(err).toMatch(/bad\.yaml:5: questions\[0\]\.text: /);
    expect((await run([join(folder, 'missing.yaml'), 'q'], 'x')).exitCode).toBe(1);
  });

  it.each([
    [[], 'name one plan file and one question'],
    [['--batch', 'x'], '--batch reads its cases from stdin'],
    [['plan.yaml'], 'name one plan file and one question'],
    [['--bulk'], "Unknown option '--bulk'"],
    [['a', 'b', 'c'], 'name one plan file and one question'],
  ])('says what is wrong with %j and shows its usage', async (argv, mistake) => {
    const { exitCode, out, err } = await run(argv);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(mistake);
    expect(err).toContain('viva evaluate PLAN QUESTION_ID < answer.txt');
  });

  it.each([[['--help']], [['-h']], [['--batch', '--help']]])('explains itself for %j', async (argv) => {
    const { exitCode, out, err } = await run(argv);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('viva evaluate --batch < examples/cases.jsonl');
    const [example = ''] = /^ {2}\{.*\}$/m.exec(out) ?? [];
    expect((await run(['--batch'], example)).exitCode).toBe(0);
  });
});

async function linesOf(chunks: string[]): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(Readable.from(chunks))) lines.push(line);
  return lines;
}

describe('lines', () => {
  it('numbers lines and keeps an unfinished last one', async () => {
    expect(await linesOf(['a\n\nb', 'c\nd'])).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: '' },
      { number: 3, text: 'bc' },
      { number: 4, text: 'd' },
    ]);
    expect(await linesOf([])).toEqual([]);
  });

  it('keeps only so much of a text, and reads it to its end', async () => {
    const chunks = Readable.from(['abc', 'def', 'ghi']);
    expect(await readText(chunks, 4)).toBe('abcd');
    expect(chunks.readableEnded).toBe(true);
  });
});
