import { expect, test } from 'vitest';
import { createDowntime } from '../../src/downtime.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import type { ReviewerView } from '../../src/protocol.ts';
import { ask, listener, look, type WorldOptions, world } from '../support/actors.ts';
import { manualClock } from '../support/clock.ts';
import { published, smallPlan } from '../support/plans.ts';

// Rules W5 to W8: what the host notices of connections and of its own downtimes.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** One question of two minutes; `disconnectedMinutes` as a plan says it. */
const planWith = (limits: object = {}) => {
  const plan = smallPlan(2);
  return published({ ...plan, limits: { ...plan.limits, ...limits } });
};

/** A world whose service knows when it was down. */
async function serving(options: WorldOptions = {}) {
  const clock = options.clock ?? manualClock();
  const journal = options.journal ?? createMemoryJournal({ now: clock.now });
  const errors: unknown[] = [];
  const downtime = createDowntime({
    journal,
    clock,
    onOutage: () => w.actors.catchUp(),
    onError: (error) => errors.push(error),
  });
  const w = world({ published: planWith(), ...options, clock, journal, downtime });
  await downtime.start();
  return { ...w, downtime, errors };
}

async function typesOf(journal: Journal, id: string): Promise<string[]> {
  return ((await journal.load(id))?.records ?? []).map(({ event }) => event.type);
}

async function started(options: WorldOptions = {}) {
  const w = await serving(options);
  const id = await w.create();
  const actor = await w.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  await ask(actor, { type: 'interview.start', consent: true });
  const beat = async (ms: number) => {
    // The signs of life go on meanwhile.
    for (let passed = 0; passed < ms; passed += SECOND) {
      w.clock.advance(SECOND);
      await look(actor);
    }
  };
  return { ...w, id, actor, candidate, beat };
}

test('[W6] a reconnect in time leaves no record', async () => {
  const { actor, candidate, beat, journal, id } = await started();
  actor.detach(candidate.id);
  await beat(9 * SECOND);
  await actor.attach(listener());
  await beat(MINUTE / 2);
  expect(await typesOf(journal, id)).toEqual(['interview.created', 'interview.start']);
});

test('[W6] a candidate who stays away is on record from the moment in which the connection was gone', async () => {
  const { actor, candidate, beat, journal, id, clock } = await started();
  await beat(5 * SECOND);
  const goneAt = clock.now();
  actor.detach(candidate.id);
  await beat(11 * SECOND);
  await actor.attach(listener());
  const records = (await journal.load(id))?.records ?? [];
  expect(records.slice(2).map(({ event, at, by }) => [event.type, at, by])).toEqual([
    ['candidate.left', goneAt, 'service'],
    ['candidate.joined', goneAt + 11 * SECOND, 'service'],
  ]);
});

test('[W6] whatever happens while the candidate is away comes after a record of that', async () => {
  const { actor, candidate, journal, id } = await started();
  actor.detach(candidate.id);
  await ask(actor, { type: 'deadline.extend', byMs: SECOND }, 'operator');
  expect((await typesOf(journal, id)).slice(2)).toEqual(['candidate.left', 'deadline.extend']);
});

test('[W6] who left just before a downtime was away before it, and the downtime costs them nothing', async () => {
  const { actor, candidate, beat, journal, id, clock } = await started({
    published: planWith({ disconnectedMinutes: 5 }),
  });
  const { prompt } = await look(actor);
  await beat(30 * SECOND);
  const goneAt = clock.now();
  actor.detach(candidate.id);
  await beat(7 * SECOND);
  const sleptAt = clock.now();
  clock.jump(sleptAt + 60 * MINUTE);
  const { view } = await actor.attach(listener());
  const records = ((await journal.load(id))?.records ?? []).slice(2);
  expect(records.map(({ event, at }) => [event.type, at])).toEqual([
    ['candidate.left', goneAt],
    ['service.returned', clock.now()],
    ['candidate.joined', clock.now()],
  ]);
  const { timeLedger } = (await look(actor, 'reviewer')) as ReviewerView;
  const { downMs, disconnectedMs } = timeLedger;
  expect(downMs + disconnectedMs).toBe(clock.now() - goneAt);
  // Away until the last sign of life.
  expect(disconnectedMs).toBeLessThanOrEqual(sleptAt - goneAt);
  expect(view.prompt?.deadlineAt).toBe(Number(prompt?.deadlineAt) + clock.now() - goneAt);
});

test('[W6] a deadline that comes in a short absence is not the end of a time that does not count', async () => {
  const { actor, candidate, beat, journal, id } = await started({ published: planWith({ disconnectedMinutes: 1 }) });
  const { prompt } = await look(actor);
  await beat(Number(prompt?.deadlineAt) - Number(prompt?.askedAt) - 2 * SECOND);
  actor.detach(candidate.id);
  await beat(5 * SECOND);
  expect((await typesOf(journal, id)).slice(2)).toEqual(['candidate.left']);
  const { view } = await actor.attach(listener());
  expect(view.prompt?.id).toBe(prompt?.id);
  expect(Number(view.prompt?.deadlineAt) - view.serverTime).toBe(2 * SECOND);
});

test('[W6] where it counts, the deadline of somebody who is away is the deadline', async () => {
  const { actor, candidate, beat, journal, id } = await started();
  const { prompt } = await look(actor);
  actor.detach(candidate.id);
  await beat(Number(prompt?.deadlineAt) - Number(prompt?.askedAt) + SECOND);
  expect((await typesOf(journal, id)).slice(2)).toEqual(['candidate.left', 'xstate.done.actor.prompt']);
});

