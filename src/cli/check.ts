import { parseArgs } from 'node:util';
import { type CheckedPlan, checkPlan } from '../plans/check.ts';
import { tellExamples } from '../plans/examples.ts';
import { loadPlanFile } from '../plans/load.ts';
import type { PlanProblem } from '../plans/problem.ts';
import type { Invocation } from './evaluate.ts';

const usage = `Usage: viva check PLAN…

Reads plan files (YAML or JSON). Prints what is wrong as FILE:LINE PATH MESSAGE, warnings included, and for each good
plan the most that it can ask of a candidate. Exit code: 0, or 1 when a plan has problems; warnings are none.
`;

/** `viva check`. Returns the exit code: 0, 1 when a plan has problems, 2 when the command was wrong. */
export async function runCheck({ argv, stdout, stderr }: Invocation): Promise<number> {
  const read = readArguments(argv);
  if (read.isHelp) {
    stdout.write(usage);
    return 0;
  }
  if (read.mistake !== null) {
    stderr.write(`${read.mistake}\n\n${usage}`);
    return 2;
  }
  const fileById = new Map<string, string>();
  let hasProblems = false;
  for (const file of read.files) {
    const parsed = await loadPlanFile(file);
    if (!parsed.ok) {
      hasProblems = true;
      for (const problem of parsed.problems) stdout.write(toLine(file, problem));
      continue;
    }
    const { plan, warnings } = parsed;
    stdout.write(`${file} OK ${describeWorstCase(checkPlan(plan).worstCase)}\n`);
    for (const told of tellExamples(plan)) stdout.write(`  ${told}\n`);
    for (const warning of warnings) stdout.write(toLine(file, warning, 'warning: '));
    const other = fileById.get(plan.id);
    // Published one after the other, they would be versions of one plan.
    if (other !== undefined && other !== file)
      stdout.write(toLine(file, { path: 'id', message: `"${plan.id}" is also the id of ${other}` }, 'warning: '));
    fileById.set(plan.id, file);
  }
  return hasProblems ? 1 : 0;
}

function readArguments(argv: readonly string[]): { files: string[]; isHelp: boolean; mistake: string | null } {
  try {
    const { values, positionals: files } = parseArgs({
      args: [...argv],
      options: { help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    return { files, isHelp: values.help === true, mistake: files.length === 0 ? 'a plan file is missing' : null };
  } catch (error) {
    return { files: [], isHelp: false, mistake: (error as Error).message };
  }
}

function toLine(file: string, { line, path, message }: PlanProblem, mark = ''): string {
  // A problem of the file as a whole names it.
  if (line === undefined && path === '') return `${message}\n`;
  return `${file}${line === undefined ? '' : `:${line}`} ${path === '' ? '' : `${path} `}${mark}${message}\n`;
}

function describeWorstCase({
  questions,
  followUps,
  prompts,
  candidateMinutes,
  minutes,
}: CheckedPlan['worstCase']): string {
  const most = `prompts: at most ${prompts} (questions: ${questions}, follow-ups: ${followUps})`;
  if (candidateMinutes === null || minutes === null) return `${most}; minutes: no limit`;
  return `${most}; minutes: at most ${round(candidateMinutes)}, or ${round(minutes)} with all pauses and a failing evaluator`;
}

function round(minutes: number): string {
  return String(Math.ceil(minutes * 10) / 10);
}
