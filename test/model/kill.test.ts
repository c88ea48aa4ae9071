import { expect, test } from 'vitest';
import { seededRandom } from '../../src/simulation/random.ts';
import { memoryStore } from '../support/chaos.store.ts';
import { manualClock } from '../support/clock.ts';
import { drive } from '../support/model.drive.ts';
import { chartEdges, edgesOn, type Path, pathsOverEdges, pathsThroughPositions } from '../support/model.paths.ts';
import type { Run } from '../support/model.run.ts';
import { type Crash, crashPoints } from '../support/model.victim.ts';
import { openWorld } from '../support/model.world.ts';
import { takeSeed } from '../support/random.ts';

// VIVA_KILL_PATHS=all npx vitest run test/model/kill for every path through every position: some minutes.
// VIVA_SEED=… repeats the choice of a run.

/** Of the paths through positions so many are chosen at random; those over transitions are all taken. */
const CHOSEN_DEFAULT = 4;
/** For each test. Units: ms. */
const TIMEOUT_MS = 60_000;

/** Any of the paths through positions. */
function choose(paths: Path[], seed: number): Path[] {
  const random = seededRandom(seed);
  const wanted = process.env.VIVA_KILL_PATHS ?? String(CHOSEN_DEFAULT);
  const count = wanted === 'all' ? paths.length : Number(wanted);
  const drawn = paths.map((path) => ({ path, rank: random() }));
  return drawn.toSorted((a, b) => a.rank - b.rank).flatMap(({ path }, index) => (index < count ? [path] : []));
}

const overEdges = pathsOverEdges();
const seed = takeSeed('kills in process');
const chosen = choose(pathsThroughPositions().paths, seed);
const paths = [...new Map([...overEdges, ...chosen].map((path) => [path.title, path])).values()];
/** A path creates the interview before its first stage. */
const recordCount = (path: Path) => path.stages.length + 1;
/** That somebody has left, a process alone knows until it is on record: after its death they have left then (W7). */
const isKnown = (path: Path, { seq, point }: Crash) =>
  point !== 'before-commit' || path.stages[seq - 2]?.move.do !== 'leave';
const crashesOn = (path: Path): Crash[] =>
  Array.from({ length: recordCount(path) }, (_, index) => index + 1)
    .flatMap((seq) => crashPoints.map((point) => ({ seq, point })))
    .filter((crash) => isKnown(path, crash));
let survivedCount = 0;
const survived: Path[] = [];

/** What came of a disturbed run is what came of the undisturbed one. */
function expectSame(run: Run, whole: Run): void {
  expect(run.records).toEqual(whole.records);
  expect(run.report).toEqual(whole.report);
  expect(run.timeLedger).toEqual(whole.timeLedger);
  // While there was no process nobody saw anything; what was seen is the same.
  for (const side of ['candidateViews', 'reviewerViews'] as const)
    for (const [seq, view] of run[side]) expect(view, `${side} at ${seq}`).toEqual(whole[side].get(seq));
  // What was interrupted is asked for again: under its own key, in the same words.
  const evaluations = new Map(run.evaluations.map((asked) => [asked.key, asked]));
  expect([...evaluations.values()]).toEqual([
    ...new Map(whole.evaluations.map((asked) => [asked.key, asked])).values(),
  ]);
  for (const asked of run.evaluations) expect(asked).toEqual(evaluations.get(asked.key));
}

test.each(paths.map((path) => [path.title, path] as const))(
  '[D13] %s',
  async (_title, path) => {
    const clock = manualClock();
    const world = await openWorld(path.spec, { clock, store: memoryStore(clock), snapshotEvery: 3 });
    const whole = await drive(world, path);
    for (const crash of crashesOn(path)) {
      const run = await drive(world, path, crash).catch((cause) => {
        throw new Error(`killed at record ${crash.seq}, ${crash.point}`, { cause });
      });
      expectSame(run, whole);
      survivedCount += 1;
    }
    survived.push(path);
  },
  TIMEOUT_MS,
);

test('[D13] the process was killed on every transition, at every record and point', () => {
  const records = paths.reduce((sum, path) => sum + recordCount(path), 0);
  const leftCount = paths.reduce((sum, { stages }) => sum + stages.filter(({ move }) => move.do === 'leave').length, 0);
  const edges = new Set(survived.flatMap((path) => [...edgesOn(path)]));
  process.stdout.write(
    `kills: ${paths.length} paths, ${records} records × ${crashPoints.length} points, without ${leftCount} that nobody could know of = ${survivedCount} kills survived, ${edges.size} of ${chartEdges.length} transitions\n`,
  );
  expect(survivedCount).toBe(records * crashPoints.length - leftCount);
  expect(chartEdges.filter((edge) => !edges.has(edge))).toEqual([]);
});