test('[W7] who does not come back after a crash has been away since the service is back', async () => {
  const { clock, journal, id, beat, published: plan } = await started();
  await beat(MINUTE / 2);
  clock.jump(clock.now() + 2 * SECOND);
  const next = await serving({ clock, journal, published: plan });
  const backAt = clock.now();
  const actor = await next.open(id);
  clock.advance(9 * SECOND);
  await look(actor);
  expect(await typesOf(journal, id)).toEqual(['interview.created', 'interview.start']);
  clock.advance(SECOND);
  await look(actor);
  const last = (await journal.load(id))?.records.at(-1);
  expect([last?.event.type, last?.at]).toEqual(['candidate.left', backAt]);
});

test('[W5] a downtime is given back once, whoever opens the interview next', async () => {
  const { clock, journal, id, actor, beat, downtime, published: plan } = await started();
  await beat(MINUTE / 2);
  const before = (await look(actor)).prompt;
  await downtime.stop();
  const stoppedAt = clock.now();
  clock.jump(stoppedAt + 60 * MINUTE);
  const next = await serving({ clock, journal, published: plan });
  const back = await next.open(id);
  const { view } = await back.attach(listener());
  expect(view.prompt).toMatchObject({ id: before?.id, deadlineAt: Number(before?.deadlineAt) + 60 * MINUTE });
  const records = (await journal.load(id))?.records ?? [];
  expect(records.slice(2).map(({ event, at, by }) => [event.type, at, by, event.downMs])).toEqual([
    ['service.returned', stoppedAt + 60 * MINUTE, 'service', 60 * MINUTE],
  ]);
  const again = await serving({ clock, journal, published: plan });
  await (await again.open(id)).attach(listener());
  expect((await journal.load(id))?.records).toHaveLength(3);
});

test('[W5] a restart that is no longer than a reconnect moves no deadline', async () => {
  const { clock, journal, id, actor, beat, downtime, published: plan } = await started();
  await beat(MINUTE / 2);
  const before = (await look(actor)).prompt;
  await downtime.stop();
  clock.jump(clock.now() + 9 * SECOND);
  const next = await serving({ clock, journal, published: plan });
  const { view } = await (await next.open(id)).attach(listener());
  expect(view.prompt).toEqual(before);
  expect((await journal.load(id))?.records).toHaveLength(2);
});

test('[W5] a process that slept gives the time back before any deadline or command', async () => {
  const { clock, actor, beat } = await started();
  await beat(5 * SECOND);
  const before = (await look(actor)).prompt;
  // The machine was suspended: nothing ran, then everything is due at once.
  clock.jump(clock.now() + 60 * MINUTE);
  clock.advance(0);
  const refused = await ask(actor, { type: 'interview.resume' });
  expect(refused.ok).toBe(false);
  const view = (await look(actor, 'reviewer')) as ReviewerView;
  expect(view.prompt?.id).toBe(before?.id);
  const givenMs = Number(view.prompt?.deadlineAt) - Number(before?.deadlineAt);
  // From the last sign of life, which is at most some seconds older.
  expect(givenMs).toBeGreaterThanOrEqual(60 * MINUTE);
  expect(givenMs).toBeLessThan(60 * MINUTE + 5 * SECOND);
  expect(view.timeLedger.downMs).toBe(givenMs);
});

test('[W5] an invitation that ran out in a downtime has run out', async () => {
  const w = await serving();
  const id = await w.create();
  await w.downtime.stop();
  w.clock.jump(w.clock.now() + 400 * 24 * 60 * MINUTE);
  const next = await serving({ clock: w.clock, journal: w.journal, published: w.published });
  const { view } = await (await next.open(id)).attach(listener());
  expect(view.outcome).toBe('expired');
});

test('[W5] while the store takes no signs of life, the service goes on and says so', async () => {
  const clock = manualClock();
  const memory = createMemoryJournal({ now: clock.now });
  let isDown = false;
  const journal: Journal = {
    ...memory,
    beat: async (sign) => {
      if (isDown) throw new Error('the store is down');
      return memory.beat(sign);
    },
  };
  const { actor, errors, beat } = await started({ clock, journal });
  isDown = true;
  await beat(20 * SECOND);
  expect(errors.length).toBeGreaterThan(0);
  const before = (await look(actor)).prompt?.deadlineAt;
  isDown = false;
  await beat(5 * SECOND);
  // Without a store nothing could be answered.
  expect(Number((await look(actor)).prompt?.deadlineAt) - Number(before)).toBeGreaterThan(15 * SECOND);
});

test('[M32] accommodations are changed by an operator, on the way and on record', async () => {
  const { actor, journal, id } = await started();
  const before = (await look(actor)).prompt;
  const given = { type: 'accommodation.change', timeMultiplier: 1.5, reason: 'asked for it' } as const;
  expect(await ask(actor, given, 'operator')).toMatchObject({ ok: true });
  const after = (await look(actor)).prompt;
  const ownMs = Number(before?.deadlineAt) - Number(before?.askedAt);
  expect(after?.deadlineAt).toBe(Number(before?.deadlineAt) + ownMs / 2);
  const record = (await journal.load(id))?.records.at(-1);
  expect(record).toMatchObject({
    by: 'operator',
    event: { type: 'accommodation.change', timeMultiplier: 1.5, reason: 'asked for it' },
    facts: [{ type: 'accommodation.changed', timeMultiplier: 1.5, isUntimed: false }],
  });
});
