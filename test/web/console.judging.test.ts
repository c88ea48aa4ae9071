import { expect, test } from 'vitest';
import type { EvaluationView, ReviewerView, ReviewView, TranscriptEntry } from '../../src/protocol.ts';
import {
  decisionsOf,
  hasJudged,
  hiddenQuestionsOf,
  pointReviewsOf,
  reviewsOf,
  withoutJudgements,
} from '../../web/console/judging.ts';
import { createPreferences } from '../../web/console/preferences.ts';
import { toThreads } from '../../web/console/threads.ts';

const judgedBy = (rater: string | undefined, fields: Partial<ReviewView>): ReviewView => ({
  seq: 1,
  at: 0,
  by: 'reviewer',
  reason: 'because',
  ...(rater === undefined ? {} : { rater }),
  ...fields,
});

const evaluation: EvaluationView = {
  score: 0.123,
  confidence: 0.456,
  needsReview: true,
  isDegraded: false,
  flags: ['hedging'],
  evaluator: { id: 'rubric', version: '1' },
  points: [],
};

const entry = (questionId: string, more: Partial<TranscriptEntry> = {}): TranscriptEntry => ({
  promptId: questionId,
  kind: 'question',
  questionId,
  text: 'Q',
  askedAt: 0,
  answer: { text: `answer to ${questionId}`, at: 0, from: 'submit' },
  evaluation,
  failures: [{ attempt: 1, code: 'TIMEOUT', at: 0 }],
  decision: { isAsked: false, reason: 'threshold-reached', text: 'Not asked further: secret reason.' },
  reevaluations: [{ ...evaluation, seq: 9, at: 0 }],
  ...more,
});

const { answer: _answer, ...unanswered } = entry('c');
const blind = { rater: 'Kim', isBlind: true, hasShortcuts: true };

test('[G14] hidden is what has an answer that this rater has not judged, and nothing for whoever is not blind', () => {
  const threads = toThreads([entry('a'), entry('b'), unanswered]);
  const reviews = [
    judgedBy(' KIM ', { questionId: 'a', verdicts: [{ pointId: 'p', verdict: 'met' }] }),
    judgedBy('Ada', { questionId: 'b', score: 1 }),
    judgedBy(undefined, { questionId: 'b', score: 1 }),
    judgedBy('Kim', { questionId: 'b', decision: 'later' }),
  ];
  expect([...hiddenQuestionsOf(threads, reviews, blind)]).toEqual(['b']);
  expect([...hiddenQuestionsOf(threads, reviews, { ...blind, rater: '' })]).toEqual(['a', 'b']);
  expect([...hiddenQuestionsOf(threads, reviews, { ...blind, isBlind: false })]).toEqual([]);
  expect(hasJudged(reviews, 'b', 'ada')).toBe(true);
});

test('[G14] what is hidden is not in the view at all: scores, reasons, flags, and what others say', () => {
  const reviews = [
    judgedBy('Ada', { questionId: 'a', score: 0.789, reason: 'open' }),
    judgedBy('Ada', { questionId: 'b', score: 0.789, reason: 'covert' }),
    judgedBy('Ada', { decision: 'covert', reason: 'covert' }),
    judgedBy('Kim', { decision: 'mine', reason: 'my own' }),
  ];
  const view = { transcript: { entries: [entry('a'), entry('b')], reviews } } as unknown as ReviewerView;
  const { transcript } = withoutJudgements(view, new Set(['b']), 'Kim');
  expect(transcript.entries[0]).toEqual(entry('a'));
  const { promptId, kind, questionId, text, askedAt, answer } = entry('b');
  expect(transcript.entries[1]).toEqual({ promptId, kind, questionId, text, askedAt, answer, failures: [] });
  expect(transcript.reviews?.map(({ reason }) => reason)).toEqual(['open', 'my own']);
  expect(JSON.stringify(transcript)).not.toContain('covert');
  expect(withoutJudgements(view, new Set(), 'Kim')).toBe(view);
});

test('reviews are found by question, by point and as decisions', () => {
  const reviews = [
    judgedBy('Kim', { questionId: 'a', pointId: 'p', verdict: 'met' }),
    judgedBy('Kim', { questionId: 'a', verdicts: [{ pointId: 'p', verdict: 'partial' }], score: 0.5 }),
    judgedBy('Kim', { questionId: 'a', decision: 'of the question' }),
    judgedBy('Kim', { decision: 'of all' }),
  ];
  expect(reviewsOf(reviews, 'a')).toEqual(reviews.slice(0, 3));
  expect(pointReviewsOf(reviews, 'p').map(({ verdict }) => verdict)).toEqual(['met', 'partial']);
  expect(decisionsOf(reviews)).toEqual(reviews.slice(3));
});

test('preferences outlive the page, and hold without a store, a full one or one with nonsense in it', () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  let told = 0;
  const first = createPreferences(store);
  const stop = first.subscribe(() => (told += 1));
  first.set({ rater: 'Kim', isBlind: true });
  stop();
  first.set({ hasShortcuts: false });
  expect(told).toBe(1);
  expect(createPreferences(store).get()).toEqual({ rater: 'Kim', isBlind: true, hasShortcuts: false });
  const fresh = { rater: '', isBlind: false, hasShortcuts: true };
  for (const nonsense of ['{', '[]', '{"rater":7,"isBlind":"yes"}'])
    expect(createPreferences({ getItem: () => nonsense, setItem: () => {} }).get()).toEqual(fresh);
  const full = createPreferences({
    getItem: () => null,
    setItem: () => {
      throw new Error('full');
    },
  });
  full.set({ isBlind: true });
  expect(full.get().isBlind).toBe(true);
  const none = createPreferences(null);
  none.set({ rater: 'Ada' });
  expect(none.get().rater).toBe('Ada');
});
