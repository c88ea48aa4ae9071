import { describe, expect, test } from 'vitest';
import { create, type JournalHarness } from '../support/journal.ts';
import { rule } from '../support/rules.ts';

/** Rules J52 and J53: signs of life, and the times without any. */
export function beatingContract(open: () => Promise<JournalHarness>): void {
  describe('beat', () => {
    const gapMs = 10_000;

    test(rule('J52'), async () => {
      const { journal } = await open();
      const beat = (at: number, knownUntil = 0) => journal.beat({ at, gapMs, knownUntil });
      expect(await beat(1_000)).toEqual([]);
      expect(await beat(4_000)).toEqual([]);
      expect(await beat(4_000 + gapMs - 1)).toEqual([]);
      const first = { from: 13_999, until: 13_999 + gapMs };
      expect(await beat(first.until)).toEqual([first]);
      const second = { from: first.until, until: 900_000 };
      expect(await beat(second.until)).toEqual([first, second]);
      expect(await beat(second.until + 1, first.until)).toEqual([second]);
      expect(await beat(second.until + 2, second.until)).toEqual([]);
    });

    test(rule('J53'), async () => {
      const { journal } = await open();
      await create(journal);
      await journal.beat({ at: 50_000, gapMs, knownUntil: 0 });
      // A clock that is behind takes nothing back, and two that come back at once have one outage.
      expect(await journal.beat({ at: 45_000, gapMs, knownUntil: 0 })).toEqual([]);
      expect(await journal.beat({ at: 59_999, gapMs, knownUntil: 0 })).toEqual([]);
      const both = await Promise.all([1, 2].map(() => journal.beat({ at: 80_000, gapMs, knownUntil: 0 })));
      for (const outages of both) expect(outages).toEqual([{ from: 59_999, until: 80_000 }]);
    });
  });
}
