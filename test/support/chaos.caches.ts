import { toOutline } from '../../src/plans/outline.ts';
import { findPlan } from '../../src/plans/publish.ts';
import type { View } from '../../src/protocol.ts';
import { readInterview, viewOfReading } from '../../src/report/read.ts';
import { replay, writeSnapshot } from '../../src/restore.ts';
import { walkRecords } from './chaos.ledger.ts';
import { turns } from './chaos.node.ts';
import { createTab } from './chaos.tab.ts';
import { type Guest, until, type World } from './chaos.world.ts';

/** More turns of the event loop than a record needs to be written and told. */
const SETTLED_TURNS = 6;

/** A view without what belongs to the moment and the connection. */
function lasting(view: View): unknown {
  const { serverTime: _now, ...rest } = view;
  return 'isCandidateConnected' in rest ? { ...rest, isCandidateConnected: false } : rest;
}

/** The live view, the stored snapshot and the replay of the journal must say the same. */
export async function compareCaches(world: World, { heard, accommodations }: Guest): Promise<string[]> {
  const problems: string[] = [];
  const { store, clock } = world;
  const find = (planId: string, version?: number) => findPlan(store.journal, planId, version);
  for (const role of ['reviewer', 'candidate'] as const) {
    const tab = createTab(role, heard);
    await tab.connect(await world.ensureAlive());
    // What was due meanwhile happens first, as soon as somebody looks.
    const isCurrent = () => tab.isQuiet && tab.seq >= heard.committedSeq();
    do {
      await until(isCurrent, () => `the newest view of the ${role}`);
      await turns(SETTLED_TURNS);
    } while (!isCurrent());
    const reading = await readInterview(store.journal, find, heard.id);
    const { dueAt = null } = walkRecords(reading.records, accommodations, () => {}).at(-1) ?? {};
    if (dueAt !== null && dueAt <= clock.now()) problems.push(`what was due at ${dueAt} has not happened`);
    const replayed = viewOfReading(reading, role, { now: clock.now(), answerCharsMax: 20_000 });
    const [live, told] = [tab.view && lasting(tab.view), lasting(replayed)];
    // As it went over the wire: without members that are undefined.
    if (JSON.stringify(live) !== JSON.stringify(JSON.parse(JSON.stringify(told))))
      problems.push(`the ${role} sees ${JSON.stringify(live)}, the journal says ${JSON.stringify(told)}`);
    tab.drop('terminate');
  }
  const { head, published, records } = await readInterview(store.journal, find, heard.id);
  const claimed = await store.journal.claim(heard.id, 'the referee', { leaseMs: 0, force: true });
  if (claimed === null || claimed === 'held') return [...problems, 'the referee cannot claim'];
  const { snapshot } = claimed;
  if (snapshot) {
    const upTo = records.filter(({ seq }) => seq <= snapshot.seq);
    const again = writeSnapshot(replay(head.id, toOutline(published), upTo)).json;
    if (snapshot.json !== again) problems.push(`the snapshot at ${snapshot.seq} is not what the journal replays to`);
  }
  return problems;
}
