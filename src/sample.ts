import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Actors } from './actors.ts';
import type { Clock } from './clock.ts';
import type { InterviewHead, Journal } from './journal/journal.ts';
import { isKnown } from './journal/versions.ts';
import { loadPlanFile } from './plans/load.ts';
import { publishPlan } from './plans/publish.ts';
import type { PublishedPlan } from './plans/schema.ts';

/** The plan of the sample interview, and the mark by which a restart finds it again. */
const SAMPLE_PLAN_ID = 'backend-basics';
const SAMPLE_EXTERNAL_ID = 'sample';

/**
 * Publish the plans of a folder. What is published already stays the version it is.
 *
 * Errors: a broken plan file, named with path and line.
 */
export async function publishPlans(journal: Journal, folder: string, now: number): Promise<PublishedPlan[]> {
  const names = (await readdir(folder)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
  const published: PublishedPlan[] = [];
  for (const name of names) {
    const loaded = await loadPlanFile(join(folder, name));
    if (!loaded.ok) {
      const problems = loaded.problems.map(({ path, message, line }) => `${name}:${line ?? 1} ${path}: ${message}`);
      throw new Error(`the example plan is broken: ${problems.join('; ')}`);
    }
    published.push(await publishPlan(journal, loaded.plan, now));
  }
  return published;
}

function isOpenSample(head: InterviewHead, now: number): boolean {
  const { meta, state, wakeAt } = head;
  if (!isKnown(head) || meta.externalId !== SAMPLE_EXTERNAL_ID || meta.planId !== SAMPLE_PLAN_ID) return false;
  // Overdue = it is about to move on by itself, perhaps to its end.
  return state !== 'COMPLETE' && (wakeAt === null || wakeAt > now || state === 'EVALUATING');
}

/** The id of an open sample interview: the one of an earlier start, or a new one. */
export async function ensureSample(
  { journal, actors, clock }: { journal: Journal; actors: Actors; clock: Clock },
  plans: PublishedPlan[],
): Promise<string | null> {
  const { heads } = await journal.list({ limit: 200 });
  const open = heads.find((head) => isOpenSample(head, clock.now()));
  if (open) return open.id;
  const published = plans.find(({ plan }) => plan.id === SAMPLE_PLAN_ID);
  if (!published) return null;
  const request = { published, candidate: { name: 'Sample Candidate' }, accommodations: {} };
  const { id } = await actors.create({ ...request, externalId: SAMPLE_EXTERNAL_ID });
  return id;
}
