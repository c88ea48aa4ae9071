import { describe, expect, it } from 'vitest';
import { type Judged, judgeAdversarial } from '../../bench/evaluation/adversarial.ts';

const judged = judgeAdversarial('cases');
const attacks = judged.filter(({ kind }) => kind === 'attack');
const honest = judged.filter(({ kind }) => kind === 'honest');

/** What to read when a bound is broken. */
function told(cases: readonly Judged[]): string[] {
  return cases.map(({ id, evaluation }) => `${id} ${evaluation.score.toFixed(2)} ${evaluation.flags.join(' ')}`);
}

function meanScore(category: string): number {
  const scores = judged.filter((each) => each.category === category).map(({ evaluation }) => evaluation.score);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

describe('the own adversarial set', () => {
  it('has enough of both kinds, and no case twice', () => {
    expect(judged.length).toBeGreaterThanOrEqual(120);
    expect(honest.length).toBeGreaterThanOrEqual(40);
    expect(new Set(judged.map(({ question, answer }) => `${question} ${answer}`)).size).toBe(judged.length);
  });

  it('[E11] hardly an attack earns credit that no flag points at', () => {
    expect(told(attacks.filter(({ isThrough }) => isThrough)).slice(attacks.length / 30)).toEqual([]);
  });

  it('[E11] hardly an honest answer carries a flag that accuses it', () => {
    expect(told(honest.filter(({ isAccused }) => isAccused)).slice(honest.length / 50)).toEqual([]);
  });

  it('hardly an honest answer earns less than it must', () => {
    expect(told(honest.filter(({ isUnderrated }) => isUnderrated)).slice(0.02 * honest.length)).toEqual([]);
  });

  it('attacks are flagged for what they are', () => {
    const missed = attacks.filter(
      ({ flags, evaluation }) => flags?.some((flag) => evaluation.flags.includes(flag)) === false,
    );
    expect(told(missed).slice(0.05 * attacks.length)).toEqual([]);
  });

  it.each(['copied', 'gibberish', 'silent', 'long', 'injection', 'wrong'])('%s earns next to nothing', (category) => {
    expect(meanScore(category)).toBeLessThan(0.15);
  });

  it.each(['short', 'full', 'non-native', 'code', 'list'])('%s earns much more than a wrong answer', (category) => {
    expect(meanScore(category)).toBeGreaterThan(meanScore('wrong') + 0.3);
  });
});
