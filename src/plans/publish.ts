import { createHash } from 'node:crypto';
import { VivaError } from '../errors.ts';
import { canonicalJson } from '../journal/canonical.ts';
import type { Journal, StoredPlan } from '../journal/journal.ts';
import { deepFreeze } from './freeze.ts';
import { type Plan, type PublishedPlan, planSchema } from './schema.ts';

/** Published plans kept in memory per journal; the one used longest ago leaves first. */
export const PLANS_CACHED_MAX = 200;

const plansByJournal = new WeakMap<Journal, Map<string, PublishedPlan>>();

/**
 * Publish a plan: new content becomes a new version, known content stays the version it is.
 *
 * Errors: STORE_UNAVAILABLE.
 */
export async function publishPlan(journal: Journal, plan: Plan, now: number): Promise<PublishedPlan> {
  const json = canonicalJson(plan);
  const stored = await journal.putPlan({ id: plan.id, hash: hashJson(json), json, publishedAt: now });
  return share(journal, stored);
}

/**
 * The given version of a published plan, or its newest.
 *
 * All callers in one process get one frozen object per version.
 * Errors: PLAN_NOT_FOUND, STORE_UNAVAILABLE.
 */
export async function findPlan(journal: Journal, id: string, version?: number): Promise<PublishedPlan> {
  const known = version === undefined ? undefined : recall(journal, keyOf(id, version));
  if (known) return known;
  const stored = await journal.getPlan(id, version);
  if (!stored) {
    const wanted = version === undefined ? `"${id}"` : `"${id}" in version ${version}`;
    throw new VivaError('PLAN_NOT_FOUND', `there is no published plan ${wanted}`);
  }
  return share(journal, stored);
}

/** The content hash of a plan: SHA-256 (hex) of its canonical JSON, defaults filled in. */
export function hashPlan(plan: Plan): string {
  return hashJson(canonicalJson(plan));
}

function hashJson(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}

function keyOf(id: string, version: number): string {
  return `${id}@${version}`;
}

function recall(journal: Journal, key: string): PublishedPlan | undefined {
  const plans = plansByJournal.get(journal);
  const published = plans?.get(key);
  if (plans && published) {
    // A Map keeps the order of insertion: putting it back makes it the newest.
    plans.delete(key);
    plans.set(key, published);
  }
  return published;
}

function share(journal: Journal, { id, version, hash, json, publishedAt }: StoredPlan): PublishedPlan {
  const key = keyOf(id, version);
  const known = recall(journal, key);
  if (known) return known;
  const plans = plansByJournal.get(journal) ?? new Map<string, PublishedPlan>();
  plansByJournal.set(journal, plans);
  // Parsed again, so that a plan published before a default existed has it too.
  const published = deepFreeze({ plan: planSchema.parse(JSON.parse(json)), version, hash, publishedAt });
  plans.set(key, published);
  const [oldestKey] = plans.keys();
  if (plans.size > PLANS_CACHED_MAX && oldestKey !== undefined) plans.delete(oldestKey);
  return published;
}
