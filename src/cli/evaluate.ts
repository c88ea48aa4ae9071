import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { type Evaluation, type EvaluationRequest, THRESHOLD_DEFAULT, WEIGHT_DEFAULT } from '../evaluators/evaluator.ts';
import { evaluateRubric } from '../evaluators/rubric.ts';
import { loadPlanFile } from '../plans/load.ts';
import { type Case, readCase } from './case.ts';
import { readLines, readText } from './lines.ts';

/** What a command of the CLI works with. `argv` holds what follows the command's name. */
export interface Invocation {
  argv: readonly string[];
  stdin: AsyncIterable<string | Uint8Array>;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  /** Absent = nothing is set. */
  env?: Readonly<Record<string, string | undefined>>;
}

const usage = `Usage: viva evaluate PLAN QUESTION_ID < answer.txt
       viva evaluate --batch < examples/cases.jsonl

Judges answers with the embedded evaluator, without any network: one answer to a question of a plan, or with --batch
many cases, one JSON object per line. Each line is answered by one line, in the same order. A case:

  {"id": "c1", "question": "…", "rubric": {"points": [{"id": "p1", "text": "…"}]}, "answer": "…"}

  id         a text or a number, given back with the evaluation
  rubric     points, and optionally threshold (0 to 1, default ${THRESHOLD_DEFAULT})
  a point    id and text, and optionally weight (above 0, default ${WEIGHT_DEFAULT}) and alternatives (a list of texts)

A wrong line is answered by {"error": {"line", "field", "message"}}, and the next one is judged. Exit code: 0, 1 when a
plan, a question or a line was wrong, 2 when the command was.
`;

/** More than any evaluator reads, so that the flag `too-long` still shows. */
const ANSWER_CHARS_MAX = 1024 * 1024;

/**
 * `viva evaluate`: judge one answer to a question of a plan, or many cases from JSON lines, without any network.
 *
 * Returns the exit code: 0, or 1 when a plan, a question or a line was wrong, or 2 when the command was.
 */
export async function runEvaluate({ argv, stdin, stdout, stderr }: Invocation): Promise<number> {
  const ask = readArguments(argv);
  switch (ask.kind) {
    case 'help':
      await write(stdout, usage);
      return 0;
    case 'mistake':
      await write(stderr, `${ask.mistake}\n\n${usage}`);
      return 2;
    case 'batch':
      return runBatch(stdin, stdout);
    case 'one':
      return runOne(ask, { stdin, stdout, stderr });
  }
}

type Ask =
  | { kind: 'help' | 'batch' }
  | { kind: 'mistake'; mistake: string }
  | { kind: 'one'; path: string; questionId: string };

function readArguments(argv: readonly string[]): Ask {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { help: { type: 'boolean', short: 'h' }, batch: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [path, questionId, ...more] = positionals;
    if (values.help) return { kind: 'help' };
    if (values.batch && path === undefined) return { kind: 'batch' };
    if (values.batch) return { kind: 'mistake', mistake: '--batch reads its cases from stdin and takes nothing else' };
    if (path !== undefined && questionId !== undefined && more.length === 0) return { kind: 'one', path, questionId };
    return { kind: 'mistake', mistake: 'name one plan file and one question, or --batch' };
  } catch (error) {
    return { kind: 'mistake', mistake: (error as Error).message };
  }
}

async function runOne(
  { path, questionId }: { path: string; questionId: string },
  { stdin, stdout, stderr }: Pick<Invocation, 'stdin' | 'stdout' | 'stderr'>,
): Promise<number> {
  const loaded = await loadPlanFile(path);
  if (!loaded.ok) {
    for (const { path: at, message, line } of loaded.problems) {
      await write(stderr, `${path}${line === undefined ? '' : `:${line}`}: ${at === '' ? '' : `${at}: `}${message}\n`);
    }
    return 1;
  }
  const { questions } = loaded.plan;
  const question = questions.find(({ id }) => id === questionId);
  if (!question) {
    await write(stderr, `${path}: no question ${questionId}; it has ${questions.map(({ id }) => id).join(', ')}\n`);
    return 1;
  }
  const answer = await readText(stdin, ANSWER_CHARS_MAX);
  const { evaluation, ms } = timed({ question: question.text, rubric: question.rubric, answer });
  await write(stdout, `${JSON.stringify({ questionId, ...evaluation, ms }, null, 2)}\n`);
  return 0;
}

async function runBatch(stdin: Invocation['stdin'], stdout: NodeJS.WritableStream): Promise<number> {
  let exitCode = 0;
  for await (const { number, text } of readLines(stdin)) {
    if (text?.trim() === '') continue;
    const read = readCase(number, text);
    if ('error' in read) exitCode = 1;
    await write(stdout, `${JSON.stringify('error' in read ? read : judge(read.found))}\n`);
  }
  return exitCode;
}

/** What `--batch` tells of one case. */
type Judged = Omit<Evaluation, 'evaluator'> & { id: Case['id']; ms: number };

function judge(found: Case): Judged {
  const { evaluation, ms } = timed(found);
  const { score, confidence, needsReview, flags, points, followUp } = evaluation;
  return { id: found.id, score, confidence, needsReview, flags, points, followUp, ms };
}

function timed(request: EvaluationRequest): { evaluation: Evaluation; ms: number } {
  const startedAt = performance.now();
  const evaluation = evaluateRubric(request);
  return { evaluation, ms: Math.round((performance.now() - startedAt) * 1000) / 1000 };
}

/** Write and wait until there is room again, so that a slow reader does not fill the memory. */
async function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}
