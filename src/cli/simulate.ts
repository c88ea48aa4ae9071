import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadPlanFile } from '../plans/load.ts';
import { type CandidateName, candidates } from '../simulation/candidates.ts';
import { toJunit } from '../simulation/junit.ts';
import { type Simulation, simulate } from '../simulation/simulate.ts';
import type { Invocation } from './evaluate.ts';

const names = Object.keys(candidates);

const usage = `Usage: viva simulate PLAN [--candidate ${names.join('|')}] [--seed N] [--json | --junit FILE]

Runs a whole interview offline, in no time: the machine, its deadlines, the embedded evaluator and a candidate who is
made up. Without --candidate all of them sit it, one after the other. The same seed (default 1) gives the same
interview. --json prints everything; --junit writes a report for CI servers to FILE. Exit code: 0, 1 when there is a
problem (the interview does not end, the plan's own words do not reach its threshold …) or the plan is wrong, 2 when the
command was.
`;

interface Ask {
  path: string;
  names: CandidateName[];
  seed: number;
  isJson: boolean;
  junit: string | undefined;
}

function isName(name: string): name is CandidateName {
  return Object.hasOwn(candidates, name);
}

function readArguments(argv: readonly string[]): Ask | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', short: 'h' },
      candidate: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      junit: { type: 'string' },
    },
    allowPositionals: true,
  });
  if (values.help) return 'help';
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new Error('name one plan file');
  const { candidate, json: isJson, junit } = values;
  const seed = Number(values.seed);
  if (!/^\d{1,10}$/.test(values.seed) || seed > 2 ** 32 - 1)
    throw new Error(`--seed ${values.seed}: accepted are whole numbers from 0 to ${2 ** 32 - 1}`);
  if (candidate !== undefined && !isName(candidate))
    throw new Error(`--candidate ${candidate}: accepted are ${names.join(', ')}`);
  if (isJson && junit !== undefined) throw new Error('--json and --junit: choose one');
  return { path, names: candidate === undefined ? names.filter(isName) : [candidate], seed, isJson, junit };
}

const percent = (score: number | null) => (score === null ? '-' : `${Math.round(score * 100)} %`);

function summarise({ plan, candidate, seed, problems, warnings, refusals, report }: Simulation): string {
  const { outcome, counts, timeLedger, score, questions } = report;
  const minutes = Math.round(timeLedger.totalMs / 6_000) / 10;
  const refused = Object.entries(refusals).map(([code, times]) => `${code} ${times}`);
  return [
    `${plan.id} with ${candidate}, seed ${seed}: ${outcome ?? 'no end'} after ${minutes} min, score ${percent(score)}`,
    `  asked ${counts.asked} of ${counts.questions}, answered ${counts.answered}, follow-ups ${counts.followUps}, timed out ${counts.timedOut}, for review ${counts.needsReview}`,
    ...questions
      .filter(({ entries }) => entries.length > 0)
      .map(({ id, score: reached, threshold }) => `  ${id}: ${percent(reached)} (threshold ${percent(threshold)})`),
    ...(refused.length > 0 ? [`  refused: ${refused.join(', ')}`] : []),
    ...warnings.map((warning) => `  warning: ${warning}`),
    ...problems.map((problem) => `  PROBLEM: ${problem}`),
  ].join('\n');
}

/** `viva simulate`. Returns the exit code, as the usage says. */
export async function runSimulate({ argv, stdout, stderr }: Invocation): Promise<number> {
  let ask: Ask | 'help';
  try {
    ask = readArguments(argv);
  } catch (error) {
    stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (ask === 'help') {
    stdout.write(usage);
    return 0;
  }
  const { path, seed, isJson, junit } = ask;
  const loaded = await loadPlanFile(path);
  if (!loaded.ok) {
    for (const { line, path: at, message } of loaded.problems)
      stderr.write(`${path}${line === undefined ? '' : `:${line}`} ${at === '' ? '' : `${at} `}${message}\n`);
    return 1;
  }
  const simulations: Simulation[] = [];
  for (const name of ask.names) {
    const simulation = await simulate(loaded.plan, name, seed);
    simulations.push(simulation);
    if (!isJson) stdout.write(`${summarise(simulation)}\n`);
  }
  if (isJson) stdout.write(`${JSON.stringify(simulations.length === 1 ? simulations[0] : simulations, null, 2)}\n`);
  try {
    if (junit !== undefined) await writeFile(junit, toJunit(simulations));
  } catch (error) {
    stderr.write(`--junit ${junit}: ${(error as Error).message}\n`);
    return 2;
  }
  return simulations.every(({ problems }) => problems.length === 0) ? 0 : 1;
}
