import type { Journal, Versions } from '../../src/journal/journal.ts';
import { versionsNow } from '../../src/journal/versions.ts';
import { claim, makeAppend, makeRecord } from './journal.ts';

/** What a build that is newer than this one may write, by what is newer about it. */
export const newerVersions: Readonly<Record<string, Versions>> = {
  'a newer machine': { ...versionsNow, machine: String(Number(versionsNow.machine) + 1) },
  'newer records': { ...versionsNow, record: versionsNow.record + 1 },
  'a machine that numbers otherwise': { ...versionsNow, machine: 'next' },
};

const [newest = versionsNow] = Object.values(newerVersions);

/** Let a newer build go on with an interview, in words that this one does not have. */
export async function park(journal: Journal, id: string, versions = newest, wakeAt: number | null = null) {
  const { head } = await claim(journal, id, 'newer build');
  const seq = head.headSeq + 1;
  const event = { type: 'of.tomorrow', at: head.updatedAt, text: 'words of tomorrow' };
  const facts = [{ type: 'fact.of.tomorrow' }] as never;
  const record = makeRecord(seq, head.epoch, { event, facts, state: 'TOMORROW.WAITING', versions });
  await journal.append(makeAppend(id, head.epoch, seq, { record, previousHash: head.hash, state: 'TOMORROW', wakeAt }));
  await journal.release(id, head.epoch);
}
