import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import type { Command } from '../../src/protocol.ts';
import { ask, listener, look, world } from '../support/actors.ts';
import { evaluationOf, scriptedEvaluator } from '../support/evaluator.ts';
import { published, smallPlan } from '../support/plans.ts';

// Rules A1–A12: PROTOCOL.md.

/** A journal whose appends can be held back or made to fail by the test. */
function gated() {
  const inner = createMemoryJournal();
  let waiting: (() => void)[] = [];
  let isOpen = true;
  let isFailing = false;
  const journal: Journal = {
    ...inner,
    async append(entry) {
      if (isFailing) {
        isFailing = false;
        throw new Error('scripted failure of the store');
      }
      if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
      return inner.append(entry);
    },
  };
  return {
    journal,
    closeGate() {
      isOpen = false;
    },
    openGate() {
      isOpen = true;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    failNext() {
      isFailing = true;
    },
  };
}

async function started(options: Parameters<typeof world>[0] = {}) {
  const w = world(options);
  const id = await w.create();
  const actor = await w.open(id);
  const candidate = listener();
  await actor.attach(candidate);
  await ask(actor, { type: 'interview.start' });
  return { ...w, id, actor, candidate };
}

test('[A1] nothing is acknowledged or published before the commit', async () => {
  const gate = gated();
  const { actor, candidate } = await started({ journal: gate.journal });
  const seenBefore = candidate.views.length;
  gate.closeGate();
  let isAcknowledged = false;
  const submitted = ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha beta' }).then((result) => {
    isAcknowledged = true;
    return result;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect({ isAcknowledged, published: candidate.views.length - seenBefore }).toEqual({
    isAcknowledged: false,
    published: 0,
  });
  gate.openGate();
  expect(await submitted).toMatchObject({ ok: true, duplicate: false });
  expect(candidate.views.length).toBeGreaterThan(seenBefore);
});

test('[A2] an evaluation starts only after its record is committed', async () => {
  const gate = gated();
  const { evaluator, calls, next } = scriptedEvaluator();
  const { actor } = await started({ journal: gate.journal, evaluator });
  gate.closeGate();
  const submitted = ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toHaveLength(0);
  gate.openGate();
  await submitted;
  expect((await next()).request.answer).toBe('alpha');
});

test('[A3] a failed append drops the actor; the interview continues from the journal', async () => {
  const gate = gated();
  const { actor, actors, id, candidate } = await started({ journal: gate.journal });
  const before = candidate.views.length;
  gate.failNext();
  const command: Command = { id: randomUUID(), type: 'answer.submit', promptId: 'q1', text: 'alpha beta' };
  expect(await actor.dispatch(command, 'candidate')).toMatchObject({
    ok: false,
    problem: { code: 'STORE_UNAVAILABLE' },
  });
  expect(candidate.ended).toEqual(['STORE_UNAVAILABLE']);
  expect(candidate.views).toHaveLength(before);
  const reopened = await actors.open(id);
  expect(reopened.epoch).toBeGreaterThan(actor.epoch);
  expect(await look(reopened)).toMatchObject({ state: 'QUESTIONING', prompt: { id: 'q1' } });
  expect(await reopened.dispatch(command, 'candidate')).toMatchObject({ ok: true, duplicate: false });
});

test('[A4] [A5] command ids are remembered over restarts', async () => {
  const { actor, id, crash } = await started();
  const command: Command = { id: randomUUID(), type: 'answer.submit', promptId: 'q1', text: 'alpha beta' };
  const first = await actor.dispatch(command, 'candidate');
  expect(await actor.dispatch(command, 'candidate')).toEqual({ ...first, duplicate: true });
  const again = await crash().open(id);
  expect(await again.dispatch(command, 'candidate')).toEqual({ ...first, duplicate: true });
  expect(await again.dispatch({ ...command, text: 'other' }, 'candidate')).toMatchObject({
    ok: false,
    problem: { code: 'COMMAND_ID_REUSED' },
  });
});

test('[A6] a full mailbox refuses and loses nothing that waits', async () => {
  const { actor } = await started({ limits: { mailboxMax: 3 } });
  const results = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      ask(actor, { type: 'answer.draft', promptId: 'q1', text: `draft ${index}` }),
    ),
  );
  expect(results.map((result) => (result.ok ? 'ok' : result.problem.code))).toEqual([
    'ok',
    'ok',
    'ok',
    'MAILBOX_FULL',
    'MAILBOX_FULL',
    'MAILBOX_FULL',
  ]);
  expect(await look(actor)).toMatchObject({ prompt: { draft: 'draft 2' } });
});

test('[A7] an evaluation that answers after its state was left is ignored', async () => {
  const { evaluator, next } = scriptedEvaluator();
  const { actor } = await started({ evaluator });
  await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha beta' });
  const call = await next();
  await ask(actor, { type: 'interview.cancel' }, 'operator');
  const { seq } = actor;
  expect(call.signal.aborted).toBe(true);
  call.reply({ ok: true, evaluation: evaluationOf(call.request, ['alpha', 'beta']) });
  await new Promise((resolve) => setImmediate(resolve));
  expect(actor.seq).toBe(seq);
  expect(await look(actor)).toMatchObject({ state: 'COMPLETE', outcome: 'cancelled' });
});

