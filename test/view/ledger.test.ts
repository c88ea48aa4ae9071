import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/journal/journal.ts';
import type { TimeLedger } from '../../src/protocol.ts';
import { addToLedger, emptyLedger, readLedger } from '../../src/report/ledger.ts';
import { interviewInput, MINUTE, planOutline, SECOND, T0, type Walk, walk } from '../support/machine.ts';
import { takeSeed } from '../support/random.ts';

// Rules W1 to W3: where the time of an interview goes. The records are what the machine makes of a walk.

const plan = planOutline({ disconnectedMs: MINUTE, pauseMs: 5 * MINUTE });

/** Every step of a walk as a record, and when the interview began and ended. */
function recorder() {
  const w = walk(interviewInput({ plan }));
  const created = { type: 'interview.created', at: T0, timeMultiplier: 1, isUntimed: false };
  const records = [{ seq: 1, at: T0, event: created, facts: [], state: 'IDLE' }] as unknown as JournalRecord[];
  /** Do something that the machine takes; what it refuses is no record. */
  const step = (by: (w: Walk) => Walk) => {
    const before = w.events.length;
    by(w);
    const event = w.events[before];
    if (!event || !w.last.isTaken) return;
    const { snapshot, facts } = w.last;
    const record = { seq: records.length + 1, at: snapshot.context.at, event, facts, state: w.path };
    records.push(record as unknown as JournalRecord);
  };
  const ledger = (now = w.now) =>
    readLedger(
      records.reduce((open, record) => addToLedger(open, plan, record), emptyLedger),
      now,
    );
  return { w, step, ledger, records };
}

const zero: TimeLedger = {
  thinkingMs: 0,
  typingMs: 0,
  evaluatingMs: 0,
  disconnectedMs: 0,
  pausedMs: 0,
  extendedMs: 0,
  downMs: 0,
  totalMs: 0,
};

const wait = (ms: number) => (w: Walk) => w.wait(ms);
const send = (event: Parameters<Walk['send']>[0]) => (w: Walk) => w.send(event);

test('[W1] before the start nothing is booked', () => {
  const { step, ledger } = recorder();
  step(wait(MINUTE));
  step(send({ type: 'deadline.extend', byMs: MINUTE }));
  expect(ledger()).toEqual(zero);
});

test('[W1] each kind of time is booked to its account', () => {
  const { w, step, ledger } = recorder();
  step(send({ type: 'interview.start' }));
  w.wait(20 * SECOND);
  step((walked) => walked.draft());
  w.wait(5 * SECOND);
  step(send({ type: 'interview.pause' }));
  w.wait(70 * SECOND);
  step(send({ type: 'interview.resume' }));
  w.wait(4 * SECOND);
  step((walked) => walked.answer());
  w.wait(3 * SECOND);
  step((walked) => walked.judge());
  w.wait(2 * SECOND);
  step(send({ type: 'candidate.left' }));
  w.wait(30 * SECOND);
  step(send({ type: 'candidate.joined' }));
  w.wait(8 * SECOND);
  step(send({ type: 'service.returned', downMs: 7 * SECOND }));
  w.wait(SECOND);
  step(send({ type: 'interview.end' }));
  const expected = {
    thinkingMs: (14 + 5 + 2 + 1 + 1) * SECOND,
    typingMs: (6 + 4) * SECOND,
    pausedMs: 70 * SECOND,
    evaluatingMs: 3 * SECOND,
    disconnectedMs: 30 * SECOND,
    extendedMs: 0,
    downMs: 7 * SECOND,
    totalMs: 143 * SECOND,
  };
  expect(ledger()).toEqual(expected);
  // After the end no time passes.
  expect(ledger(w.now + MINUTE)).toEqual(expected);
});

