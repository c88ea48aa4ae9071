import { expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { toOutline } from '../../src/plans/outline.ts';
import { readInterview } from '../../src/report/read.ts';
import { buildReport } from '../../src/report/report.ts';
import { replay, restore, writeSnapshot } from '../../src/restore.ts';
import { ask, listener, look, type World, world } from '../support/actors.ts';
import { manualClock } from '../support/clock.ts';
import { keywordEvaluator, scriptedEvaluator } from '../support/evaluator.ts';
import { published, smallPlan } from '../support/plans.ts';

// Rules R1–R7: PROTOCOL.md.

test('[R2] a deadline keeps its instant over a crash', async () => {
  const w = world();
  const id = await w.create();
  await ask(await w.open(id), { type: 'interview.start' });
  w.clock.advance(40_000);
  const again = w.crash();
  const candidate = listener();
  const actor = await again.open(id);
  await actor.attach(candidate);
  again.clock.advance(19_999);
  expect(await look(actor)).toMatchObject({ prompt: { id: 'q1' } });
  again.clock.advance(1);
  expect(await candidate.until((view) => view.prompt?.id === 'q2')).toMatchObject({ state: 'QUESTIONING' });
});

test('[R2] a deadline that passed while the service was down fires at once, with the draft', async () => {
  const w = world();
  const id = await w.create();
  const first = await w.open(id);
  await ask(first, { type: 'interview.start' });
  await ask(first, { type: 'answer.draft', promptId: 'q1', text: 'alpha beta' });
  w.clock.jump(w.clock.now() + 600_000);
  const actor = await w.crash().open(id);
  const reviewer = listener('reviewer');
  await actor.attach(reviewer);
  const view = await reviewer.until((seen) => seen.prompt?.id === 'q2');
  const entries = view.role === 'reviewer' ? view.transcript.entries : [];
  expect(entries[0]?.answer).toMatchObject({ text: 'alpha beta', from: 'draft' });
});

test('[R3] an evaluation interrupted by a crash is asked again with its key and counts once', async () => {
  const { evaluator, next, calls } = scriptedEvaluator();
  const w = world({ evaluator });
  const id = await w.create();
  const first = await w.open(id);
  await ask(first, { type: 'interview.start' });
  await ask(first, { type: 'answer.submit', promptId: 'q1', text: 'alpha beta' });
  const before = await next();
  const actor = await w.crash().open(id);
  const candidate = listener();
  await actor.attach(candidate);
  const after = await next();
  expect(after.key).toBe(before.key);
  expect(after.request).toEqual(before.request);
  for (const call of calls) call.reply(await keywordEvaluator(call.request, call));
  expect(await candidate.until((view) => view.prompt?.id === 'q2')).toBeTruthy();
  const { records } = (await w.journal.load(id)) ?? { records: [] };
  const results = records.filter(({ facts }) => facts.some(({ type }) => type === 'evaluation.done'));
  expect(results).toHaveLength(1);
});

test('[R4] [R24] snapshot and replay agree, no words are in a snapshot, and a foreign snapshot is not guessed at', async () => {
  const w = world({ limits: { snapshotEvery: 4 } });
  const id = await w.create();
  const actor = await w.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  await ask(actor, { type: 'interview.start' });
  for (const text of ['a', 'al', 'alp', 'alph', 'alpha'])
    await ask(actor, { type: 'answer.draft', promptId: 'q1', text });
  await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha' });
  await candidate.until(({ state }) => state === 'FOLLOW_UP');
  const claimed = await w.journal.claim(id, 'reader', { leaseMs: 1, force: true });
  if (!claimed || claimed === 'held') throw new Error('not claimed');
  expect(claimed.snapshot?.seq).toBeGreaterThan(3);
  const plan = toOutline(w.published);
  const all = (await w.journal.load(id))?.records ?? [];
  const replayed = replay(id, plan, all);
  const loadAll = async () => all;
  const restored = await restore(id, plan, claimed, loadAll);
  // A snapshot holds no words, so they are compared beside it.
  const project = (standing: typeof replayed) => writeSnapshot(standing).json + JSON.stringify(standing.working);
  expect(replayed.working.answers).toEqual([{ promptId: 'q1', text: 'alpha' }]);
  expect(claimed.snapshot?.json).not.toContain('alph');
  expect(project(restored)).toBe(project(replayed));
  const foreign = {
    seq: claimed.snapshot?.seq ?? 0,
    json: (claimed.snapshot?.json ?? '').replace(/"machineVersion":"[^"]*"/, '"machineVersion":"0"'),
  };
  expect(project(await restore(id, plan, { ...claimed, snapshot: foreign }, loadAll))).toBe(project(replayed));
});

test('[R4] a journal that does not replay is refused, not guessed at', async () => {
  const w = world();
  const id = await w.create();
  await ask(await w.open(id), { type: 'interview.start' });
  const all = (await w.journal.load(id))?.records ?? [];
  const plan = toOutline(w.published);
  expect(() => replay(id, plan, all.slice(1))).toThrow(/record/);
  const second = all[1];
  if (!second) throw new Error('no record');
  const forged = { ...second, event: { type: 'interview.resume', at: second.at } };
  expect(() => replay(id, plan, [all[0] as never, forged])).toThrow(/interview.resume/);
});

test('[R5] an idle interview leaves memory and comes back', async () => {
  const w = world({ limits: { hibernateAfterMs: 5_000, sweepMs: 1_000, leaseMs: 500 } });
  const id = await w.create();
  await ask(await w.open(id), { type: 'interview.start' });
  await ask(await w.open(id), { type: 'answer.draft', promptId: 'q1', text: 'alpha beta' });
  const before = await look(await w.open(id));
  w.actors.start();
  for (let second = 0; second < 8; second += 1) {
    w.clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(w.actors.liveCount).toBe(0);
  const back = await look(await w.open(id));
  expect({ ...back, serverTime: 0 }).toEqual({ ...before, serverTime: 0 });
});

test('[R5] the deadline of a sleeping interview wakes it', async () => {
  const w = world({ limits: { hibernateAfterMs: 5_000, sweepMs: 1_000, leaseMs: 500 } });
  const id = await w.create();
  await ask(await w.open(id), { type: 'interview.start' });
  w.actors.start();
  const seen = new Set<number>();
  for (let second = 0; second < 70; second += 1) {
    w.clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    seen.add(w.actors.liveCount);
  }
  expect([...seen].sort()).toEqual([0, 1]);
  const { records } = (await w.journal.load(id)) ?? { records: [] };
  expect(records.at(-1)?.facts.map(({ type }) => type)).toEqual(['prompt.passed', 'prompt.asked']);
});

test('[R6] draining stores a snapshot, releases the lease and sends connections away', async () => {
  const w = world();
  const id = await w.create();
  const actor = await w.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  const inFlight = ask(actor, { type: 'interview.start' });
  await w.actors.drain();
  expect(await inFlight).toMatchObject({ ok: true });
  expect(candidate.ended).toEqual(['RESTARTING']);
  await expect(w.actors.open(id)).rejects.toMatchObject({ code: 'RESTARTING' });
  expect(await ask(actor, { type: 'interview.end' })).toMatchObject({ ok: false, problem: { code: 'RESTARTING' } });
  const claimed = await w.journal.claim(id, 'other', { leaseMs: 1_000, force: false });
  expect(claimed).toMatchObject({ snapshot: { seq: 2 }, tail: [] });
});

/** A journal that fails exactly one append, before or after writing it. */
function failing(inner: Journal, nth: number, isWritten: boolean): Journal {
  let count = 0;
  return {
    ...inner,
    async append(entry) {
      count += 1;
      if (count !== nth) return inner.append(entry);
      if (isWritten) await inner.append(entry);
      throw new Error('scripted failure of the store');
    },
  };
}

/** A candidate that keeps going whatever breaks; returns the report without instants and ids. */
async function finish(w: World): Promise<unknown> {
  const id = await w.create();
  const answers: Record<string, string> = { q1: 'alpha', 'q1.1': 'beta', q2: 'alpha and beta' };
  const pending = new Map<string, Parameters<typeof ask>[1]>();
  for (let tries = 0; tries < 60; tries += 1) {
    const actor = await w.actors.open(id);
    const candidate = listener();
    const { view } = await actor.attach(candidate);
    if (view.state === 'COMPLETE') break;
    const step = view.state === 'IDLE' ? 'start' : (view.prompt?.id ?? 'wait');
    if (step !== 'wait') {
      const command: Parameters<typeof ask>[1] =
        step === 'start'
          ? { type: 'interview.start' }
          : { type: 'answer.submit', promptId: step, text: answers[step] ?? 'none' };
      const known = pending.get(step) ?? { ...command, id: crypto.randomUUID() };
      pending.set(step, known);
      await ask(actor, known);
    }
    await new Promise((resolve) => setImmediate(resolve));
    actor.detach(candidate.id);
  }
  const report = buildReport(await readInterview(w.journal, async () => w.published, id));
  return JSON.parse(
    JSON.stringify(report, (key, value) =>
      /At$|^at$|interviewId|headSeq|recordCount|headHash|chainHead/.test(key) ? undefined : value,
    ),
  );
}

test('[R1] [R7] failing any one append, before or after it was written, changes nothing in the end', async () => {
  const undisturbed = await finish(world());
  expect(undisturbed).toMatchObject({ state: 'COMPLETE', outcome: 'finished', score: 1 });
  for (let nth = 1; nth <= 7; nth += 1)
    for (const isWritten of [false, true]) {
      const clock = manualClock();
      const journal = failing(createMemoryJournal({ now: clock.now }), nth, isWritten);
      expect(await finish(world({ clock, journal })), `append ${nth}, written: ${isWritten}`).toEqual(undisturbed);
    }
});

test('[R14] a candidate is told once, a minute before time is up, also after a crash', async () => {
  const plan = smallPlan(1);
  const [question] = plan.questions;
  if (question) question.timeSeconds = 300;
  const w = world({ published: published(plan) });
  const id = await w.create();
  await ask(await w.open(id), { type: 'interview.start' });
  const again = w.crash();
  const actor = await again.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  again.clock.advance(239_999);
  expect(candidate.notices).toEqual([]);
  again.clock.advance(1);
  expect(candidate.notices).toEqual(['deadline-soon']);
  await ask(actor, { type: 'answer.draft', promptId: 'q1', text: 'nearly' });
  again.clock.advance(30_000);
  expect(candidate.notices).toEqual(['deadline-soon']);
  await ask(actor, { type: 'deadline.extend', byMs: 600_000 }, 'operator');
  again.clock.advance(570_000);
  expect(candidate.notices).toEqual(['deadline-soon', 'deadline-soon']);
});
