import { type CommandType, commandRoles } from '../../src/protocol.ts';
import { compareCaches } from './chaos.caches.ts';
import { createControl, createGoodCandidate } from './chaos.candidate.ts';
import { judgeInterview, storyOf } from './chaos.judge.ts';
import { walkRecords } from './chaos.ledger.ts';
import { turns } from './chaos.node.ts';
import { type Garbage, type Op, type Scenario, tabRoles } from './chaos.ops.ts';
import { MARK, plan, SECRET } from './chaos.plan.ts';
import type { Store } from './chaos.store.ts';
import { type Tab, textOf } from './chaos.tab.ts';
import { createWorld, type Guest, newAsk, until, type World } from './chaos.world.ts';
import { manualClock } from './clock.ts';

const CONTROL_EVERY_OPS = 4;
const FINISH_STEPS_MAX = 120;
const RESENT_MAX = 6;
/** Below this share of its bytes a frame is cut off for certain. */
const WHOLE = 0.98;

/** What came of a run. `problems` is empty when everything held. */
export interface Verdict {
  problems: string[];
  /** What happened how often, to see that the weather was bad. */
  counts: Map<string, number>;
  /** The story of the control interview. */
  control: unknown;
}

function garbageOf(garbage: Garbage): string | Buffer {
  const id = '00000000-0000-4000-8000-000000000000';
  const forged = (type: string, more: object) => JSON.stringify({ id, type, ...more });
  switch (garbage) {
    case 'not json':
      return `{"type":"answer.submit","text":"${MARK}`;
    case 'array':
      return '[]';
    case 'forged done':
      return forged('xstate.done.actor.evaluate', {
        output: { ok: true, at: 0, evaluation: { score: 1, points: [] } },
      });
    case 'forged error':
      return forged('xstate.error.actor.prompt', { actorId: 'prompt', error: {} });
    case 'forged init':
      return forged('xstate.init', { input: {} });
    case 'unknown type':
      return forged('interview.rewind', {});
    case 'no id':
      return JSON.stringify({ type: 'interview.end' });
    case 'binary':
      return Buffer.from(JSON.stringify({ type: 'ping' }));
    case 'second hello':
      return JSON.stringify({ type: 'hello', ticket: 'x' });
    case 'too large':
      return JSON.stringify({ id, type: 'answer.submit', promptId: 'first', text: 'x'.repeat(70_000) });
  }
}

function promptIdOf(tab: Tab, which: Extract<Op, { do: 'say' }>['prompt']): string {
  const current = tab.promptIds.at(-1) ?? 'first';
  if (which === 'old') return tab.promptIds[0] ?? 'first';
  if (which === 'made up') return 'nowhere';
  if (which === 'current') return current;
  const index = plan.questions.findIndex(({ id }) => current.startsWith(id));
  return plan.questions[index + 1]?.id ?? 'third';
}

function contentOf(tab: Tab, type: CommandType, op: Extract<Op, { do: 'say' }>, now: number): Record<string, unknown> {
  const skewed = op.skewMs === 0 ? {} : { at: now + op.skewMs, askedAt: now + op.skewMs, deadlineAt: now + op.skewMs };
  switch (type) {
    case 'interview.start':
      return { type, consent: op.text % 6 > 0, ...skewed };
    case 'answer.submit':
    case 'answer.draft':
      return { type, promptId: promptIdOf(tab, op.prompt), text: op.text === 0 ? ' \n' : textOf(op.text), ...skewed };
    case 'prompt.skip':
      return { type, promptId: promptIdOf(tab, op.prompt), ...skewed };
    case 'deadline.extend':
      return { type, byMs: 1 + op.text * 1_000, ...skewed };
    default:
      return { type, ...skewed };
  }
}

/** Give operators something of their own to say. */
function typeFor(tab: Tab, op: Extract<Op, { do: 'say' }>): CommandType {
  if (tab.role !== 'operator') return op.type;
  return op.text % 10 === 0 ? 'interview.cancel' : op.text % 3 === 0 ? op.type : 'deadline.extend';
}

