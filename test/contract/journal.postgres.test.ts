import { describe, expect, test } from 'vitest';
import { isPostgresMissing, makeSchema, openHarness, openPostgres } from '../support/journal.postgres.ts';
import { journalContract } from './journal.ts';

describe.skipIf(isPostgresMissing)('with PostgreSQL', () => {
  journalContract('PostgreSQL', openHarness);

  test('the PostgreSQL journal says that it is durable and for many processes', async () => {
    const { capabilities } = await openPostgres(await makeSchema());
    expect(capabilities).toEqual({ isDurable: true, isShared: true });
  });
});
