import { expect, test, vi } from 'vitest';
import { findViolation } from '../support/history.ts';
import { create, type JournalHarness } from '../support/journal.ts';
import { takeSeed } from '../support/random.ts';
import { rule } from '../support/rules.ts';

/** Rule J36, by random interleavings of two writers. */
export function historyContract(name: string, open: () => Promise<JournalHarness>): void {
  test(rule('J36'), { timeout: 120_000 }, async () => {
    const harness = await open();
    expect(await findViolation(harness, { seed: takeSeed(`J36 on ${name}`), runs: 100 })).toBeNull();
  });
}

/** Rule J65, of engines that are shared. */
export function clockContract(open: () => Promise<JournalHarness>): void {
  test(rule('J65'), async () => {
    const { journal, passTime } = await open();
    const id = await create(journal);
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const claimAt = async (owner: string, at: number) => {
        vi.setSystemTime(at);
        const claimed = await journal.claim(id, owner, { leaseMs: 60_000, force: false });
        return claimed && claimed !== 'held' ? claimed.head.epoch : claimed;
      };
      expect(await claimAt('behind', now - 3_600_000)).toBe(1);
      expect(await claimAt('ahead', now + 3_600_000)).toBe('held');
      await passTime(60_001);
      expect(await claimAt('ahead', now + 3_600_000)).toBe(2);
      expect(await claimAt('behind', now - 3_600_000)).toBe('held');
      await passTime(60_001);
      expect(await claimAt('behind', now - 3_600_000)).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });
}
