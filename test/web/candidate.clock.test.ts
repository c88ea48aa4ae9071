import { describe, expect, it } from 'vitest';
import { levelOf, warningBetween } from '../../web/candidate/countdown.ts';
import { formatClock, formatMinutes, formatSpoken, untilNextTick } from '../../web/shared/spans.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('a span', () => {
  it.each([
    [0, '0:00', '0 seconds'],
    [-5_000, '0:00', '0 seconds'],
    [1, '0:01', '1 second'],
    [59_001, '1:00', '1 minute'],
    [245_000, '4:05', '4 minutes 5 seconds'],
    [3_729_000, '1:02:09', '1 hour 2 minutes 9 seconds'],
  ])('of %i ms is shown as %s and said as "%s"', (ms, shown, said) => {
    expect(formatClock(ms)).toBe(shown);
    expect(formatSpoken(ms)).toBe(said);
  });

  it.each([
    [1, '1 minute'],
    [1.5, '1.5 minutes'],
    [45, '45 minutes'],
    [60, '1 hour'],
    [90, '1 hour 30 minutes'],
    [125, '2 hours 5 minutes'],
  ])('of %d minutes is written as %s', (minutes, text) => {
    expect(formatMinutes(minutes)).toBe(text);
  });

  it('changes what it shows at the next tick and not before', () => {
    for (const leftMs of [4_000, 3_999, 3_001, 1_500, 1]) {
      const untilMs = untilNextTick(leftMs);
      expect(formatClock(leftMs - untilMs + 1)).toBe(formatClock(leftMs));
      expect(formatClock(leftMs - untilMs)).not.toBe(formatClock(leftMs));
    }
  });
});

describe('the level of a clock', () => {
  it.each([
    [null, 10 * MINUTE, 'untimed'],
    [5 * MINUTE + 1, 10 * MINUTE, 'plenty'],
    [5 * MINUTE, 10 * MINUTE, 'low'],
    [MINUTE, 10 * MINUTE, 'short'],
    [15 * SECOND, 10 * MINUTE, 'last'],
    [0, 10 * MINUTE, 'last'],
  ] as const)('with %s ms of %i ms is %s', (leftMs, allottedMs, level) => {
    expect(levelOf(leftMs, allottedMs)).toBe(level);
  });

  it('does not call a short question short at its start', () => {
    expect(levelOf(4 * MINUTE, 4 * MINUTE)).toBe('plenty');
    expect(levelOf(45 * SECOND, 45 * SECOND)).toBe('plenty');
    expect(levelOf(15 * SECOND, 45 * SECOND)).toBe('last');
  });
});

describe('a warning', () => {
  it('is said once, when its threshold is passed', () => {
    const said: string[] = [];
    for (let leftMs = 10 * MINUTE; leftMs >= 0; leftMs -= SECOND) {
      const text = warningBetween(leftMs + SECOND, leftMs, 10 * MINUTE);
      if (text) said.push(`${leftMs}: ${text.slice(0, 10)}`);
    }
    expect(said).toEqual(['300000: 5 minutes ', '60000: 1 minute l', '15000: 15 seconds']);
  });

  it('is the most urgent one when a sleeping tab passed several', () => {
    expect(warningBetween(9 * MINUTE, 12 * SECOND, 10 * MINUTE)).toMatch(/^15 seconds/);
  });

  it('is not said for a clock that stands, went back, is over or does not exist', () => {
    expect(warningBetween(MINUTE, MINUTE, 10 * MINUTE)).toBeNull();
    expect(warningBetween(30 * SECOND, 3 * MINUTE, 10 * MINUTE)).toBeNull();
    expect(warningBetween(MINUTE + 1, 0, 10 * MINUTE)).toBeNull();
    expect(warningBetween(null, MINUTE, 10 * MINUTE)).toBeNull();
  });
});
