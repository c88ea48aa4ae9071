import { parseArgs } from 'node:util';
import { VivaError } from '../errors.ts';
import { createRubricEvaluator } from '../evaluators/rubric.ts';
import { assertNotErased } from '../journal/head.ts';
import type { Journal } from '../journal/journal.ts';
import { loadPlanFile } from '../plans/load.ts';
import { findPlan } from '../plans/publish.ts';
import type { Plan } from '../plans/schema.ts';
import { readInterview } from '../report/read.ts';
import { type Judgement, type Rerun, rerun } from '../rerun.ts';
import type { Invocation } from './evaluate.ts';
import { openStore } from './store.ts';

const usage = `Usage: viva rerun ID --plan PLAN [--json] [--store sqlite:PATH]

Judges what was answered in an interview by another plan: its rubrics, thresholds and follow-ups, with the embedded
evaluator. Shows scores, verdicts and follow-up decisions side by side. Reads beside a running service and writes
nothing. Without --store the store is that of VIVA_STORE, or the default one. Exit code: 0, 1 when there is no such
interview or the plan is wrong, 2 when the command or the store was.
`;

interface Ask {
  id: string;
  plan: string;
  store: string;
  isJson: boolean;
}

function readArguments(argv: readonly string[], env: Invocation['env']): Ask | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', short: 'h' },
      plan: { type: 'string' },
      json: { type: 'boolean' },
      store: { type: 'string' },
    },
    allowPositionals: true,
  });
  if (values.help) return 'help';
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new Error('name one interview');
  if (values.plan === undefined) throw new Error('name a plan file with --plan');
  return { id, plan: values.plan, store: values.store ?? env?.VIVA_STORE ?? '', isJson: values.json === true };
}

const percent = (score: number | undefined) => (score === undefined ? '-' : `${Math.round(score * 100)} %`);

function describeDecision(judgement: Judgement | null): string {
  const decision = judgement?.decision;
  if (!decision) return '-';
  return decision.isAsked ? `asks about ${decision.pointId}` : `asks nothing (${decision.reason})`;
}

function describe({ promptId, before, after, because }: Rerun): string[] {
  const ids = [...new Set([...Object.keys(before?.verdicts ?? {}), ...Object.keys(after?.verdicts ?? {})])];
  const changed = ids.filter((id) => before?.verdicts[id] !== after?.verdicts[id]);
  return [
    `${promptId}  ${percent(before?.score)} → ${because === undefined ? percent(after?.score) : because}`,
    ...(after ? changed : []).map((id) => `  ${id}: ${before?.verdicts[id] ?? '-'} → ${after?.verdicts[id] ?? '-'}`),
    ...(after ? [`  then: ${describeDecision(before)}`, `  now:  ${describeDecision(after)}`] : []),
  ];
}

/** Errors: an Error with every problem of the file on a line of its own. */
async function loadPlan(path: string): Promise<Plan> {
  const loaded = await loadPlanFile(path);
  if (loaded.ok) return loaded.plan;
  const lines = loaded.problems.map(
    ({ line, path: at, message }) => `${path}${line === undefined ? '' : `:${line}`} ${at} ${message}`,
  );
  throw new VivaError('PLAN_INVALID', lines.join('\n'));
}

async function rerunStored(journal: Journal, { id, plan: path }: Ask): Promise<Rerun[]> {
  const plan = await loadPlan(path);
  const find = (planId: string, version: number) => findPlan(journal, planId, version);
  const { head, transcript } = await readInterview(journal, find, id);
  assertNotErased(head);
  const next = { plan, version: 0, hash: '', publishedAt: 0 };
  const timeoutMs = plan.evaluation.timeoutSeconds * 1_000;
  return rerun(transcript, next, createRubricEvaluator(), { interviewId: id, timeoutMs });
}

/** `viva rerun`. Returns the exit code: 0, 1 when interview or plan are wrong, 2 when the command or the store is. */
export async function runRerun({ argv, stdout, stderr, env }: Invocation): Promise<number> {
  let journal: Journal | undefined;
  try {
    const ask = readArguments(argv, env);
    if (ask === 'help') {
      stdout.write(usage);
      return 0;
    }
    journal = await openStore(ask.store);
    const results = await rerunStored(journal, ask);
    const text = ask.isJson ? JSON.stringify(results, null, 2) : results.flatMap(describe).join('\n');
    stdout.write(`${text === '' ? 'nothing was answered' : text}\n`);
    return 0;
  } catch (error) {
    const code = error instanceof VivaError ? error.code : null;
    stderr.write(`${(error as Error).message}\n${code === null ? `\n${usage}` : ''}`);
    return code === null || code === 'STORE_UNAVAILABLE' || code === 'VERSION_PARKED' ? 2 : 1;
  } finally {
    await journal?.close();
  }
}
