import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { type Evaluation, type Evaluator, THRESHOLD_DEFAULT, WEIGHT_DEFAULT } from '../evaluators/evaluator.ts';
import { loadPlanFile } from '../plans/load.ts';
import { type Case, readCase } from './case.ts';
import { judgeOne, openJudge } from './judge.ts';
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

Judges one answer to a question of a plan, and shows the whole evaluation; or with --batch many cases, one JSON object
per line. Each line is answered by one line, in the same order. --evaluator rubric is the embedded evaluator, without any network;
--evaluator llm asks the model that VIVA_LLM_URL, VIVA_LLM_MODEL and VIVA_LLM_KEY name. Without --evaluator one answer is judged as
a service with this environment would, and --batch stays offline. A case:

  {"id": "c1", "question": "…", "rubric": {"points": [{"id": "p1", "text": "…"}]}, "answer": "…"}

  id         a text or a number, given back with the evaluation
  rubric     points, and optionally threshold (0 to 1, default ${THRESHOLD_DEFAULT}) or, to fit it, examples (answer and score)
  a point    id and text, and optionally weight (above 0, default ${WEIGHT_DEFAULT}) and alternatives (a list of texts)

A wrong line is answered by {"error": {"line", "field", "message"}}, and the next one is judged. Exit code: 0, 1 when a
plan, a question or a line was wrong or the model gave nothing (then the embedded evaluator judges, as in a service, and
the failure stands beside its result), 2 when the command or a setting was wrong.
`;

/** More than any evaluator reads, so that the flag `too-long` still shows. */
const ANSWER_CHARS_MAX = 1024 * 1024;

/**
 * `viva evaluate`: judge one answer to a question of a plan, or many cases from JSON lines, without any network.
 *
 * Returns the exit code: 0, or 1 when a plan, a question or a line was wrong, or 2 when the command was.
 */
export async function runEvaluate({ argv, stdin, stdout, stderr, env = {} }: Invocation): Promise<number> {
  const ask = readArguments(argv);
  switch (ask.kind) {
    case 'help':
      await write(stdout, usage);
      return 0;
    case 'mistake':
      await write(stderr, `${ask.mistake}\n\n${usage}`);
      return 2;
  }
  try {
    if (ask.kind === 'batch') return await runBatch(stdin, stdout, await openJudge(env, ask.evaluator ?? 'rubric'));
    return await runOne(ask, { stdin, stdout, stderr }, await openJudge(env, ask.evaluator));
  } catch (error) {
    await write(stderr, `${(error as Error).message}\n`);
    return 2;
  }
}

type Ask =
  | { kind: 'help' }
  | { kind: 'mistake'; mistake: string }
  | { kind: 'batch'; evaluator?: string | undefined }
  | { kind: 'one'; path: string; questionId: string; evaluator?: string | undefined };

function readArguments(argv: readonly string[]): Ask {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h' },
        batch: { type: 'boolean' },
        evaluator: { type: 'string' },
      },
      allowPositionals: true,
    });
    const [path, questionId, ...more] = positionals;
    const { evaluator } = values;
    if (values.help) return { kind: 'help' };
    if (values.batch && path === undefined) return { kind: 'batch', evaluator };
    if (values.batch) return { kind: 'mistake', mistake: '--batch reads its cases from stdin and takes nothing else' };
    if (path !== undefined && questionId !== undefined && more.length === 0)
      return { kind: 'one', path, questionId, evaluator };
    return { kind: 'mistake', mistake: 'name one plan file and one question, or --batch' };
  } catch (error) {
    return { kind: 'mistake', mistake: (error as Error).message };
  }
}

async function runOne(
  { path, questionId }: { path: string; questionId: string },
  { stdin, stdout, stderr }: Pick<Invocation, 'stdin' | 'stdout' | 'stderr'>,
  evaluator: Evaluator,
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
  const judged = await judgeOne(evaluator, { question: question.text, rubric: question.rubric, answer });
  const { evaluation, failure, ms } = judged;
  const failed = failure === undefined ? {} : { failure };
  await write(stdout, `${JSON.stringify({ questionId, ...failed, ...evaluation, ms }, null, 2)}\n`);
  return failure === undefined ? 0 : 1;
}

async function runBatch(
  stdin: Invocation['stdin'],
  stdout: NodeJS.WritableStream,
  evaluator: Evaluator,
): Promise<number> {
  let exitCode = 0;
  for await (const { number, text } of readLines(stdin)) {
    if (text?.trim() === '') continue;
    const read = readCase(number, text);
    const line = 'error' in read ? read : await judge(evaluator, read.found);
    if ('error' in line || 'failure' in line) exitCode = 1;
    await write(stdout, `${JSON.stringify(line)}\n`);
  }
  return exitCode;
}

/** What `--batch` tells of one case. */
type Line = Omit<Evaluation, 'evaluator' | 'model'> & { id: Case['id']; failure?: string; ms: number };

async function judge(evaluator: Evaluator, found: Case): Promise<Line> {
  const { evaluation, failure, ms } = await judgeOne(evaluator, found);
  const { score, confidence, needsReview, flags, points, followUp } = evaluation;
  const failed = failure === undefined ? {} : { failure };
  return { id: found.id, ...failed, score, confidence, needsReview, flags, points, followUp, ms };
}

/** Write and wait until there is room again, so that a slow reader does not fill the memory. */
async function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}
