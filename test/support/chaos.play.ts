import { compareCaches } from './chaos.caches.ts';
import { createControl, createGoodCandidate } from './chaos.candidate.ts';
import { judgeInterview, storyOf } from './chaos.judge.ts';
import { turns } from './chaos.node.ts';
import { type Scenario, tabRoles } from './chaos.ops.ts';
import { perform } from './chaos.perform.ts';
import { MARK, SECRET } from './chaos.plan.ts';
import type { Store } from './chaos.store.ts';
import type { Tab } from './chaos.tab.ts';
import { createWorld, type Guest, until, type World } from './chaos.world.ts';
import { manualClock } from './clock.ts';

const CONTROL_EVERY_OPS = 4;
const FINISH_STEPS_MAX = 120;
const RESENT_MAX = 6;

/** What came of a run. `problems` is empty when everything held. */
export interface Verdict {
  problems: string[];
  /** What happened how often, to see that the weather was bad. */
  counts: Map<string, number>;
  /** The story of the control interview. */
  control: unknown;
}

/** After the storm: let everything that still waits arrive, and see that whoever is connected knows the newest. */
async function letSettle(world: World): Promise<void> {
  const { clock, guests } = world;
  world.calm();
  for (const { tabs } of guests) for (const tab of tabs) tab.stall(false);
  await world.ensureAlive();
  // A store that failed is asked again after a while.
  for (const ms of [0, 300, 600]) {
    clock.advance(ms);
    await world.settle();
  }
  for (const elder of world.elders()) elder.die();
  for (const { heard, tabs } of guests) {
    const here = tabs.filter((tab) => tab.isOpen && tab.node === world.node);
    await until(
      () => here.every((tab) => !tab.isOpen || tab.seq >= heard.committedSeq()),
      () => `record ${heard.committedSeq()} at ${here.map(({ role, seq }) => `${role} ${seq}`)}`,
    );
    await until(
      () => here.filter(({ isOpen, role }) => isOpen && role === 'candidate').length <= 1,
      () => 'the end of superseded tabs',
    );
  }
}

/** The interview goes on from wherever it stands, to the end; and what was stored is still answered as it was. */
async function finishGuest(world: World, guest: Guest): Promise<void> {
  const { heard } = guest;
  const candidate = createGoodCandidate(world, guest);
  await candidate.finish(FINISH_STEPS_MAX);
  const { records = [] } = (await world.store.journal.load(heard.id)) ?? {};
  const tab = guest.tabs[tabRoles.indexOf('candidate')] as Tab;
  await tab.connect(world.node);
  await until(
    () => tab.isQuiet,
    () => 'a welcome',
  );
  const stored = records.filter(({ by, command }) => by === 'candidate' && command !== undefined);
  for (const { seq, command, event } of stored.slice(-RESENT_MAX)) {
    const ask = heard.asks.get(command?.id ?? '');
    const content = ask?.contents.find(({ type, text }) => type === event.type && text === event.text);
    if (!ask || !content) continue;
    tab.send(ask, content);
    await until(
      () => tab.isQuiet,
      () => `an answer to record ${seq} again`,
    );
    const ack = ask.acks.at(-1);
    if (ack?.seq !== seq || !ack.duplicate) heard.problems.push(`record ${seq}, sent again, is not a duplicate`);
  }
}

/** Errors in a log that belong to what was done to the process. */
const provoked = new Set([
  'the journal did not take a record',
  'an effect is defective',
  'an interview was not released',
  'overdue interviews could not be looked up',
  'an overdue interview cannot be opened',
]);

function judgeLogs(world: World, note: (problem: string) => void): void {
  for (const { app, isDead } of world.nodes)
    for (const line of app.logs) {
      if (line.includes(MARK)) note(`candidate text in a log: ${line.slice(0, 300)}`);
      if (line.includes(SECRET)) note(`a rubric in a log: ${line.slice(0, 300)}`);
      if (!line.includes('"level":50')) continue;
      const { msg } = JSON.parse(line) as { msg: string };
      if (!provoked.has(msg) && !isDead) note(`logged as an error: ${line.slice(0, 600)}`);
    }
}

/** What the clients of the storm have heard. */
function countHearsay(world: World, count: (what: string, by?: number) => void): void {
  for (const { heard, tabs } of world.guests) {
    for (const { acks, refusals, lost } of heard.asks.values()) {
      count('acks', acks.length);
      count('lost', lost);
      count('duplicates', acks.filter(({ duplicate }) => duplicate).length);
      for (const code of refusals) count(code);
    }
    for (const { closeCode } of tabs) if (closeCode !== null) count(`closed ${closeCode}`);
  }
}

/** Play a scenario on the real service and judge it. */
export async function play(
  scenario: Scenario,
  makeStore: (clock: ReturnType<typeof manualClock>) => Store,
): Promise<Verdict> {
  const clock = manualClock();
  const store = makeStore(clock);
  const world = await createWorld(scenario, clock, store);
  const control = createControl(world);
  const problems: string[] = [];
  const counts = new Map<string, number>();
  const count = (what: string, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by);
  try {
    await control.step();
    for (const [index, guest] of world.guests.entries())
      if (scenario.interviews[index]?.isStarted)
        await createGoodCandidate(world, guest).give({ type: 'interview.start', consent: true });
    for (const [index, op] of scenario.ops.entries()) {
      await perform(world, op);
      count(op.do === 'fault' ? op.fault : op.do);
      if (!op.isRushed) await world.settle();
      if (world.node.isDead) await world.ensureAlive();
      if (index % CONTROL_EVERY_OPS === 0) await control.step();
    }
    await letSettle(world);
    countHearsay(world, count);
    for (const guest of world.guests) problems.push(...(await compareCaches(world, guest)));
    for (const guest of world.guests) await finishGuest(world, guest);
    await control.finish();
    await turns(2);
  } catch (error) {
    problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  for (const [index, { heard, accommodations }] of [...world.guests, world.control].entries()) {
    const { records = [] } = (await store.journal.load(heard.id)) ?? {};
    const judged = judgeInterview(heard, records, accommodations, world.moody.valid);
    const name = index === world.guests.length ? 'control' : `interview ${index}`;
    problems.push(...judged.problems.map((problem) => `${name}: ${problem}`));
    if (judged.positions.at(-1)?.phase !== 'COMPLETE') problems.push(`${name}: not complete`);
    if (name === 'control') continue;
    for (const { event, facts } of records) {
      count(event.type);
      for (const fact of facts) count(fact.type);
    }
  }
  for (const mood of world.moody.moodsSeen) count(`evaluator ${mood}`);
  judgeLogs(world, (problem) => problems.push(problem));
  const story = storyOf((await store.journal.load(world.control.heard.id))?.records ?? []);
  for (const node of world.nodes) await node.dispose();
  await store.journal.close();
  return { problems: [...new Set(problems)], counts, control: story };
}
