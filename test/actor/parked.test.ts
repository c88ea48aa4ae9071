import { expect, test } from 'vitest';
import { readHead } from '../../src/journal/head.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { ask, listener, world } from '../support/actors.ts';
import { park } from '../support/parked.ts';
import { rule } from '../support/rules.ts';
import { SWEEP_MS, sweptClock } from '../support/sweeps.ts';

test(rule('R21'), async () => {
  const { clock, finishSweep } = sweptClock();
  const inner = createMemoryJournal({ now: clock.now });
  const loadedIds: string[] = [];
  const claimedIds: string[] = [];
  const journal: typeof inner = {
    ...inner,
    load(id, ...more) {
      loadedIds.push(id);
      return inner.load(id, ...more);
    },
    claim(id, ...more) {
      claimedIds.push(id);
      return inner.claim(id, ...more);
    },
  };
  // Room for one only: a parked interview takes none.
  const w = world({ clock, journal, limits: { sweepMs: SWEEP_MS, leaseMs: 500, liveMax: 1 } });
  const parkedIds: string[] = [];
  for (let made = 0; made < 250; made += 1) {
    const id = await w.create();
    await park(inner, id, undefined, clock.now());
    parkedIds.push(id);
  }
  clock.advance(1);
  const soundIds = [await w.create(), await w.create()];
  clock.advance(w.published.plan.limits.invitationDays * 86_400_000);
  await finishSweep(() => w.actors.start());
  for (const id of soundIds) expect((await inner.load(id))?.head.state).toBe('COMPLETE');
  const triedIds = new Set(loadedIds);
  expect(parkedIds.filter((id) => !triedIds.has(id))).toEqual([]);

  const startedAt = clock.now();
  while (clock.now() < startedAt + 7_200_000) await finishSweep(() => clock.advance(SWEEP_MS));
  const [parked = ''] = parkedIds;
  const triedCount = loadedIds.filter((id) => id === parked).length;
  expect(triedCount).toBeGreaterThan(7);
  expect(triedCount).toBeLessThan(15);
  expect(new Set(claimedIds)).toEqual(new Set(soundIds));
}, 60_000);

test('[R20] an interview that a newer build takes over is let go of, and waits', async () => {
  const w = world();
  const id = await w.create();
  const actor = await w.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  await ask(actor, { type: 'interview.start' });
  await park(w.journal, id);
  const before = await w.journal.load(id);
  expect(await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'too late' })).toMatchObject({ ok: false });
  expect(candidate.ended).toEqual(['RESTARTING']);
  await expect(w.actors.open(id)).rejects.toMatchObject({ code: 'VERSION_PARKED' });
  await expect(readHead(w.journal, id)).rejects.toMatchObject({ code: 'VERSION_PARKED' });
  expect(await w.journal.load(id)).toEqual(before);
});
