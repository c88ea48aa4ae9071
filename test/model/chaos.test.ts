import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyScenario, type Scenario } from '../support/chaos.ops.ts';
import { play } from '../support/chaos.play.ts';
import { memoryStore, type Store, sqliteStore } from '../support/chaos.store.ts';
import type { ManualClock } from '../support/clock.ts';
import { makePath } from '../support/journal.sqlite.ts';
import { takeSeed } from '../support/random.ts';

// VIVA_CHAOS_RUNS=5000 npx vitest run test/model/chaos for a longer storm.
// VIVA_SEED=… VIVA_CHAOS_PATH=… repeat a failure, with the seed and path that it prints.

const RUNS_DEFAULT = 120;
/** Each test keeps what its runs have opened until it ends, so a long storm is split. */
const RUNS_PER_TEST = 60;
const isLonger = process.env.VIVA_CHAOS_RUNS !== undefined;
const runs = Number(process.env.VIVA_CHAOS_RUNS ?? RUNS_DEFAULT);
const path = process.env.VIVA_CHAOS_PATH;
/** For each test. Units: ms. On a busy machine fewer runs are made, rather than more time taken. */
const TIME_MAX_MS = isLonger ? 300_000 : 16_000;
const TIMEOUT_MS = 2 * TIME_MAX_MS;

const calm: Scenario = {
  interviews: [{ accommodations: {}, moods: [], isStarted: true }],
  limits: { hibernateAfterMs: 600_000, snapshotEvery: 50, mailboxMax: 256 },
  ops: [],
};

/** Play any scenarios; returns what happened how often. */
async function storm(
  makeStore: (clock: ManualClock) => Store,
  { seed, numRuns }: { seed: number; numRuns: number },
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const undisturbed = await play(calm, makeStore);
  expect(undisturbed.problems).toEqual([]);
  const property = fc.asyncProperty(anyScenario, async (scenario) => {
    const verdict = await play(scenario, makeStore);
    for (const [what, count] of verdict.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    counts.set('runs', (counts.get('runs') ?? 0) + 1);
    expect(verdict.problems).toEqual([]);
    expect(verdict.control).toEqual(undisturbed.control);
  });
  await fc.assert(property, {
    seed,
    numRuns,
    ...(path === undefined ? {} : { path }),
    interruptAfterTimeLimit: TIME_MAX_MS,
  });
  process.stdout.write(
    `chaos: ${[...counts]
      .sort()
      .map(([what, count]) => `${what} ${count}`)
      .join(', ')}\n`,
  );
  return counts;
}

const title = '[D3] [D4] [D5] [D6] [D7] [D8] [D9] [V1]';
const seed = takeSeed('chaos');
const parts = Array.from({ length: path === undefined ? Math.ceil(runs / RUNS_PER_TEST) : 1 }, (_, part) => part);

test.each(parts)(
  `${title} hold in any weather, part %i (seed ${seed} + part)`,
  async (part) => {
    const numRuns = Math.min(RUNS_PER_TEST, runs - part * RUNS_PER_TEST);
    const counts = await storm(memoryStore, { seed: seed + part, numRuns });
    if (path !== undefined || (counts.get('runs') ?? 0) < RUNS_PER_TEST / 2) return;
    // Otherwise the weather would be too fair to prove anything.
    for (const what of [
      'crash',
      'death after',
      'lost after',
      'usurp',
      'duplicates',
      'lost',
      'STALE_PROMPT',
      'FORBIDDEN',
    ])
      expect(counts.get(what) ?? 0, what).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

test(
  `${title} hold on SQLite (seed ${seed})`,
  async () => {
    await storm((clock) => sqliteStore(clock, makePath()), { seed, numRuns: Math.ceil(runs / 8) });
  },
  TIMEOUT_MS,
);