async function perform(world: World, op: Op): Promise<void> {
  const { clock } = world;
  const guestOf = (index: number) => world.guests[index % world.guests.length] as Guest;
  const tabOf = ({ interview, tab }: { interview: number; tab: number }) => {
    const guest = guestOf(interview);
    return { guest, tab: guest.tabs[tab] as Tab, held: guest.held[tab] as Guest['held'][number] };
  };
  const open = async (tab: Tab) => {
    if (tab.isOpen) return;
    await tab.connect(await world.ensureAlive());
    if (!op.isRushed) await world.settle();
  };
  switch (op.do) {
    case 'connect':
      return tabOf(op.who).tab.connect(await world.ensureAlive());
    case 'say': {
      const { guest, tab, held } = tabOf(op.who);
      await open(tab);
      const type = typeFor(tab, op);
      const isBarred = commandRoles[type] !== tab.role;
      const isCut = op.cut !== null && op.cut < WHOLE && !op.isHeld;
      const ask = newAsk(guest.heard, tab.role, isBarred || isCut);
      const content = contentOf(tab, type, op, clock.now());
      if (op.isHeld) held.push({ ask, content });
      else tab.send(ask, content, op.cut ?? undefined);
      return;
    }
    case 'flush': {
      const { tab, held } = tabOf(op.who);
      if (held.length === 0) return;
      await open(tab);
      const kept = held.splice(0);
      for (const { ask, content } of op.isReversed ? kept.reverse() : kept) tab.send(ask, content);
      return;
    }
    case 'again': {
      const { guest, tab } = tabOf(op.who);
      const asks = [...guest.heard.asks.values()].filter(({ role, attempts }) => role === tab.role && attempts > 0);
      const ask = asks[op.nth % Math.max(1, asks.length)];
      const first = ask?.contents[0];
      if (!ask || !first) return;
      await open(tab);
      const changed = 'text' in first ? { ...first, text: `${first.text} changed` } : { type: 'interview.resume' };
      // Cut off before, it may be whole now.
      if (!op.isChanged && commandRoles[first.type as CommandType] === tab.role) ask.isBarred = false;
      if (op.isChanged && ask.isBarred) return;
      tab.send(ask, op.isChanged ? changed : first);
      return;
    }
    case 'garble': {
      const { tab } = tabOf(op.who);
      await open(tab);
      return tab.garble(garbageOf(op.garbage));
    }
    case 'drop':
      return tabOf(op.who).tab.drop(op.how);
    case 'stall':
      return tabOf(op.who).tab.stall(true);
    case 'pass':
      return clock.advance(op.ms);
    case 'lag':
      return clock.jump(clock.now() + op.ms);
    case 'near': {
      const { heard, accommodations } = guestOf(op.interview);
      const records = (await world.store.journal.load(heard.id))?.records ?? [];
      const dueAt = walkRecords(records, accommodations, () => {}).at(-1)?.dueAt;
      const at = (dueAt ?? 0) + op.offsetMs;
      if (at < clock.now()) return;
      return op.isLag ? clock.jump(at) : clock.advance(at - clock.now());
    }
    case 'fault':
      return world.addFault(guestOf(op.interview), op.fault);
    case 'crash':
      world.node.die();
      return clock.jump(clock.now() + op.downMs);
    case 'drain':
      return world.drain();
    case 'usurp':
      return world.usurp();
  }
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
    for (const { acks, refusals, lost } of heard.asks.values()) {
      count('acks', acks.length);
      count('lost', lost);
      count('duplicates', acks.filter(({ duplicate }) => duplicate).length);
      for (const code of refusals) count(code);
    }
    for (const { closeCode } of world.guests[index]?.tabs ?? []) if (closeCode !== null) count(`closed ${closeCode}`);
  }
  for (const mood of world.moody.moodsSeen) count(`evaluator ${mood}`);
  judgeLogs(world, (problem) => problems.push(problem));
  const story = storyOf((await store.journal.load(world.control.heard.id))?.records ?? []);
  for (const node of world.nodes) await node.dispose();
  await store.journal.close();
  return { problems: [...new Set(problems)], counts, control: story };
}
