import { expect, test } from 'vitest';
import type { QueueCase } from '../../web/console/api.ts';
import { addressOf, createQueue, neighboursOf } from '../../web/console/queue.ts';

const one = (interviewId: string, questionId: string): QueueCase => ({
  interviewId,
  questionId,
  candidate: {},
  planId: 'p',
  planVersion: 1,
  confidence: null,
  at: 0,
});

const cases = [one('a', 'q1'), one('a', 'q2'), one('b', 'q1')];

test('a case has those before and after it, also within one interview', () => {
  expect(neighboursOf(cases, 'a', 'q1')).toEqual({ index: 0, previous: null, next: cases[1] });
  expect(neighboursOf(cases, 'a', 'q2')).toEqual({ index: 1, previous: cases[0], next: cases[2] });
  expect(neighboursOf(cases, 'b', 'q1')).toEqual({ index: 2, previous: cases[1], next: null });
});

test('what is no case of the queue has no neighbours', () => {
  const none = { index: -1, previous: null, next: null };
  expect(neighboursOf(cases, 'b', 'q2')).toEqual(none);
  expect(neighboursOf(cases, 'a', null)).toEqual(none);
  expect(neighboursOf([], 'a', 'q1')).toEqual(none);
});

test('the address of a case names interview and question, whatever is in them', () => {
  expect(addressOf(one('a/b', 'q?&'))).toBe('/interviews/a%2Fb?case=q%3F%26');
});

test('the queue tells those who listen, until they stop', () => {
  const queue = createQueue();
  let told = 0;
  const stop = queue.subscribe(() => {
    told += 1;
  });
  queue.set(cases);
  stop();
  queue.set([]);
  expect([told, queue.get()]).toEqual([1, []]);
});