test('[A7] an attempt that answers after its time limit is ignored', async () => {
  const { evaluator, next, calls } = scriptedEvaluator();
  const { actor, clock, candidate } = await started({ evaluator });
  await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha beta' });
  const late = await next();
  clock.advance(20_000);
  await candidate.until(
    () => calls.length === 1 && candidate.commits.at(-1)?.record?.state === 'EVALUATING.BACKING_OFF',
  );
  late.reply({ ok: true, evaluation: evaluationOf(late.request, []) });
  clock.advance(1_000);
  const second = await next();
  expect(second.key).not.toBe(late.key);
  second.reply({ ok: true, evaluation: evaluationOf(second.request, ['alpha', 'beta']) });
  expect(await candidate.until((view) => view.state === 'QUESTIONING' && view.prompt?.id === 'q2')).toBeTruthy();
});

test('[A8] a throwing guard is an error of that command only', async () => {
  const { actor, problems } = await started();
  const { seq } = actor;
  // What the wire never lets through: a text that is none makes the guard throw.
  const broken = { type: 'answer.submit', promptId: 'q1', text: undefined } as unknown as Command;
  expect(await actor.dispatch({ ...broken, id: randomUUID() }, 'candidate')).toMatchObject({
    ok: false,
    problem: { code: 'INTERNAL' },
  });
  expect(actor.seq).toBe(seq);
  expect(problems.map(({ message }) => message)).toEqual(['the machine failed on a command']);
  expect(await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha' })).toMatchObject({ ok: true });
});

test('[A9] an answer after the deadline is late even when no timer has fired yet', async () => {
  const { actor, clock } = await started();
  await ask(actor, { type: 'answer.draft', promptId: 'q1', text: 'alpha beta as a draft' });
  clock.jump(clock.now() + 61_000);
  const result = await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'too late' });
  expect(result.ok).toBe(false);
  const view = await look(actor, 'reviewer');
  expect(view.role === 'reviewer' && view.transcript.entries[0]?.answer).toMatchObject({
    text: 'alpha beta as a draft',
    from: 'draft',
  });
});

test('[A10] a newer tab takes over and the older one is told', async () => {
  const { actor, candidate } = await started();
  const newer = listener();
  await actor.attach(newer);
  expect(candidate).toMatchObject({ notices: ['superseded'], ended: ['SUPERSEDED'] });
  const seen = candidate.views.length;
  await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha beta' });
  expect(candidate.views).toHaveLength(seen);
  expect(newer.views.length).toBeGreaterThan(0);
  actor.detach(candidate.id);
  await ask(actor, { type: 'interview.end' });
  expect(newer.views.at(-1)?.state).toBe('COMPLETE');
});

const refusals: { title: string; command: Parameters<typeof ask>[1]; code: string; allows?: string }[] = [
  { title: 'a second start', command: { type: 'interview.start' }, code: 'NOT_ACCEPTED', allows: 'answer.submit' },
  { title: 'another prompt', command: { type: 'answer.submit', promptId: 'q2', text: 'x' }, code: 'STALE_PROMPT' },
  { title: 'a blank answer', command: { type: 'answer.submit', promptId: 'q1', text: ' \n\t' }, code: 'ANSWER_BLANK' },
  {
    title: 'an answer above the limit',
    command: { type: 'answer.submit', promptId: 'q1', text: 'x'.repeat(20_001) },
    code: 'ANSWER_TOO_LONG',
  },
  {
    title: 'a draft above the limit',
    command: { type: 'answer.draft', promptId: 'q1', text: 'x'.repeat(20_001) },
    code: 'ANSWER_TOO_LONG',
  },
  { title: 'resume without a pause', command: { type: 'interview.resume' }, code: 'NOT_ACCEPTED' },
];

test.each(refusals)('[A11] refuses $title with $code', async ({ command, code, allows }) => {
  const { actor } = await started();
  const { seq } = actor;
  const result = await ask(actor, command);
  expect(result).toMatchObject({ ok: false, problem: { code } });
  if (allows)
    expect(result).toMatchObject({ problem: { state: 'QUESTIONING', allowed: expect.arrayContaining([allows]) } });
  expect(actor.seq).toBe(seq);
});

test('[A11] start without consent says what is missing', async () => {
  const plan = smallPlan(1, { candidate: { seesScores: false, consent: 'We keep your answers.' } });
  const w = world({ published: published(plan) });
  const actor = await w.open(await w.create());
  expect(await ask(actor, { type: 'interview.start' })).toMatchObject({
    problem: {
      code: 'NOT_ACCEPTED',
      detail: expect.stringContaining('consent'),
      allowed: expect.arrayContaining(['interview.start']),
    },
  });
  expect(await ask(actor, { type: 'interview.start', consent: true })).toMatchObject({ ok: true });
});

test('[A12] an overtaken writer is fenced and sends its connections away', async () => {
  const { actor, id, candidate, crash } = await started();
  const newer = await crash().open(id);
  expect(await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha' })).toMatchObject({
    ok: false,
    problem: { code: 'STORE_UNAVAILABLE' },
  });
  expect(candidate.ended).toEqual(['RESTARTING']);
  expect(await look(newer)).toMatchObject({ state: 'QUESTIONING', prompt: { id: 'q1' } });
});

test('[V2] a reviewer sees the whole transcript from the first view on, live', async () => {
  const { actor } = await started();
  await ask(actor, { type: 'answer.submit', promptId: 'q1', text: 'alpha' });
  const reviewer = listener('reviewer');
  const { view } = await actor.attach(reviewer);
  expect(view.role === 'reviewer' && view.isCandidateConnected).toBe(true);
  reviewer.views.push(view);
  const now = await reviewer.until((seen) => seen.state === 'FOLLOW_UP');
  const entries = now.role === 'candidate' ? [] : now.transcript.entries;
  expect(entries[0]).toMatchObject({ answer: { text: 'alpha' }, decision: { isAsked: true, pointId: 'beta' } });
  expect(entries[1]).toMatchObject({ kind: 'followUp', pointId: 'beta', text: 'What else about the second part?' });
});
