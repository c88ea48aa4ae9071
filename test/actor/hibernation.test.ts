import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { createSqliteJournal } from '../../src/journal/sqlite.ts';
import { seededRandom } from '../../src/simulation/random.ts';
import { ask, listener, look, type World, world } from '../support/actors.ts';
import { build, command } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { type Acknowledged, audit, inParallel, turnUntil, visit } from '../support/crowd.ts';
import { published, smallPlan } from '../support/plans.ts';
import { takeSeed } from '../support/random.ts';
import { SWEEP_MS, sweptClock } from '../support/sweeps.ts';

// Rules R5, R8–R13 and R15: PROTOCOL.md.

const QUESTION_MS = 60_000;
async function createMany(w: World, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) ids.push(await w.create());
  return ids;
}

function sqliteJournal(now: () => number): Journal {
  const folder = mkdtempSync(join(tmpdir(), 'viva-hibernation-'));
  const journal = createSqliteJournal({ path: join(folder, 'viva.db'), now });
  onTestFinished(async () => {
    await journal.close();
    rmSync(folder, { recursive: true });
  });
  return journal;
}

const crowds: { engine: string; make(now: () => number): Journal; count: number; liveMax: number }[] = [
  { engine: 'memory', make: (now) => createMemoryJournal({ now }), count: 5_000, liveMax: 50 },
  { engine: 'sqlite', make: sqliteJournal, count: 500, liveMax: 20 },
];

test.each(crowds)(
  '[R8] [R12] $count open interviews share room for $liveMax on $engine',
  async (crowd) => {
    const { engine, make, count, liveMax } = crowd;
    const random = seededRandom(takeSeed(`hibernation on ${engine}`));
    const { clock, finishSweep } = sweptClock();
    const limits = { liveMax, sweepMs: SWEEP_MS, leaseMs: 500 };
    const w = world({ clock, journal: make(clock.now), published: published(smallPlan(20)), limits });
    const ids = await createMany(w, count);
    const acknowledgedById = new Map<string, Acknowledged[]>(ids.map((id) => [id, []]));
    const visitedIds = [...ids, ...Array.from({ length: 2 * count }, () => ids[Math.floor(random() * count)] ?? '')];
    let highest = 0;
    const measure = () => {
      highest = Math.max(highest, w.actors.liveCount);
    };
    await inParallel(visitedIds, liveMax, async (id) => {
      acknowledgedById.get(id)?.push(...(await visit(w, id, random)));
      measure();
    });
    // The time of every question runs out while nearly all of them sleep.
    clock.advance(QUESTION_MS);
    await finishSweep(() => w.actors.start(), measure);
    expect(highest).toBe(liveMax);
    await w.actors.drain();
    expect(w.actors.liveCount).toBe(0);
    for (const id of ids) {
      const records = await audit(w.journal, w.published, id, acknowledgedById.get(id) ?? []);
      const ended = records.filter(({ at, event }) => at === clock.now() && event.actorId === 'prompt');
      expect(ended).toMatchObject([{ by: 'service' }]);
      expect(records.at(-1)?.state).not.toBe('COMPLETE');
    }
    expect([...acknowledgedById.values()].flat().length).toBeGreaterThan(count);
    expect(w.problems).toEqual([]);
  },
  120_000,
);

test('[R8] the least recently used idle interview leaves first', async () => {
  const w = world({ limits: { liveMax: 3 } });
  const [a, b, c, d] = (await createMany(w, 4)) as [string, string, string, string];
  for (const id of [a, b, c, a, d]) {
    w.clock.advance(1);
    await w.open(id);
  }
  const epochs: number[] = [];
  for (const id of [a, c, b]) epochs.push((await w.open(id)).epoch);
  expect(epochs).toEqual([1, 1, 2]);
});

test('[R8] what was asked for this instant stays until it has been used', async () => {
  const w = world({ limits: { liveMax: 2 } });
  const [a, b, c] = (await createMany(w, 3)) as [string, string, string];
  await w.open(a);
  w.clock.advance(1);
  await w.open(b);
  await new Promise((resolve) => setImmediate(resolve));
  // The oldest is wanted again, and in the same moment its room.
  const results = await Promise.all(
    [a, c].map((id) => w.open(id).then((actor) => ask(actor, { type: 'interview.start' }))),
  );
  expect(results).toMatchObject([{ ok: true }, { ok: true }]);
  expect(w.actors.liveCount).toBe(2);
});