test('[W2] while an interview is under way the ledger goes up to now', () => {
  const { w, step, ledger } = recorder();
  step(send({ type: 'interview.start' }));
  expect(ledger(w.now + 5)).toEqual({ ...zero, thinkingMs: 5, totalMs: 5 });
  expect(ledger(w.now - 5)).toEqual(zero);
});

test('[W3] time that only an extension gave is extended, and time that an accommodation gave is the own', () => {
  const { w, step, ledger } = recorder();
  step(send({ type: 'interview.start' }));
  step(send({ type: 'deadline.extend', byMs: 20 * SECOND }));
  w.wait(70 * SECOND);
  step((walked) => walked.answer());
  expect(ledger()).toEqual({ ...zero, thinkingMs: 60 * SECOND, extendedMs: 10 * SECOND, totalMs: 70 * SECOND });
  step((walked) => walked.judge());
  step(send({ type: 'accommodation.change', timeMultiplier: 2 }));
  w.wait(119 * SECOND);
  step((walked) => walked.answer());
  expect(ledger()).toMatchObject({ thinkingMs: (60 + 113) * SECOND, typingMs: 6 * SECOND, extendedMs: 10 * SECOND });
});

test('[W3] the last seconds of an extension are extended whether they were typed in or not', () => {
  const { w, step, ledger } = recorder();
  step(send({ type: 'interview.start' }));
  step(send({ type: 'deadline.extend', byMs: 20 * SECOND }));
  w.wait(63 * SECOND);
  step((walked) => walked.draft());
  expect(ledger()).toMatchObject({ thinkingMs: 57 * SECOND, typingMs: 3 * SECOND, extendedMs: 3 * SECOND });
});

test('[W3] a deadline that fires late has extended nothing', () => {
  const { w, step, ledger } = recorder();
  step(send({ type: 'interview.start' }));
  w.wait(MINUTE + 5);
  step((walked) => walked.pass('prompt'));
  expect(ledger()).toEqual({ ...zero, thinkingMs: MINUTE + 5, totalMs: MINUTE + 5 });
});

const move = fc.constantFrom<(w: Walk) => Walk>(
  (w) => w.answer(),
  (w) => w.draft(),
  (w) => w.skip(),
  ...(['interview.pause', 'interview.resume', 'candidate.left', 'candidate.joined'] as const).map((type) =>
    send({ type }),
  ),
  send({ type: 'deadline.extend', byMs: 7_000 }),
  send({ type: 'accommodation.change', timeMultiplier: 1.5 }),
  send({ type: 'accommodation.change', isUntimed: true }),
  (w) => w.send({ type: 'service.returned', downMs: Math.max(1, (w.now - w.context.at) >> 1) }),
  (w) => (w.running.has('evaluate') ? w.judge() : w),
  (w) => (w.running.has('evaluate') ? w.fail() : w),
  (w) => {
    const due = [...w.running.values()].find(({ src, input }) => src === 'deadline' && input.at !== null);
    return due ? w.pass(due.id) : w;
  },
);

test('[W1] [W2] the parts add up to the wall time to the millisecond, whatever happens, after each record', () => {
  const walks = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 50_000 }), move }), { maxLength: 60 });
  fc.assert(
    fc.property(walks, (steps) => {
      const { w, step, ledger } = recorder();
      step(send({ type: 'interview.start' }));
      const from = w.now;
      let until: number | null = null;
      for (const { ms, move: by } of steps) {
        if (w.path === 'COMPLETE') break;
        w.wait(ms);
        step(by);
        if (w.path === 'COMPLETE') until = w.context.completedAt;
        const { totalMs, ...accounts } = ledger();
        const sum = Object.values(accounts).reduce((total, part) => total + part, 0);
        expect(sum).toBe(totalMs);
        expect(totalMs).toBe((until ?? w.now) - from);
        for (const part of Object.values(accounts)) expect(part).toBeGreaterThanOrEqual(0);
      }
    }),
    { seed: takeSeed('W1'), numRuns: 500 },
  );
});
