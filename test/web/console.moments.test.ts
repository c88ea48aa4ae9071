import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatCount,
  formatInstant,
  formatSecond,
  formatShare,
  formatSpan,
  formatUntil,
} from '../../web/console/moments.ts';

const noon = Date.UTC(2026, 10, 22, 12, 5, 9);
const DAY_MS = 86_400_000;

describe('instants', () => {
  it('show the time alone on the same day and the date on another', () => {
    expect(formatInstant(noon, noon + 60_000, 'en-GB', 'UTC')).toBe('12:05');
    expect(formatInstant(noon - DAY_MS, noon, 'en-GB', 'UTC')).toBe('21 Nov, 12:05');
    expect(formatInstant(noon - 365 * DAY_MS, noon, 'en-GB', 'UTC')).toContain('22 Nov');
  });

  it('count days in the zone of the reader', () => {
    const lateEvening = Date.UTC(2026, 10, 22, 23, 30);
    expect(formatInstant(lateEvening, lateEvening + 3_600_000, 'en-GB', 'UTC')).toContain('Nov');
    expect(formatInstant(lateEvening, lateEvening + 3_600_000, 'en-GB', 'America/New_York')).toBe('18:30');
  });

  it('show seconds for records, without halves of the day', () => {
    expect(formatSecond(noon + 3_600_000, 'en-US', 'UTC')).toBe('13:05:09');
  });

  it.each([
    [-500, 'just now'],
    [9_999, 'just now'],
    [10_000, '10 s ago'],
    [60_000, '1 min ago'],
    [3_599_999, '59 min ago'],
    [7_200_000, '2 h ago'],
    [3 * DAY_MS, '3 d ago'],
  ])('%i ms ago is “%s”', (ms, expected) => {
    expect(formatAgo(ms)).toBe(expected);
  });
});

describe('spans', () => {
  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [5_400_000, '1 h 30 min'],
    [DAY_MS, '1 d'],
  ])('%i ms are “%s”', (ms, expected) => {
    expect(formatSpan(ms)).toBe(expected);
  });

  it('that have run out are due', () => {
    expect([formatUntil(61_000), formatUntil(0)]).toEqual(['in 1 min', 'due now']);
  });
});

describe('numbers', () => {
  it.each([
    [0, '0%'],
    [0.525, '53%'],
    [1, '100%'],
    [1.2, '100%'],
    [-0.1, '0%'],
  ])('%f is %s', (share, expected) => {
    expect(formatShare(share)).toBe(expected);
  });

  it('come with their noun', () => {
    expect(formatCount(1, 'quote')).toBe('1 quote');
    expect(formatCount(1234, 'character')).toBe('1,234 characters');
  });
});
