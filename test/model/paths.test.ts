import { expect, test } from 'vitest';
import { memoryStore } from '../support/chaos.store.ts';
import { manualClock } from '../support/clock.ts';
import { drive } from '../support/model.drive.ts';
import {
  chartEdges,
  edgesOn,
  type Path,
  pathsOverEdges,
  pathsThroughPositions,
  positionsOn,
} from '../support/model.paths.ts';
import { specs } from '../support/model.plans.ts';
import { openWorld } from '../support/model.world.ts';

/** For each test. Units: ms. */
const TIMEOUT_MS = 60_000;

const { paths: throughPositions, positions } = pathsThroughPositions();
const pathsByTitle = new Map([...pathsOverEdges(), ...throughPositions].map((path) => [path.title, path]));
const paths = [...pathsByTitle.values()];
/** To their ends, and everything as the machine says. */
const driven: Path[] = [];

test.each(specs)(
  '[D12] $title: the service does and shows what the machine says',
  async (spec) => {
    const clock = manualClock();
    const world = await openWorld(spec, { clock, store: memoryStore(clock), snapshotEvery: 50 });
    for (const path of paths.filter((one) => one.spec === spec)) {
      await drive(world, path).catch((cause) => {
        throw new Error(path.title, { cause });
      });
      driven.push(path);
    }
  },
  TIMEOUT_MS,
);

test('[D12] no transition and no position is left out', () => {
  const edges = new Set(driven.flatMap((path) => [...edgesOn(path)]));
  const seen = new Set(driven.flatMap(positionsOn));
  const stepCount = driven.reduce((sum, { stages }) => sum + stages.length, 0);
  process.stdout.write(
    `paths: ${driven.length} with ${stepCount} steps through ${seen.size} positions of ${specs.length} plans, ${edges.size} of ${chartEdges.length} transitions\n`,
  );
  expect(chartEdges.filter((edge) => !edges.has(edge))).toEqual([]);
  expect(positions.filter((position) => !seen.has(position))).toEqual([]);
});
