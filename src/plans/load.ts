import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { findWarnings } from './check.ts';
import { fitThresholds } from './examples.ts';
import { toFindings } from './issues.ts';
import { PLAN_BYTES_MAX } from './measure.ts';
import { type Finding, type PlanProblem, toPlanProblem } from './problem.ts';
import { type Plan, planSchema } from './schema.ts';
import { readSource, type Source } from './source.ts';

/** A plan that was read, with what its author should look at; or what is wrong with it. */
export type ParsedPlan = { ok: true; plan: Plan; warnings: PlanProblem[] } | { ok: false; problems: PlanProblem[] };

/** Read a plan from YAML or JSON. `name`, a file's name, tells JSON by its ending. */
export function parsePlan(text: string, { name = '' }: { name?: string } = {}): ParsedPlan {
  const read = readSource(text, name.endsWith('.json') || /^\s*\{/.test(text));
  if ('findings' in read) return refuse(read.findings);
  const { source } = read;
  const value = withoutSchemaLink(source.value);
  const parsed = planSchema.safeParse(value);
  if (!parsed.success)
    return refuse(
      parsed.error.issues.flatMap((issue) => toFindings(issue, planSchema, value)),
      source,
    );
  const plan = fitThresholds(parsed.data, value);
  return { ok: true, plan, warnings: locate(findWarnings(plan), source) };
}

/** Read a plan file. A file that cannot be read is a problem that names it; anything else that fails is a defect. */
export async function loadPlanFile(path: string): Promise<ParsedPlan> {
  const read = await readPlanFile(path);
  return 'text' in read ? parsePlan(read.text, { name: path }) : refuse([{ keys: [], message: `${path} ${read.why}` }]);
}

async function readPlanFile(path: string): Promise<{ text: string } | { why: string }> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > PLAN_BYTES_MAX) return { why: `has more than ${PLAN_BYTES_MAX} bytes` };
    bytes = await readFile(path);
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    // What the system did not say is a defect of ours.
    if (code === undefined || errno === undefined) throw error;
    return { why: unreadable[code] ?? `cannot be read (${code})` };
  }
  return isUtf8(bytes) ? { text: new TextDecoder().decode(bytes) } : { why: 'is not UTF-8 text' };
}

const unreadable: Record<string, string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory; expected a plan file',
  EACCES: 'cannot be read: permission denied',
};

/** Editors find the JSON Schema of a JSON file by `$schema`; it is no part of the plan. */
function withoutSchemaLink(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('$schema' in value)) return value;
  const { $schema: _link, ...rest } = value;
  return rest;
}

function refuse(findings: Finding[], source?: Source): ParsedPlan {
  return { ok: false, problems: locate(findings, source) };
}

/** Nobody reads more at once, and an answer over HTTP must stay small. */
const PROBLEMS_SHOWN_MAX = 100;

function locate(findings: Finding[], source?: Source): PlanProblem[] {
  const problems = findings
    .slice(0, PROBLEMS_SHOWN_MAX)
    .map((finding) => toPlanProblem(source ? { ...finding, line: source.lineOf(finding.keys) } : finding))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const restCount = findings.length - problems.length;
  return restCount > 0 ? [...problems, { path: '', message: `and ${restCount} more like these` }] : problems;
}