test('[R8] the room of one that leaves is free when its release is stored, not before', async () => {
  const clock = manualClock();
  const inner = createMemoryJournal({ now: clock.now });
  const stored = Promise.withResolvers<void>();
  const release: Journal['release'] = (...of) => stored.promise.then(() => inner.release(...of));
  const w = world({ clock, journal: { ...inner, release }, limits: { liveMax: 1 } });
  const [a, b] = (await createMany(w, 2)) as [string, string];
  await w.open(a);
  const opened: string[] = [];
  const opening = w.open(b).then(({ id }) => opened.push(id));
  let turns = 0;
  await turnUntil(() => {
    turns += 1;
    return turns > 20;
  });
  expect([opened, w.actors.liveCount]).toEqual([[], 1]);
  stored.resolve();
  await opening;
  expect([opened, w.actors.liveCount]).toEqual([[b], 1]);
});

test('[R9] while all are in use, one more is asked to try later, and gets in when one is idle', async () => {
  const w = world({ limits: { liveMax: 2 } });
  const ids = [await w.create(), await w.create(), await w.create()];
  const [first, second, third] = ids as [string, string, string];
  const watched = await w.open(first);
  const viewer = listener('reviewer');
  await watched.attach(viewer);
  await (await w.open(second)).attach(listener());
  await expect(w.open(third)).rejects.toMatchObject({ code: 'TRY_LATER' });
  expect(w.actors.liveCount).toBe(2);
  watched.detach(viewer.id);
  expect(await look(await w.open(third))).toMatchObject({ state: 'IDLE' });
  expect(w.actors.liveCount).toBe(2);
});

test('[R9] a connection for which there is no room is closed with 1013', async () => {
  const app = await build({ actors: { liveMax: 1 } });
  const [first, second] = [await app.create(), await app.create()];
  await app.enter(first.id, first.candidateToken);
  const refused = app.open(second.id);
  refused.send({ type: 'hello', ticket: await app.ticket(second.id, second.candidateToken) });
  expect(await refused.next('error')).toMatchObject({ problem: { code: 'TRY_LATER' } });
  expect(await refused.closed).toMatchObject({ code: 1013 });
});

test('[R10] an interview with a connection stays in memory, and its deadline comes to the moment', async () => {
  const w = world({ limits: { liveMax: 2, hibernateAfterMs: 1_000, sweepMs: 10_000 } });
  const id = await w.create();
  const actor = await w.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  await ask(actor, { type: 'interview.start' });
  w.actors.start();
  for (let other = 0; other < 20; other += 1) {
    w.clock.advance(1_000);
    expect(await look(await w.open(await w.create()))).toMatchObject({ state: 'IDLE' });
  }
  w.clock.advance(QUESTION_MS - 20_000 - 1);
  expect(await look(actor)).toMatchObject({ prompt: { id: 'q1' } });
  w.clock.advance(1);
  expect(await candidate.until(({ prompt }) => prompt?.id === 'q2')).toMatchObject({ state: 'QUESTIONING' });
  expect(candidate.ended).toEqual([]);
});

test('[R5] a candidate who comes back to an interview that has slept has missed nothing', async () => {
  const app = await build({ actors: { liveMax: 1 } });
  const [mine, other] = [await app.create(), await app.create()];
  const before = await app.enter(mine.id, mine.candidateToken);
  before.send(command('interview.start'));
  const promptId = (await before.next('view')).view.prompt?.id;
  before.send(command('answer.draft', { promptId, text: 'half a thought' }));
  const { seq } = await before.next('ack');
  const seen = await before.next('view');
  before.ws.close();
  await before.closed;
  // The only place is taken by another, so mine has left memory.
  const visitor = await app.enter(other.id, other.candidateToken);
  visitor.ws.close();
  await visitor.closed;
  const { welcome } = await app.enter(mine.id, mine.candidateToken, seq);
  // That the candidate was away is on record, and no news to them.
  expect(welcome).toMatchObject({ seq: seq + 2, resumed: true, epoch: 2 });
  expect({ ...welcome.view, serverTime: 0 }).toEqual({ ...seen.view, serverTime: 0 });
});

