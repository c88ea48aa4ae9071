import type { QuestionStatistics, Statistics } from './api.ts';

// Canned statistics, for design mode and the screen tests. Not in the build.

function question(part: Partial<QuestionStatistics> & { id: string; text: string }): QuestionStatistics {
  return {
    threshold: 0.6,
    reached: 0,
    answered: 0,
    skipped: 0,
    expired: 0,
    left: 0,
    open: 0,
    dropped: { ended: 0, expired: 0, cancelled: 0 },
    scores: { counted: 0, bins: Array.from({ length: 10 }, () => 0), median: null, atThreshold: 0 },
    followUps: { followedUp: 0, asked: 0, answered: 0, compared: 0, gained: 0, gainMean: null },
    time: { counted: 0, medianMs: null, p90Ms: null },
    needsReview: 0,
    ...part,
  };
}

const many: Statistics = {
  planId: 'backend-basics',
  version: 3,
  title: 'Backend engineering basics',
  countedMax: 1_000,
  lookedAt: 412,
  isComplete: true,
  interviews: {
    counted: 58,
    invited: 6,
    underWay: 3,
    started: 48,
    finished: 36,
    ended: 5,
    declined: 2,
    expired: 4,
    cancelled: 2,
  },
  questions: [
    question({
      id: 'idempotency',
      text: 'What makes an HTTP operation idempotent, and why does it matter for retries?',
      reached: 48,
      answered: 45,
      skipped: 1,
      left: 1,
      open: 1,
      dropped: { ended: 1, expired: 0, cancelled: 1 },
      scores: { counted: 44, bins: [1, 0, 2, 4, 6, 5, 9, 8, 6, 3], median: 0.64, atThreshold: 26 },
      followUps: { followedUp: 21, asked: 29, answered: 25, compared: 19, gained: 14, gainMean: 0.17 },
      time: { counted: 43, medianMs: 154_000, p90Ms: 327_000 },
      needsReview: 6,
    }),
    question({
      id: 'indexes',
      text: 'When does a database index make things slower?',
      reached: 45,
      answered: 38,
      skipped: 5,
      expired: 1,
      left: 1,
      dropped: { ended: 3, expired: 1, cancelled: 0 },
      scores: { counted: 38, bins: [4, 3, 6, 5, 4, 6, 4, 3, 2, 1], median: 0.41, atThreshold: 10 },
      followUps: { followedUp: 27, asked: 41, answered: 33, compared: 26, gained: 11, gainMean: 0.08 },
      time: { counted: 36, medianMs: 231_000, p90Ms: 512_000 },
      needsReview: 9,
    }),
    question({
      id: 'queues',
      text: 'A consumer of a queue crashes after it has worked on a message and before it has said so. What happens, and what do you do about it?',
      reached: 40,
      answered: 37,
      skipped: 1,
      open: 2,
      scores: { counted: 37, bins: [0, 0, 1, 2, 3, 4, 8, 9, 7, 3], median: 0.71, atThreshold: 27 },
      followUps: { followedUp: 9, asked: 10, answered: 9, compared: 9, gained: 7, gainMean: 0.22 },
      time: { counted: 36, medianMs: 188_000, p90Ms: 390_000 },
      needsReview: 3,
    }),
  ],
};

const few: Statistics = {
  ...many,
  isComplete: false,
  interviews: {
    ...many.interviews,
    counted: 4,
    invited: 1,
    underWay: 0,
    started: 3,
    finished: 2,
    ended: 1,
    declined: 0,
    expired: 0,
    cancelled: 0,
  },
  questions: [
    question({
      id: 'idempotency',
      text: 'What makes an HTTP operation idempotent, and why does it matter for retries?',
      reached: 3,
      answered: 3,
      scores: { counted: 3, bins: [0, 0, 0, 1, 0, 0, 0, 1, 1, 0], median: 0.75, atThreshold: 2 },
      followUps: { followedUp: 1, asked: 1, answered: 1, compared: 1, gained: 1, gainMean: 0.25 },
      time: { counted: 3, medianMs: 61_000, p90Ms: null },
    }),
    question({ id: 'indexes', text: 'When does a database index make things slower?' }),
  ],
};

const none: Statistics = {
  ...few,
  isComplete: true,
  interviews: { ...few.interviews, counted: 0, invited: 0, started: 0, finished: 0, ended: 0 },
};

/** The statistics of a scene. */
export function mockStatistics(scene: string): Statistics {
  if (scene === 'statistics-few') return few;
  return scene === 'statistics-none' ? none : many;
}
