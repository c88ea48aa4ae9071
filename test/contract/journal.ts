import { describe } from 'vitest';
import type { JournalHarness } from '../support/journal.ts';
import { beatingContract } from './journal.beating.ts';
import { erasingContract } from './journal.erasing.ts';
import { historyContract } from './journal.history.ts';
import { readingContract } from './journal.reading.ts';
import { writingContract } from './journal.writing.ts';

/**
 * The rules that every journal engine keeps: J1 to J39, J52 and J53 of PROTOCOL.md.
 *
 * `open` gives an engine with nothing in it and cleans up after the test that called it.
 */
export function journalContract(name: string, open: () => Promise<JournalHarness>): void {
  describe(`${name} journal`, () => {
    writingContract(open);
    readingContract(open);
    erasingContract(open);
    beatingContract(open);
    historyContract(name, open);
  });
}