/** A journal in which some interviews cannot be claimed; it tells how often somebody tried. */
function breaking(inner: Journal, brokenIds: Set<string>): { journal: Journal; triedIds: string[] } {
  const triedIds: string[] = [];
  const claim: Journal['claim'] = async (id, ...more) => {
    if (!brokenIds.has(id)) return inner.claim(id, ...more);
    triedIds.push(id);
    throw new Error('scripted: this interview cannot be opened');
  };
  return { journal: { ...inner, claim }, triedIds };
}

test('[R11] overdue interviews that cannot be opened hold up no other one, and are tried less and less often', async () => {
  const { clock, finishSweep } = sweptClock();
  const brokenIds = new Set<string>();
  const { journal, triedIds } = breaking(createMemoryJournal({ now: clock.now }), brokenIds);
  const w = world({ clock, journal, limits: { sweepMs: SWEEP_MS, leaseMs: 500, liveMax: 10 } });
  const stateOf = async (id: string) => (await journal.load(id))?.head.state;
  for (const id of await createMany(w, 250)) brokenIds.add(id);
  clock.advance(1);
  const [sound = ''] = await createMany(w, 1);
  clock.advance(1);
  const [later = ''] = await createMany(w, 1);
  clock.advance(w.published.plan.limits.invitationDays * 86_400_000 - 1);
  await finishSweep(() => w.actors.start());
  expect(new Set(triedIds)).toEqual(brokenIds);
  expect([await stateOf(sound), await stateOf(later)]).toEqual(['COMPLETE', 'IDLE']);
  // The broken ones are put off now, and still the most overdue: the next sweep has to look past them.
  await finishSweep(() => clock.advance(SWEEP_MS));
  expect(await stateOf(later)).toBe('COMPLETE');

  const startedAt = clock.now();
  while (clock.now() < startedAt + 7_200_000) await finishSweep(() => clock.advance(SWEEP_MS));
  const [broken = ''] = brokenIds;
  const triedCount = triedIds.filter((id) => id === broken).length;
  expect(triedCount).toBeGreaterThan(7);
  expect(triedCount).toBeLessThan(15);
  expect(w.problems).toHaveLength(triedIds.length);
  brokenIds.clear();
  clock.jump(clock.now() + 3_600_000);
  await finishSweep(() => clock.advance(SWEEP_MS));
  expect(await stateOf(broken)).toBe('COMPLETE');
}, 60_000);

test('[R15] overdue interviews are opened several at a time, and not too many', async () => {
  const { clock, finishSweep } = sweptClock();
  const inner = createMemoryJournal({ now: clock.now });
  const underWay = new Set<string>();
  let highest = 0;
  const claim: Journal['claim'] = async (id, ...more) => {
    underWay.add(id);
    highest = Math.max(highest, underWay.size);
    await new Promise((resolve) => setImmediate(resolve));
    underWay.delete(id);
    return inner.claim(id, ...more);
  };
  const w = world({ clock, journal: { ...inner, claim }, limits: { sweepMs: SWEEP_MS, leaseMs: 500 } });
  const ids = await createMany(w, 100);
  clock.advance(w.published.plan.limits.invitationDays * 86_400_000);
  await finishSweep(() => w.actors.start());
  expect(highest).toBe(32);
  for (const id of ids) expect((await w.journal.load(id))?.head.state).toBe('COMPLETE');
});

test('[R13] starting brings and arms nothing that is not overdue, however much is stored', async () => {
  const { clock, finishSweep } = sweptClock();
  const claimedIds: string[] = [];
  const inner = createMemoryJournal({ now: clock.now });
  const claim: Journal['claim'] = (id, ...more) => {
    claimedIds.push(id);
    return inner.claim(id, ...more);
  };
  const w = world({ clock, journal: { ...inner, claim }, limits: { sweepMs: SWEEP_MS } });
  await createMany(w, 10_000);
  expect(clock.waitingCount).toBe(0);
  await finishSweep(() => w.actors.start());
  // The next sweep.
  expect(clock.waitingCount).toBe(1);
  expect(claimedIds).toEqual([]);
  expect(w.actors.liveCount).toBe(0);
});
