import { describe, expect, test } from 'vitest';
import type { InterviewEvent } from '../../machines/interview.ts';
import type { JournalRecord } from '../../src/journal/journal.ts';
import { versionsNow } from '../../src/journal/versions.ts';
import { toOutline } from '../../src/plans/outline.ts';
import { type ResultEvent, reduce, statePathOf } from '../../src/reduce.ts';
import { buildReport } from '../../src/report/report.ts';
import { type CreatedEvent, created, replay } from '../../src/restore.ts';
import { restingPaths } from '../support/positions.ts';
import { type Golden, readGolden, readGoldens, readVersions, waitsOf } from './golden.ts';
import { scenarios } from './scenarios.ts';

// What was recorded still holds: objects may have gained members since, lists have not.

test('the machine of this build has golden journals', () => {
  expect(readVersions()).toContain(versionsNow.machine);
});

test.each(readVersions())(
  'the golden journals of version %s rest in every state and end with every outcome',
  (version) => {
    const records = readGoldens(version).flatMap(([, { records }]) => records);
    const known = restingPaths.filter((path) => version !== '1' || !path.endsWith('.AWAY'));
    expect([...new Set(records.map(({ state }) => state))].sort()).toEqual([...known].sort());
    const outcomes = records.flatMap(({ facts }) => facts.flatMap((fact) => ('outcome' in fact ? fact.outcome : [])));
    expect([...new Set(outcomes)].sort()).toEqual(['cancelled', 'declined', 'ended', 'expired', 'finished']);
  },
);

test.each(readGoldens(versionsNow.machine))('%s still plays as it did when it was recorded', async (name, golden) => {
  const stage = await scenarios[name]?.();
  const played = await stage?.journal.load(stage.id);
  await stage?.end();
  expect(played?.records.map(({ state }) => state)).toEqual(golden.records.map(({ state }) => state));
  expect(played?.records.map(({ facts }) => facts)).toMatchObject(golden.records.map(({ facts }) => facts));
});

/** What today's machine makes of one event, after the records before it. */
function stepOf({ head, records }: Golden, outline: ReturnType<typeof toOutline>, { seq, event }: JournalRecord) {
  if (seq === 1) return created(head.id, outline, event as unknown as CreatedEvent);
  const { snapshot } = replay(head.id, outline, records.slice(0, seq - 1));
  return reduce(snapshot, event as unknown as InterviewEvent | ResultEvent);
}

describe.each(readVersions())('machine version %s', (version) => {
  test.each(readGoldens(version))(
    '[R22] %s replays to its states, facts, deadlines and report',
    async (_name, golden) => {
      const reading = await readGolden(golden);
      const outline = toOutline(reading.published);
      expect(outline).toMatchObject(golden.outline);
      expect(reading.published.hash).toBe(golden.plan.hash);
      for (const [index, record] of golden.records.entries()) {
        const step = stepOf(golden, outline, record);
        const where = `record ${record.seq}`;
        expect(step?.facts, where).toMatchObject(record.facts);
        expect(step && statePathOf(step.snapshot), where).toBe(record.state);
        const standing = replay(golden.head.id, outline, golden.records.slice(0, index + 1));
        expect(waitsOf(standing), where).toMatchObject(golden.waits[index] ?? {});
      }
      expect(buildReport(reading)).toMatchObject(golden.report);
    },
  );
});
