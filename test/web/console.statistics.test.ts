import { describe, expect, it } from 'vitest';
import type { QuestionStatistics, Statistics } from '../../web/console/api.ts';
import {
  sayBasis,
  sayPart,
  sayScores,
  sayTime,
  toFollowUps,
  toFollowUpTable,
  toFunnel,
  toFunnelTable,
  toScoreTable,
  toTimes,
} from '../../web/console/statistics/wording.ts';

const none = { counted: 0, invited: 0, underWay: 0, started: 0 };
const outcomes = { finished: 0, ended: 0, declined: 0, expired: 0, cancelled: 0 };

function question(part: Partial<QuestionStatistics> = {}): QuestionStatistics {
  return {
    id: 'a',
    text: 'Why?',
    threshold: 0.6,
    reached: 0,
    answered: 0,
    skipped: 0,
    expired: 0,
    left: 0,
    open: 0,
    dropped: { ended: 0, expired: 0, cancelled: 0 },
    scores: { counted: 0, bins: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], median: null, atThreshold: 0 },
    followUps: { followedUp: 0, asked: 0, answered: 0, compared: 0, gained: 0, gainMean: null },
    time: { counted: 0, medianMs: null, p90Ms: null },
    needsReview: 0,
    ...part,
  };
}

function statistics(interviews: Partial<Statistics['interviews']>, ...questions: QuestionStatistics[]): Statistics {
  const all = { ...none, ...outcomes, ...interviews };
  const about = { planId: 'p', version: 1, title: 'P', countedMax: 1_000, lookedAt: 0, isComplete: true };
  return { ...about, interviews: all, questions };
}

describe('parts of a whole', () => {
  it('are counts, and shares only from ten on', () => {
    expect([sayPart(0, 0), sayPart(1, 2), sayPart(9, 9), sayPart(3, 10), sayPart(1_500, 2_000)]).toEqual([
      'none yet',
      '1 of 2',
      '9 of 9',
      '3 of 10 (30%)',
      '1,500 of 2,000 (75%)',
    ]);
  });

  it('have times in seconds where these matter', () => {
    expect([sayTime(499), sayTime(59_600), sayTime(154_000), sayTime(720_000)]).toEqual([
      '0 s',
      '1 min 0 s',
      '2 min 34 s',
      '12 min',
    ]);
  });
});

describe('the charts', () => {
  it('say how far interviews came, and where they ended', () => {
    const a = question({ reached: 8, dropped: { ended: 1, expired: 0, cancelled: 1 } });
    const bars = toFunnel(statistics({ counted: 20, invited: 9, started: 8, finished: 4 }, a));
    expect(bars.map(({ label, text, note }) => [label, text, note])).toEqual([
      ['Created', '20 of 20 (100%)', undefined],
      ['Started', '8 of 20 (40%)', '3 interviews ended before the start'],
      ['Asked: 1. Why?', '8 of 20 (40%)', '2 interviews ended here'],
      ['Finished', '4 of 20 (20%)', undefined],
    ]);
    expect(bars.map(({ share }) => share)).toEqual([1, 0.4, 0.4, 0.2]);
  });

  it('say what the scores are, or that there is none', () => {
    const scores = { counted: 2, bins: [0, 0, 0, 0, 1, 0, 0, 0, 1, 0], median: 0.6, atThreshold: 1 };
    expect(sayScores(question({ scores }))).toBe('2 scores, median 60%. 1 of 2 at the threshold of 60% or above.');
    expect(sayScores(question())).toBe('No score yet.');
  });

  it('make no mean of a few gains', () => {
    const gains = (compared: number) => ({
      followedUp: 4,
      asked: 5,
      answered: 4,
      compared,
      gained: 3,
      gainMean: 0.125,
    });
    const noteOf = (compared: number) =>
      toFollowUps(statistics({}, question({ answered: 8, followUps: gains(compared) })))[0]?.note;
    expect(noteOf(9)).toBe('A better score after it in 3 of 9');
    expect(noteOf(12)).toBe('A better score after it in 3 of 12 (25%), +13 percentage points on average');
  });

  it('put times on one scale, with a mark where nine in ten are known', () => {
    const [a, b] = toTimes(
      statistics(
        {},
        question({ time: { counted: 12, medianMs: 60_000, p90Ms: 240_000 } }),
        question({ id: 'b', time: { counted: 1, medianMs: 120_000, p90Ms: null } }),
      ),
    );
    expect(a).toMatchObject({ share: 0.25, mark: 1, text: '1 min 0 s, median of 12' });
    expect(b).toMatchObject({ share: 0.5, text: '2 min 0 s, median of 1' });
    expect(b).not.toHaveProperty('mark');
  });

  it('have a table each, in which no cell is missing', () => {
    const all = statistics({ counted: 1 }, question(), question({ id: 'b' }));
    for (const { head, rows } of [toFunnelTable(all), toScoreTable(all), toFollowUpTable(all)]) {
      expect(rows).toHaveLength(2);
      for (const row of rows) expect(row).toHaveLength(head.length);
    }
  });

  it('say what they are made of', () => {
    expect(sayBasis(statistics({}))).toBe('No interview by this version of the plan yet.');
    expect(sayBasis(statistics({ counted: 1, underWay: 1 }))).toBe('1 interview, of which 1 under way.');
    expect(sayBasis({ ...statistics({ counted: 1_000, invited: 2 }), isComplete: false })).toBe(
      '1,000 interviews, of which 2 invited. There are more: the newest are counted, at most 1,000.',
    );
  });
});
