import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createDowntime } from '../../src/downtime.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { ask, listener, look, world } from '../support/actors.ts';
import { manualClock } from '../support/clock.ts';
import { neverDown } from '../support/downtime.ts';
import { published, smallPlan } from '../support/plans.ts';

// What the host notices of a candidate while something else is under way: a slow write, a failing one, a review.

const SECOND = 1_000;

/** An interview that was started, on a journal that can be made slow or made to fail. */
async function started() {
  const clock = manualClock();
  const memory = createMemoryJournal({ now: clock.now });
  let isFailing = false;
  let wait: Promise<void> | null = null;
  let onWaiting = () => {};
  const slow = async () => {
    onWaiting();
    await wait;
    if (isFailing) throw new Error('the store is down');
  };
  const journal: Journal = {
    ...memory,
    append: (entry) => slow().then(() => memory.append(entry)),
    release: (...args) => slow().then(() => memory.release(...args)),
  };
  const plan = smallPlan(2);
  const limits = { ...plan.limits, disconnectedMinutes: 5 };
  const downtime = { ...neverDown, servingSince: clock.now() };
  const w = world({ clock, journal, downtime, published: published({ ...plan, limits }) });
  const id = await w.create();
  const actor = await w.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  await ask(actor, { type: 'interview.start', consent: true });
  return {
    ...w,
    id,
    actor,
    candidate,
    /** Since the start: what, and when. */
    records: async () => ((await journal.load(id))?.records ?? []).slice(2).map(({ event, at }) => [event.type, at]),
    setFailing(value: boolean) {
      isFailing = value;
    },
    /** From now on writes wait; `reached` resolves with the first of them. */
    holdBack() {
      let letGo = () => {};
      wait = new Promise((resolve) => {
        letGo = () => {
          wait = null;
          resolve();
        };
      });
      const reached = new Promise<void>((resolve) => {
        onWaiting = resolve;
      });
      return { reached, letGo };
    },
  };
}

test('[W6] a candidate who was connected when the store failed was not away before', async () => {
  const { actor, clock, setFailing, open, id, records } = await started();
  const fail = async () => {
    setFailing(true);
    const told = await ask(await open(id), { type: 'prompt.skip', promptId: prompt?.id ?? '' });
    expect(told).toMatchObject({ ok: false, problem: { code: 'STORE_UNAVAILABLE' } });
    setFailing(false);
  };
  clock.advance(30 * SECOND);
  const { prompt } = await look(actor);
  await fail();
  clock.advance(5 * SECOND);
  const { view } = await (await open(id)).attach(listener());
  expect(view.prompt?.deadlineAt).toBe(prompt?.deadlineAt);
  expect(await records()).toEqual([]);
  // Who does not come back has been away since then.
  clock.advance(20 * SECOND);
  await fail();
  const lostAt = clock.now();
  const later = await open(id);
  clock.advance(10 * SECOND);
  await look(later);
  expect(await records()).toEqual([['candidate.left', lostAt]]);
});

test('[S20] who arrives while the store fails is sent to find the interview again, and not away', async () => {
  const { actor, clock, open, setFailing, id } = await started();
  const { prompt } = await look(actor);
  clock.jump(Number(prompt?.deadlineAt));
  setFailing(true);
  const arriving = listener();
  await actor.attach(arriving);
  expect(arriving.ended).toEqual(['STORE_UNAVAILABLE']);
  setFailing(false);
  const again = listener();
  const { view } = await (await open(id)).attach(again);
  expect(again.ended).toEqual([]);
  expect(view.prompt?.id).not.toBe(prompt?.id);
});

test('[N1] who arrives while another node takes the interview over finds it there, or is superseded there', async () => {
  for (const [heldFor, ended] of [
    ['operator', ['TRY_LATER']],
    ['candidate', ['SUPERSEDED', 'TRY_LATER']],
  ] as const) {
    const { actor, clock, holdBack, id } = await started();
    const { prompt } = await look(actor);
    clock.jump(Number(prompt?.deadlineAt));
    const { reached, letGo } = holdBack();
    const arriving = listener();
    const watching = listener('reviewer');
    const attached = actor.attach(arriving);
    const watched = actor.attach(watching);
    await reached;
    actor.see({ id, epoch: actor.epoch + 1, headSeq: 9, heldFor, owner: 'other', isErased: false });
    letGo();
    await Promise.all([attached, watched]);
    expect([...arriving.ended, ...watching.ended]).toEqual([ended[0], 'TRY_LATER']);
  }
});

test('[W6] an older tab that goes while a newer one arrives is nobody who goes', async () => {
  const { actor, candidate, clock, holdBack, records } = await started();
  const { prompt } = await look(actor);
  // A deadline that has passed is written first, and that takes its time.
  clock.jump(Number(prompt?.deadlineAt));
  const { reached, letGo } = holdBack();
  const arriving = actor.attach(listener());
  await reached;
  actor.detach(candidate.id);
  letGo();
  const { view } = await arriving;
  clock.advance(15 * SECOND);
  await look(actor);
  expect((await records()).map(([type]) => type)).toEqual(['xstate.done.actor.prompt']);
  const answer = { type: 'answer.submit', promptId: view.prompt?.id ?? '', text: 'Here I am.' } as const;
  expect(await ask(actor, answer)).toMatchObject({ ok: true });
});

test('[G6] a review takes nothing from the absence in which it comes', async () => {
  const { actor, candidate, clock, records } = await started();
  clock.advance(5 * SECOND);
  const goneAt = clock.now();
  actor.detach(candidate.id);
  clock.advance(8 * SECOND);
  await actor.annotate(randomUUID(), { type: 'review.added', decision: 'wait', reason: 'too early' }, 'reviewer');
  expect(await records()).toEqual([
    ['candidate.left', goneAt],
    ['review.added', goneAt + 8 * SECOND],
  ]);
});

test('[R6] what is due while an interview leaves memory is written in its turn', async () => {
  const { actor, candidate, clock, actors, holdBack, records, problems } = await started();
  const { prompt } = await look(actor);
  clock.jump(Number(prompt?.deadlineAt) - SECOND);
  actor.detach(candidate.id);
  const { reached, letGo } = holdBack();
  const drained = actors.drain();
  await reached;
  clock.advance(SECOND);
  await nextTurn();
  letGo();
  await drained;
  expect(problems).toEqual([]);
  expect((await records()).map(([type]) => type)).toContain('candidate.left');
});

test('[R6] a connection that goes while its interview leaves memory leaves no timer behind', async () => {
  const { actor, candidate, clock, actors, holdBack } = await started();
  const { reached, letGo } = holdBack();
  const drained = actors.drain();
  await reached;
  actor.detach(candidate.id);
  letGo();
  await drained;
  expect(clock.waitingCount).toBe(0);
});

test('[R6] connections end although the store does not take the last of their interview', async () => {
  const { candidate, actors, setFailing } = await started();
  setFailing(true);
  await actors.drain();
  expect(candidate.ended).toEqual(['RESTARTING']);
});

test('[W5] a service that has stopped gives no more signs of life', async () => {
  const clock = manualClock();
  const journal = createMemoryJournal({ now: clock.now });
  const downtime = createDowntime({ journal, clock, onOutage() {}, onError() {} });
  await downtime.start();
  clock.advance(3 * SECOND);
  // One is under way.
  await downtime.stop();
  await nextTurn();
  expect(clock.waitingCount).toBe(0);
});
