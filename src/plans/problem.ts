/** What is wrong in a plan, and where. Shape: `path` like `questions[2].rubric.points[0].weight`, '' = the whole. */
export interface PlanProblem {
  path: string;
  message: string;
  /** From 1; absent where the plan did not come from a text. */
  line?: number;
}

/** A problem before its place is put in words. */
export interface Finding {
  keys: readonly PropertyKey[];
  message: string;
  line?: number;
}

/** Put the place of a finding in words. */
export function toPlanProblem({ keys, message, line }: Finding): PlanProblem {
  return { path: pathOf(keys), message, ...(line === undefined ? {} : { line }) };
}

function pathOf(keys: readonly PropertyKey[]): string {
  let path = '';
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`;
    else path += path === '' ? String(key) : `.${String(key)}`;
  }
  return path;
}
