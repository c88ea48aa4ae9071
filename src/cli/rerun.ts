import { parseArgs } from 'node:util';
import { VivaError } from '../errors.ts';
import type { Evaluator } from '../evaluators/evaluator.ts';
import { assertNotErased } from '../journal/head.ts';
import type { Journal } from '../journal/journal.ts';
import { loadPlanFile } from '../plans/load.ts';
import { findPlan } from '../plans/publish.ts';
import type { Plan } from '../plans/schema.ts';
import { readInterview } from '../report/read.ts';
import { type Rerun, rerun } from '../rerun.ts';
import { compare } from './compare.ts';
import type { Invocation } from './evaluate.ts';
import { openJudge } from './judge.ts';
import { openStore } from './store.ts';

const usage = `Usage: viva rerun ID [--plan PLAN | --plan-version N] [--evaluator rubric|llm] [--json] [--store sqlite:PATH]

Judges what was answered in an interview again: by the rubrics, thresholds and follow-ups of another plan
(--plan FILE), by another published version of its own plan (--plan-version), by another evaluator, or by both. Without
--evaluator the evaluator is the one of a service with this environment (llm asks the model that VIVA_LLM_URL,
VIVA_LLM_MODEL and VIVA_LLM_KEY name). Shows scores, verdicts and follow-up decisions side by side. Reads beside a
running service and writes nothing. Without --store the store is that of VIVA_STORE, or the default one. Exit code: 0,
1 when there is no such interview or plan or the plan is wrong, 2 when the command or the store was.
`;

interface Ask {
  id: string;
  plan: string | undefined;
  version: number | undefined;
  evaluator: string | undefined;
  store: string;
  isJson: boolean;
}

function readArguments(argv: readonly string[], env: Invocation['env']): Ask | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', short: 'h' },
      plan: { type: 'string' },
      'plan-version': { type: 'string' },
      evaluator: { type: 'string' },
      json: { type: 'boolean' },
      store: { type: 'string' },
    },
    allowPositionals: true,
  });
  if (values.help) return 'help';
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new Error('name one interview');
  const { plan, 'plan-version': written, evaluator } = values;
  if (plan === undefined && written === undefined && evaluator === undefined)
    throw new Error('name a plan file with --plan, a version with --plan-version, or an evaluator with --evaluator');
  if (plan !== undefined && written !== undefined) throw new Error('name --plan or --plan-version, not both');
  const version = written === undefined ? undefined : Number(written);
  if (version !== undefined && !(Number.isSafeInteger(version) && version > 0))
    throw new Error('--plan-version takes a whole number from 1 on');
  return { id, plan, version, evaluator, store: values.store ?? env?.VIVA_STORE ?? '', isJson: values.json === true };
}

/** Errors: an Error with every problem of the file on a line of its own. */
async function loadPlan(path: string): Promise<Plan> {
  const loaded = await loadPlanFile(path);
  if (loaded.ok) return loaded.plan;
  const lines = loaded.problems.map(({ line, path: at, message }) =>
    // A problem of the file as a whole names it.
    line === undefined && at === '' ? message : `${path}${line === undefined ? '' : `:${line}`} ${at} ${message}`,
  );
  throw new VivaError('PLAN_INVALID', lines.join('\n'));
}

async function rerunStored(journal: Journal, { id, plan: path, version }: Ask, evaluator: Evaluator): Promise<Rerun[]> {
  const changed = path === undefined ? null : await loadPlan(path);
  const find = (planId: string, version: number) => findPlan(journal, planId, version);
  const { head, published, transcript } = await readInterview(journal, find, id);
  assertNotErased(head);
  const kept = version === undefined ? published : await findPlan(journal, published.plan.id, version);
  const next = changed ? { plan: changed, version: 0, hash: '', publishedAt: 0 } : kept;
  const timeoutMs = next.plan.evaluation.timeoutSeconds * 1_000;
  return rerun(transcript, next, evaluator, { interviewId: id, timeoutMs });
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
    const evaluator = await openJudge(env ?? {}, ask.evaluator);
    journal = await openStore(ask.store);
    const results = await rerunStored(journal, ask, evaluator);
    stdout.write(`${ask.isJson ? JSON.stringify(results, null, 2) : compare(results).join('\n')}\n`);
    return 0;
  } catch (error) {
    const code = error instanceof VivaError ? error.code : null;
    stderr.write(`${(error as Error).message}\n${code === null ? `\n${usage}` : ''}`);
    return code === null || code === 'STORE_UNAVAILABLE' || code === 'VERSION_PARKED' ? 2 : 1;
  } finally {
    await journal?.close();
  }
}
