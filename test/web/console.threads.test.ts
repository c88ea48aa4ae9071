import { describe, expect, it } from 'vitest';
import type { EvaluationView, TranscriptEntry } from '../../src/protocol.ts';
import {
  answersOf,
  judgementsOf,
  labelOf,
  laterJudgementsOf,
  quotesOf,
  statusOf,
  toThreads,
} from '../../web/console/threads.ts';

const answering = { state: 'QUESTIONING', paused: false } as const;
const evaluating = { state: 'EVALUATING', paused: false } as const;
const over = { state: 'COMPLETE', paused: false } as const;

function entry(promptId: string, fields: Partial<TranscriptEntry> = {}): TranscriptEntry {
  const [questionId = promptId, followUp] = promptId.split('.');
  const kind = followUp === undefined ? 'question' : 'followUp';
  return { promptId, kind, questionId, text: `Text of ${promptId}`, askedAt: 0, failures: [], ...fields };
}

function evaluation(score: number): EvaluationView {
  const point = { text: '', weight: 1, verdict: 'met' as const, coverage: score };
  return {
    score,
    confidence: 1,
    needsReview: false,
    isDegraded: false,
    flags: [],
    evaluator: { id: 'rubric', version: '1' },
    points: [
      { ...point, id: 'first', evidence: [{ quote: 'yes', start: 0, end: 3 }] },
      { ...point, id: 'second', evidence: [] },
    ],
  };
}

const answer = { text: 'yes', at: 1, from: 'submit' } as const;

describe('the transcript as questions', () => {
  const entries = [
    entry('a', { answer, evaluation: evaluation(0.2) }),
    entry('a.1', { passed: 'skip' }),
    entry('a.2', { answer: { ...answer, text: 'more' }, evaluation: null }),
    entry('b'),
  ];
  const threads = toThreads(entries);
  const [first] = threads;
  if (!first) throw new Error('there is no first question');

  it('puts follow-ups below their question, numbered as the candidate counted', () => {
    expect(threads.map(({ number, questionId, entries: asked }) => [number, questionId, asked.length])).toEqual([
      [1, 'a', 3],
      [2, 'b', 1],
    ]);
    expect(first.entries.map((one) => labelOf(first, one))).toEqual(['First answer', 'Follow-up 1', 'Follow-up 2']);
  });

  it('lists every judgement, also that nothing could judge', () => {
    expect(judgementsOf(first).map(({ label, evaluation: found }) => [label, found?.score ?? null])).toEqual([
      ['First answer', 0.2],
      ['Follow-up 2', null],
    ]);
  });

  it('joins the answers that were given and leaves out what was skipped', () => {
    expect(answersOf(first)).toEqual(['yes', 'more']);
  });

  it('lists what was judged again in the order in which it was, and not among the first judgements', () => {
    const again = (seq: number, score: number) => ({ ...evaluation(score), seq, at: 0 });
    const [thread] = toThreads([
      entry('a', { answer, evaluation: evaluation(1), reevaluations: [again(7, 0.7), again(9, 0.9)] }),
      entry('a.1', { answer, evaluation: evaluation(0.5), reevaluations: [again(8, 0.8)] }),
    ]);
    if (!thread) throw new Error('no thread');
    expect(laterJudgementsOf(thread).map(({ evaluation: one }) => one?.score)).toEqual([0.7, 0.8, 0.9]);
    expect(new Set(laterJudgementsOf(thread).map(({ promptId }) => promptId)).size).toBe(3);
    expect(judgementsOf(thread).map(({ evaluation: one }) => one?.score)).toEqual([1, 0.5]);
  });

  it('names the point of every quote, and finds none where nothing was judged', () => {
    expect(quotesOf(evaluation(1))).toEqual([{ pointId: 'first', quote: 'yes', start: 0, end: 3 }]);
    expect(quotesOf(null)).toEqual([]);
    expect(quotesOf(undefined)).toEqual([]);
  });
});

describe('where a prompt stands', () => {
  it.each([
    ['answering', entry('a'), answering, true],
    ['answering', entry('a.1'), { state: 'FOLLOW_UP', paused: false }, true],
    ['paused', entry('a'), { state: 'QUESTIONING', paused: true }, true],
    ['judging', entry('a', { answer }), evaluating, true],
    ['judged', entry('a', { answer, evaluation: evaluation(1) }), evaluating, true],
    ['unjudged', entry('a', { answer, evaluation: null }), evaluating, true],
    ['unjudged', entry('a', { answer }), evaluating, false],
    ['unjudged', entry('a', { answer }), over, true],
    ['skipped', entry('a', { passed: 'skip' }), answering, false],
    ['timed-out', entry('a', { passed: 'deadline' }), answering, false],
    ['unanswered', entry('a', { passed: 'end' }), over, true],
    ['unanswered', entry('a'), over, true],
    ['unanswered', entry('a'), answering, false],
  ] as const)('is %s', (expected, one, view, isNewest) => {
    expect(statusOf(one, view, isNewest)).toBe(expected);
  });
});
