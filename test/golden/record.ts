import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionsNow } from '../../src/journal/versions.ts';
import { toOutline } from '../../src/plans/outline.ts';
import { buildReport } from '../../src/report/report.ts';
import { replay, writeSnapshot } from '../../src/restore.ts';
import { folderOf, type Golden, type GoldenSnapshot, readGolden, waitsOf } from './golden.ts';
import { scenarios } from './scenarios.ts';
import type { Stage } from './stage.ts';

// Writes the goldens of a machine version that has none yet: node test/golden/record.ts VERSION

async function recordGolden({ journal, id }: Stage): Promise<Golden> {
  const loaded = await journal.load(id);
  if (!loaded) throw new Error(`there is no interview ${id}`);
  const { head, records } = loaded;
  const stored = await journal.getPlan(head.meta.planId, head.meta.planVersion);
  if (!stored) throw new Error('its plan is not stored');
  const { json, ...plan } = { ...stored, content: JSON.parse(stored.json) };
  const reading = await readGolden({ plan, head, records });
  const outline = toOutline(reading.published);
  const waits = records.map(({ seq }) => waitsOf(replay(id, outline, records.slice(0, seq))));
  return { plan, outline, head, records, waits, report: buildReport(reading) };
}

/** The first snapshot of every state that is not in `seen` yet, by the state. */
function snapshotsOf(name: string, { head, records, outline }: Golden, seen: Set<string>): [string, GoldenSnapshot][] {
  const first = records.filter(({ state, seq }) => records.findIndex((other) => other.state === state) === seq - 1);
  const fresh = first.filter(({ state }) => !seen.has(state));
  return fresh.map(({ state, seq }) => {
    seen.add(state);
    const { json } = writeSnapshot(replay(head.id, outline, records.slice(0, seq)));
    return [state.toLowerCase(), { journal: name, seq, snapshot: JSON.parse(json) }];
  });
}

/** Indented, but every record and everything that waits on a line of its own. */
function format(golden: Golden): string {
  const lines = (list: readonly unknown[]) => `[\n    ${list.map((one) => JSON.stringify(one)).join(',\n    ')}\n  ]`;
  const members = Object.entries(golden).map(([name, value]) => {
    const isList = name === 'records' || name === 'waits';
    const text = isList ? lines(value as unknown[]) : JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');
    return `  ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${members.join(',\n')}\n}\n`;
}

async function recordAll(folder: string): Promise<void> {
  const seen = new Set<string>();
  mkdirSync(join(folder, 'snapshots'), { recursive: true });
  for (const [name, play] of Object.entries(scenarios)) {
    const stage = await play();
    const golden = await recordGolden(stage);
    await stage.end();
    writeFileSync(join(folder, `${name}.json`), format(golden), { flag: 'wx' });
    for (const [state, snapshot] of golden.head.erasedAt === null ? snapshotsOf(name, golden, seen) : [])
      writeFileSync(join(folder, 'snapshots', `${state}.json`), `${JSON.stringify(snapshot, null, 2)}\n`, {
        flag: 'wx',
      });
    process.stdout.write(`${name}: ${golden.records.length} records\n`);
  }
}

const [version] = process.argv.slice(2);
if (version !== versionsNow.machine) {
  process.stderr.write(`The machine of this tree is version ${versionsNow.machine}: name it.\n`);
  process.exitCode = 2;
} else if (existsSync(folderOf(version))) {
  process.stderr.write(`The goldens of version ${version} are there. They are written once and never again.\n`);
  process.exitCode = 1;
} else await recordAll(folderOf(version));
