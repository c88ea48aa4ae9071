import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Sharing } from '../../src/journal/journal.ts';
import { claim, create, fill, type JournalHarness } from '../support/journal.ts';
import { rule } from '../support/rules.ts';

async function openShared(open: () => Promise<JournalHarness>): Promise<JournalHarness & { shared: Sharing }> {
  const harness = await open();
  const { shared, capabilities } = harness.journal;
  expect(capabilities.isShared).toBe(true);
  if (!shared) throw new Error('an engine that is shared has what nodes share');
  return { ...harness, shared };
}

/** Rules J58 to J60 and J67: what engines keep that many processes share. */
export function sharingContract(open: () => Promise<JournalHarness>): void {
  describe('sharing', () => {
    test(rule('J58'), async () => {
      const { journal, shared } = await openShared(open);
      const [one, other] = [randomUUID(), randomUUID()];
      const all = await Promise.all(Array.from({ length: 8 }, () => shared.redeem(one, 60_000)));
      expect(all.filter(Boolean)).toHaveLength(1);
      expect(await shared.redeem(other, 60_000)).toBe(true);
      // Used up until it expires, and remembered no longer than clocks may differ.
      await journal.beat({ at: 61_000, gapMs: 10_000, knownUntil: 0 });
      expect(await shared.redeem(one, 60_000)).toBe(false);
      await journal.beat({ at: 7_200_000, gapMs: 10_000, knownUntil: 0 });
      expect(await shared.redeem(one, 60_000)).toBe(true);
    });

    test(rule('J59'), async () => {
      const { journal, shared } = await openShared(open);
      const [fresh, held, freed, erased] = await Promise.all(Array.from({ length: 4 }, () => create(journal)));
      await journal.claim(held ?? '', 'a', { leaseMs: 10, force: false, by: 'service' });
      await journal.claim(held ?? '', 'b', { leaseMs: 10, force: true, by: 'candidate' });
      await journal.release(freed ?? '', await fill(journal, freed ?? '', 2));
      await claim(journal, erased ?? '');
      await journal.erase(erased ?? '', 7);
      const glances = await shared.glance([fresh ?? '', held ?? '', freed ?? '', erased ?? '', randomUUID()]);
      expect(new Map(glances.map(({ id, ...glance }) => [id, glance]))).toEqual(
        new Map([
          [fresh, { epoch: 0, headSeq: 1, heldFor: null, owner: null, isErased: false }],
          [held, { epoch: 2, headSeq: 1, heldFor: 'candidate', owner: 'b', isErased: false }],
          [freed, { epoch: 1, headSeq: 3, heldFor: null, owner: null, isErased: false }],
          [erased, { epoch: 2, headSeq: 1, heldFor: null, owner: null, isErased: true }],
        ]),
      );
      expect(await shared.glance([])).toEqual([]);
      await shared.holdFor(held ?? '', 'a', 'operator');
      expect(await shared.glance([held ?? ''])).toMatchObject([{ epoch: 2, heldFor: 'candidate' }]);
      await shared.holdFor(held ?? '', 'b', 'operator');
      expect(await shared.glance([held ?? ''])).toMatchObject([{ epoch: 2, heldFor: 'operator' }]);
    });

    test(rule('J60'), async () => {
      const { journal, shared, passTime } = await openShared(open);
      const [kept = '', dropped = '', lost = ''] = await Promise.all(Array.from({ length: 3 }, () => create(journal)));
      for (const id of [kept, dropped, lost]) await claim(journal, id, 'a', false, 60_000);
      await claim(journal, lost, 'b', true, 60_000);
      const look = async () => (await shared.glance([kept, dropped, lost])).sort((a, b) => a.id.localeCompare(b.id));
      const before = await look();
      await passTime(40_000);
      await shared.renew('a', [kept, lost]);
      await passTime(40_000);
      const claimOf = (id: string) => journal.claim(id, 'c', { leaseMs: 1, force: false });
      expect(await claimOf(kept)).toBe('held');
      expect(await look()).toEqual(before);
      for (const id of [dropped, lost]) expect(await claimOf(id)).toMatchObject({ head: { id } });
      // What was released is not taken back by renewing.
      await journal.release(kept, 1);
      await shared.renew('a', [kept]);
      expect(await claimOf(kept)).toMatchObject({ head: { epoch: 2 } });
    });

    test(rule('J67'), async () => {
      const { journal, shared, passTime } = await openShared(open);
      const unheld = async (id: string, owner: string) =>
        (await claim(journal, id, owner, true, 30_000)).unheldMs ?? -1;
      const [signing, silent, freed] = await Promise.all(Array.from({ length: 3 }, () => create(journal)));
      await shared.sign('signing');
      await claim(journal, signing ?? '', 'signing', true, 30_000);
      await claim(journal, silent ?? '', 'silent', true, 30_000);
      const { head } = await claim(journal, freed ?? '', 'signing', true, 30_000);
      await journal.release(freed ?? '', head.epoch);
      await passTime(90_000, 'everything');
      // From the sign of life, from the end of the lease, from the release; the test itself takes some time.
      for (const [id, leastMs] of [
        [signing, 90_000],
        [silent, 60_000],
        [freed, 90_000],
      ] as const) {
        const found = await unheld(id ?? '', 'next');
        expect(found).toBeGreaterThanOrEqual(leastMs);
        expect(found).toBeLessThan(leastMs + 30_000);
      }
      // Of one that lives, however old its lease is.
      await shared.sign('next');
      expect(await unheld(freed ?? '', 'other')).toBeLessThan(30_000);
      expect(await unheld(silent ?? '', 'other')).toBeLessThan(30_000);
    });

    test('[J35] what nodes share rejects after the close, too', async () => {
      const { journal, shared } = await openShared(open);
      await journal.close();
      for (const use of [
        () => shared.glance([]),
        () => shared.renew('a', []),
        () => shared.sign('a'),
        () => shared.redeem('t', 1),
        () => shared.holdFor('i', 'a', 'service'),
      ])
        await expect(use()).rejects.toMatchObject({ name: 'VivaError', code: 'STORE_UNAVAILABLE' });
    });
  });
}
