import { once } from 'node:events';
import { z } from 'zod';
import { type Evaluation, type EvaluationRequest, THRESHOLD_DEFAULT, WEIGHT_DEFAULT } from '../evaluators/evaluator.ts';
import { evaluateRubric } from '../evaluators/rubric.ts';
import { loadPlanFile } from '../plans/load.ts';
import { toPlanProblem } from '../plans/problem.ts';
import { pointsOf } from '../plans/schema.ts';
import { LINE_CHARS_MAX, readLines, readText } from './lines.ts';

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
       viva evaluate --batch < cases.jsonl
`;

/** More than any evaluator reads, so that the flag `too-long` still shows. */
const ANSWER_CHARS_MAX = 1024 * 1024;

/** Longer than any question, because cases may hold a whole exercise. */
const QUESTION_CHARS_MAX = 20_000;

const pointSchema = z.object({
  id: z.string().min(1).max(200),
  text: z.string().min(1),
  weight: z.number().positive().default(WEIGHT_DEFAULT),
  alternatives: z.array(z.string()).max(100).default([]),
});

/** One case of `--batch`. Unknown keys are ignored: cases often carry labels of their own. */
const caseSchema = z.object({
  id: z.union([z.string().max(200), z.number()]),
  question: z.string().max(QUESTION_CHARS_MAX),
  rubric: z.object({
    threshold: z.number().min(0).max(1).default(THRESHOLD_DEFAULT),
    points: pointsOf(pointSchema, 100),
  }),
  answer: z.string(),
});

/**
 * `viva evaluate`: judge one answer to a question of a plan, or many cases from JSON lines, without any network.
 *
 * Returns the exit code: 0, or 1 when a plan, a question or a line was wrong, or 2 when the command was.
 */
export async function runEvaluate({ argv, stdin, stdout, stderr }: Invocation): Promise<number> {
  const [first, second] = argv;
  if (argv.length === 1 && first === '--batch') return runBatch(stdin, stdout);
  if (argv.length === 2 && first !== undefined && second !== undefined && !argv.some((word) => word.startsWith('-'))) {
    return runOne(first, second, { stdin, stdout, stderr });
  }
  await write(stderr, usage);
  return 2;
}

async function runOne(path: string, questionId: string, streams: Omit<Invocation, 'argv'>): Promise<number> {
  const { stdin, stdout, stderr } = streams;
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
    const result = evaluateLine(number, text);
    if ('error' in result) exitCode = 1;
    await write(stdout, `${JSON.stringify(result)}\n`);
  }
  return exitCode;
}

type CaseResult = Pick<Evaluation, 'score' | 'confidence' | 'needsReview' | 'flags' | 'points' | 'followUp'> & {
  id: string | number;
  ms: number;
};
type CaseError = { error: { line: number; field: string; message: string; id?: string } };

function evaluateLine(line: number, text: string | null): CaseResult | CaseError {
  if (text === null) return { error: { line, field: '', message: `longer than ${LINE_CHARS_MAX} characters` } };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { error: { line, field: '', message: 'not JSON; one JSON object per line is accepted' } };
  }
  const parsed = caseSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const id = (json as { id?: unknown } | null)?.id;
    const { path, message } = toPlanProblem({ keys: issue?.path ?? [], message: issue?.message ?? 'not a case' });
    return { error: { line, field: path, message, ...(typeof id === 'string' ? { id } : {}) } };
  }
  const { evaluation, ms } = timed(parsed.data);
  const { score, confidence, needsReview, flags, points, followUp } = evaluation;
  return { id: parsed.data.id, score, confidence, needsReview, flags, points, followUp, ms };
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
