import { describe, expect, test } from 'vitest';
import type { StoredSnapshot } from '../../src/journal/journal.ts';
import { bringUp, type SnapshotJson, type SnapshotStep, snapshotSteps } from '../../src/journal/snapshots.ts';
import { versionsNow } from '../../src/journal/versions.ts';
import { toOutline } from '../../src/plans/outline.ts';
import { replay, restore, type SnapshotReading, type Standing, writeSnapshot } from '../../src/restore.ts';
import { type GoldenSnapshot, readGolden, readGoldenSnapshots, readGoldens, readVersions } from './golden.ts';

/** Everything that a standing brings back; its words are not in a snapshot, so they stand beside it. */
function tell(standing: Standing): unknown {
  return [JSON.parse(writeSnapshot(standing).json), standing.seq, standing.working];
}

/** Restore from a golden snapshot and its journal up to a record; also whether the snapshot was used. */
async function restoreGolden(
  version: string,
  { journal, seq, snapshot }: GoldenSnapshot,
  { to, reading }: { to?: number; reading?: SnapshotReading } = {},
) {
  const golden = new Map(readGoldens(version)).get(journal);
  if (!golden) throw new Error(`there is no golden journal ${journal} of version ${version}`);
  const { id } = golden.head;
  const plan = toOutline((await readGolden(golden)).published);
  const records = golden.records.slice(0, to ?? golden.records.length);
  const stored: StoredSnapshot = { seq, json: JSON.stringify(snapshot) };
  let isUsed = true;
  const loadAfter = async (after: number) => {
    if (after === 0) isUsed = false;
    return records.slice(after);
  };
  const standing = await restore(id, plan, { snapshot: stored, tail: records.slice(seq) }, loadAfter, reading);
  return { isUsed, told: tell(standing), replayed: tell(replay(id, plan, records)) };
}

describe.each(readVersions())('machine version %s', (version) => {
  test.each(readGoldenSnapshots(version))(
    '[R23] a snapshot of %s restores to what its journal gives',
    async (_, golden) => {
      const isBrought = bringUp(golden.snapshot as SnapshotJson, versionsNow.machine, snapshotSteps) !== null;
      for (const to of [golden.seq, undefined]) {
        const { isUsed, told, replayed } = await restoreGolden(version, golden, to === undefined ? {} : { to });
        expect(told).toEqual(replayed);
        expect(isUsed).toBe(isBrought);
      }
    },
  );
});

/** A step that leaves its mark. */
function stepBetween(from: string, to: string): SnapshotStep {
  return {
    from,
    to,
    migrate: ({ marks, ...rest }) => ({ ...rest, marks: [...((marks as []) ?? []), `${from}-${to}`] }),
  };
}

const first = { machineVersion: '1', state: 'IDLE' };

test('[R23] a snapshot goes through every step between its version and the wanted one, in order', () => {
  const steps = [stepBetween('2', '3'), stepBetween('3', '4'), stepBetween('1', '2')];
  expect(bringUp(first, '1', steps)).toEqual(first);
  expect(bringUp(first, '3', steps)).toEqual({ ...first, machineVersion: '3', marks: ['1-2', '2-3'] });
  expect(bringUp({ ...first, machineVersion: '3' }, '4', steps)).toMatchObject({ marks: ['3-4'] });
  expect(first).toEqual({ machineVersion: '1', state: 'IDLE' });
});

test('[R23] no steps lead over a gap, back to an older version, or out of a circle', () => {
  expect(bringUp(first, '3', [stepBetween('2', '3')])).toBeNull();
  expect(bringUp({ ...first, machineVersion: '3' }, '1', [stepBetween('1', '2'), stepBetween('2', '3')])).toBeNull();
  expect(bringUp(first, '3', [stepBetween('1', '2'), stepBetween('2', '1')])).toBeNull();
  expect(bringUp(first, '3', [stepBetween('1', '1')])).toBeNull();
});

describe('restoring with a machine that is two versions on', () => {
  const known = { ...versionsNow, machine: '3' };
  const [, golden] = readGoldenSnapshots('1').find(([name]) => name === 'follow_up.paused') ?? [];
  if (!golden) throw new Error('the golden snapshot is missing');

  /** What version 1 kept under other names: the last step gives them their names of today. */
  const old = (() => {
    const { state, scores, ...rest } = golden.snapshot as { state: unknown; scores: unknown };
    return { ...golden, snapshot: { ...rest, machineVersion: '1', where: state, points: scores } };
  })();
  const second = (snapshot: SnapshotJson) => bringUp(snapshot, '2', snapshotSteps) ?? {};
  const steps: SnapshotStep[] = [
    { from: '1', to: '2', migrate: ({ where, ...rest }) => second({ ...rest, machineVersion: '1', state: where }) },
    { from: '2', to: '3', migrate: ({ points, ...rest }) => ({ ...rest, scores: points }) },
  ];

  test('[R23] a snapshot that steps lead on from is used', async () => {
    const { isUsed, told, replayed } = await restoreGolden('1', old, { reading: { known, steps } });
    expect(isUsed).toBe(true);
    expect(told).toEqual(replayed);
  });

  test.each([
    ['the first step is missing', steps.slice(1)],
    ['the last step is missing', steps.slice(0, 1)],
    [
      'the steps go round in a circle',
      [...steps.slice(0, 1), { from: '2', to: '1', migrate: (json: object) => ({ ...json }) }],
    ],
  ])('[R23] the journal is replayed when %s', async (_, steps) => {
    const { isUsed, told, replayed } = await restoreGolden('1', old, { reading: { known, steps } });
    expect(isUsed).toBe(false);
    expect(told).toEqual(replayed);
  });

  test('[R23] a snapshot of newer records is left aside', async () => {
    const newer = { ...golden, snapshot: { ...(golden.snapshot as object), recordVersion: versionsNow.record + 1 } };
    const { isUsed, told, replayed } = await restoreGolden('1', newer);
    expect(isUsed).toBe(false);
    expect(told).toEqual(replayed);
  });
});
