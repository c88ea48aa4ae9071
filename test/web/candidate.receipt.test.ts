import { expect, test } from 'vitest';
import {
  describeEnd,
  describeNext,
  describeTime,
  fetchReceipt,
  placeEntries,
  type Receipt,
  type ReceiptEntry,
  writeReceipt,
} from '../../web/candidate/receipt.ts';
import { build, command, viewWhere } from '../support/app.ts';

// The candidate's receipt in plain words, made from what a real service answers.

const plan = { title: 'Making tea', questionCount: 2, pauseMinutes: 10, followUpsMax: 1, answerCharsMax: 20_000 };
const ledger: Receipt['timeLedger'] = {
  thinkingMs: 61_200,
  typingMs: 6_000,
  evaluatingMs: 4,
  disconnectedMs: 0,
  pausedMs: 30_000,
  extendedMs: 9_900,
  downMs: 12_000,
  totalMs: 119_104,
};

test('time that was not used is not named, and what did not count says so', () => {
  expect(describeTime(ledger, plan)).toEqual([
    {
      name: 'Thinking and writing',
      spent: '1 minute 17 seconds',
      note: 'of it 10 seconds that the team gave you on top',
    },
    { name: 'Pauses', spent: '30 seconds', note: 'did not count' },
    { name: 'While your answers were read', spent: 'less than a second', note: 'did not count' },
    { name: 'While the service was interrupted', spent: '12 seconds', note: 'given back to you' },
    { name: 'In all', spent: '1 minute 59 seconds' },
  ]);
});

test('a missing connection says how much of it did not count, where the plan has it so', () => {
  const away = { ...ledger, disconnectedMs: 90_000 };
  const rowOf = (of: typeof plan & { disconnectedMinutes?: number }) =>
    describeTime(away, of).find(({ name }) => name === 'Without a connection');
  expect(rowOf(plan)).toEqual({ name: 'Without a connection', spent: '1 minute 30 seconds' });
  expect(rowOf({ ...plan, disconnectedMinutes: 5 })?.note).toBe('up to 5 minutes did not count');
});

test('every prompt has its place, and says how it ended', () => {
  const entry = (kind: ReceiptEntry['kind'], more: Partial<ReceiptEntry> = {}): ReceiptEntry => {
    return { promptId: 'p', kind, text: 'Why?', askedAt: 1, ...more };
  };
  const answer = { text: 'So', at: 2, from: 'submit' as const };
  const entries = [
    entry('question', { answer }),
    entry('followUp', { answer: { ...answer, from: 'draft' } }),
    entry('question', { passed: 'skip' }),
    entry('question', { passed: 'deadline' }),
    entry('question'),
  ];
  expect(placeEntries(entries).map(({ place, entry: one }) => [place, describeEnd(one)])).toEqual([
    ['Question 1', ''],
    ['Follow-up to question 1', 'Taken as you had written it when the time was up.'],
    ['Question 2', 'You skipped it.'],
    ['Question 3', 'The time was up; there is no answer.'],
    ['Question 4', 'There is no answer.'],
  ]);
});

test('what happens now tells who ended the interview, and that a person decides', () => {
  const given = [{ answer: { text: 'yes', at: 2, from: 'submit' } } as ReceiptEntry];
  expect(describeNext({ outcome: 'cancelled' }, given)[0]).toMatch(/ended this interview\. They can still read/);
  for (const outcome of ['finished', 'ended', 'expired'] as const)
    expect(describeNext({ outcome }, given)[0]).toMatch(/can read your answers now.*a person sees why/);
});

test('whoever answered nothing is not told that answers were read or compared', () => {
  for (const outcome of ['finished', 'ended', 'expired', 'cancelled'] as const)
    for (const entries of [[], [{ passed: 'skip' } as ReceiptEntry]]) {
      const [next = ''] = describeNext({ outcome }, entries);
      expect(next).toContain('There is no answer of yours to read.');
      expect(next).not.toMatch(/compared|can (still )?read/);
      expect(next.startsWith('The team that invited you ended')).toBe(outcome === 'cancelled');
    }
});

test('[W4] [I7] the file holds what was asked and answered, the time, and the head of the chain', async () => {
  const { url, create, enter, journal } = await build();
  const { id, candidateToken } = await create();
  const socket = await enter(id, candidateToken);
  socket.send(command('interview.start'));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'water');
  socket.send(command('answer.submit', { promptId: 'water', text: 'as hot\n  as it gets' }));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
  socket.send(command('prompt.skip', { promptId: 'time' }));
  const view = await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  if (view.role !== 'candidate') throw new Error('this is the view of somebody else');
  const receipt = await fetchReceipt(url, id, candidateToken);
  const text = writeReceipt(receipt, view, 'on the day');
  expect(text).toContain(`Interview ${id}, written on the day`);
  expect(text).toContain('Question 1\nHow hot should the water be?\n\nYour answer:\nas hot\n  as it gets\n');
  expect(text).toContain('Question 2\nHow long should it steep?\n\nYou skipped it.\n');
  expect(text).toContain(`\n${(await journal.load(id))?.head.hash}\nThis code stands for`);
  expect(text).toMatch(/\nThinking and writing: \S/);
  expect(text).not.toMatch(/w\d-|score|undefined|NaN/);
  const broken = { ...receipt, chain: { ...receipt.chain, isIntact: false } };
  expect(writeReceipt(broken, view, '')).toContain('do not fit together');
  await expect(fetchReceipt(url, id, `${candidateToken}x`)).rejects.toThrow('401');
});
