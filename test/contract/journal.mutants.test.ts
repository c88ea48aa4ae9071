import { describe, expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import type * as Postgres from '../../src/journal/postgres/journal.ts';
import type * as Redis from '../../src/journal/redis/journal.ts';
import type * as Sqlite from '../../src/journal/sqlite.ts';
import { manualClock } from '../support/clock.ts';
import { findViolation } from '../support/history.ts';
import * as postgres from '../support/journal.postgres.ts';
import * as redis from '../support/journal.redis.ts';
import { makePath } from '../support/journal.sqlite.ts';
import type { JournalHarness } from '../support/journal.ts';
import { type Mutant, mutate } from '../support/mutant.ts';
import { postgresMutants, redisMutants, sqliteMutants } from '../support/mutants.ts';
import { takeSeed } from '../support/random.ts';

// A test of the test of rule J36: whatever guards the writes of an engine is taken out of it in turn, and the random
// interleavings have to find that it is missing. What they would not find could be lost without anybody noticing.

/** Histories until one shows what is missing. Most mutants last for a few. */
const RUNS_MAX = 3_000;

function contractOf(mutants: readonly Mutant[], open: (mutant: Mutant) => Promise<JournalHarness>): void {
  test.each(mutants)('[J36] is broken without $name', { timeout: 120_000 }, async (mutant) => {
    const harness = await open(mutant);
    const violation = await findViolation(harness, { seed: takeSeed(`mutant ${mutant.name}`), runs: RUNS_MAX });
    await harness.journal.close();
    expect(violation).not.toBeNull();
  });
}

describe('mutants of SQLite', () => {
  contractOf(sqliteMutants, async (mutant) => {
    const { createSqliteJournal } = (await import(mutate(mutant, 'sqlite.ts'))) as typeof Sqlite;
    const clock = manualClock();
    const journal = createSqliteJournal({ path: makePath(), now: clock.now });
    return { journal, passTime: async (ms) => clock.advance(ms) };
  });
});

describe.skipIf(postgres.isPostgresMissing)('mutants of PostgreSQL', () => {
  contractOf(postgresMutants, (mutant) =>
    postgres.openHarness(async (url): Promise<Journal> => {
      const { openPostgresJournal } = (await import(mutate(mutant, 'postgres/journal.ts'))) as typeof Postgres;
      return openPostgresJournal({ url });
    }),
  );
});

describe.skipIf(redis.isRedisMissing)('mutants of Redis', () => {
  contractOf(redisMutants, (mutant) =>
    redis.openHarness(async (url): Promise<Journal> => {
      const { openRedisJournal } = (await import(mutate(mutant, 'redis/journal.ts'))) as typeof Redis;
      return openRedisJournal({ url });
    }),
  );
});
