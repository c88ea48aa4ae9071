import { randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createActors } from '../src/actors.ts';
import { systemClock } from '../src/clock.ts';
import { createSqliteJournal } from '../src/journal/sqlite.ts';
import { findPlan, publishPlan } from '../src/plans/publish.ts';
import { planSchema } from '../src/plans/schema.ts';
import { makePlan } from './plan.ts';
import { createRubricEvaluator } from './processes/instant.ts';

// Stores with many open interviews in them, made by the service's own parts.

/** Where a store is made that nobody needs to survive anything. */
const MEMORY_FOLDER = '/dev/shm';
/** Interviews that are being written at a time. */
const WIDTH = 200;

/** A store and the interviews in it, each of which has asked its first question. */
export interface Stored {
  path: string;
  ids: string[];
}

/**
 * Make a store at `path` with open interviews, whose first prompt runs out `timeSeconds` after `at`.
 *
 * Units: `at` in ms since 1970 UTC, which may be long ago.
 */
export async function makeStored(path: string, count: number, timeSeconds: number, at: number): Promise<Stored> {
  const folder = existsSync(MEMORY_FOLDER) ? mkdtempSync(join(MEMORY_FOLDER, 'viva-bench-')) : null;
  const made = folder ? join(folder, 'made.sqlite') : path;
  const clock = { now: () => at, wake: systemClock.wake };
  const journal = createSqliteJournal({ path: made, now: clock.now });
  try {
    const published = await publishPlan(journal, planSchema.parse(makePlan('stored', { timeSeconds })), at);
    const evaluator = createRubricEvaluator();
    const actors = createActors({
      journal,
      clock,
      findPlan: (id, version) => findPlan(journal, id, version),
      evaluator,
      fallback: evaluator,
      log: { error: fail, warn: fail },
      owner: 'bench',
      newId: () => randomUUID(),
      newSalt: () => randomBytes(16).toString('base64url'),
      downtime: { servingSince: Number.POSITIVE_INFINITY, after: async () => [] },
      limits: {
        mailboxMax: 256,
        answerCharsMax: 20_000,
        snapshotEvery: 50,
        leaseMs: 30_000,
        liveMax: count + WIDTH,
        hibernateAfterMs: 300_000,
        sweepMs: 3_600_000,
      },
    });
    const ids: string[] = [];
    const write = async () => {
      while (ids.length < count) {
        const index = ids.length;
        ids.push('');
        const { id } = await actors.create({ published, candidate: {}, accommodations: {} });
        ids[index] = id;
        const actor = await actors.open(id);
        const result = await actor.dispatch({ type: 'interview.start', id: randomUUID() }, 'candidate');
        if (!result.ok) fail(result.problem, 'an interview did not start');
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, write));
    await actors.drain();
    await journal.close();
    if (folder) copyFileSync(made, path);
    return { path, ids };
  } finally {
    if (folder) rmSync(folder, { recursive: true });
  }
}

function fail(details: object, message: string): never {
  throw new Error(message, { cause: details });
}
