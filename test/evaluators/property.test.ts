import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinAnswers, type RubricPoint } from '../../src/evaluators/evaluator.ts';
import { isWithinEdits } from '../../src/evaluators/near.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';
import { summarize, verdictOf } from '../../src/evaluators/scoring.ts';
import { splitSentences } from '../../src/evaluators/sentences.ts';
import { tokenize } from '../../src/evaluators/tokens.ts';

// A failing property prints its seed and the smallest case.

const vocabulary =
  `the a of to and is not when server client request retry timeout same effect state once twice key cache
  lock queue replica index idempotent consistency useEffect user_id read-only 42 5432 HTTP PUT don't naïve Schlüssel 数据库 эффект
  cached caching retries retrying servers never no without k8s kubernetes FIFO first in out petition true that but`.split(
    /\s+/,
  );
const text = fc
  .array(fc.tuple(fc.constantFrom(...vocabulary), fc.constantFrom(' ', ' ', ' ', '. ', ', ', '\n')), {
    minLength: 1,
    maxLength: 30,
  })
  .map((words) => words.map(([word, gap]) => word + gap).join(''));
const anyText = fc.oneof(
  text,
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
);
const points = fc
  .array(
    fc.record({
      text,
      weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
      alternatives: fc.array(text, { maxLength: 2 }),
    }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((all): RubricPoint[] => all.map((each, index) => ({ id: `p${index}`, ...each })));

function evaluate(question: string, rubricPoints: RubricPoint[], answer: string) {
  return evaluateRubric({ question, rubric: { threshold: 0.6, points: rubricPoints }, answer });
}

/** Insert, delete, replace or swap neighbours: the fewest steps from one word to another. */
function distance(a: string, b: string): number {
  const rows: number[][] = [];
  for (let i = 0; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const at = (row: number, column: number) => (row === 0 ? column : (rows[row]?.[column] ?? 99));
      const steps = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) steps.push(at(i - 2, j - 2) + 1);
      rows[i]?.push(i === 0 ? j : Math.min(...steps));
    }
  }
  return rows[a.length]?.[b.length] ?? 0;
}

const runs = { numRuns: 300 };

describe('properties', () => {
  it('[E7] text added to an answer never lowers its score, whatever it is', () => {
    fc.assert(
      fc.property(text, points, text, text, fc.constantFrom(' ', '. ', '\n\n'), (question, all, answer, more, gap) => {
        expect(evaluate(question, all, answer + gap + more).score).toBeGreaterThanOrEqual(
          evaluate(question, all, answer).score,
        );
      }),
      runs,
    );
  });

  it('[E7] saying a missing point as a follow-up answer never lowers the score, nor any point', () => {
    fc.assert(
      fc.property(text, points, anyText, fc.nat(4), (question, all, answer, pick) => {
        const before = evaluate(question, all, answer);
        const after = evaluate(question, all, joinAnswers([answer, all[pick % all.length]?.text ?? '']));
        expect(after.score).toBeGreaterThanOrEqual(before.score);
        for (const [index, point] of before.points.entries()) {
          expect(after.points[index]?.coverage).toBeGreaterThanOrEqual(point.coverage);
        }
      }),
      runs,
    );
  });

  it('[E7] an answer to a follow-up never lowers the score, whatever was asked and said', () => {
    fc.assert(
      fc.property(text, points, anyText, text, anyText, (question, all, answer, prompt, more) => {
        const rubric = { threshold: 0.6, points: all };
        const after = evaluateRubric({ question, rubric, answer, followUps: [{ prompt, answer: more }] });
        expect(after.score).toBeGreaterThanOrEqual(evaluate(question, all, answer).score);
        const joined = joinAnswers([answer, more]);
        for (const { quote, start, end } of after.points.flatMap((each) => each.evidence)) {
          expect(joined.slice(start, end)).toBe(quote);
        }
      }),
      runs,
    );
  });

  it('[E4] [E6] a point covered better never lowers the score, and never makes a follow-up due that was not', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        points,
        fc.array(share, { minLength: 5, maxLength: 5 }),
        fc.nat(4),
        share,
        share,
        (all, covered, pick, better, threshold) => {
          const judge = (coverages: readonly number[]) =>
            summarize(
              { question: '', rubric: { threshold, points: all }, answer: '' },
              all.map(({ id }, at) => {
                const coverage = coverages[at] ?? 0;
                return { id, coverage, verdict: verdictOf(coverage), evidence: [] };
              }),
              [],
            );
          const [before, after] = [covered, covered.with(pick, Math.max(covered[pick] ?? 0, better))].map(judge);
          expect(after?.score).toBeGreaterThanOrEqual(before?.score ?? 1);
          if (before?.followUp.due === false) expect(after?.followUp.due).toBe(false);
          expect(judge(all.map(() => 1)).score).toBe(1);
        },
      ),
      runs,
    );
  });

  it('typing mistakes are counted like the plain recursive definition counts them', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
    fc.assert(
      fc.property(word, word, fc.nat(2), (a, b, editsMax) => {
        expect(isWithinEdits(a, b, editsMax)).toBe(distance(a, b) <= editsMax);
      }),
      { numRuns: 2_000 },
    );
  });

  it('the score and the proposal do not depend on the order of the points', () => {
    fc.assert(
      fc.property(text, points, text, (question, all, answer) => {
        const there = evaluate(question, all, answer);
        const back = evaluate(question, all.toReversed(), answer);
        expect(back.score).toBe(there.score);
        expect(back.followUp).toEqual(there.followUp);
      }),
      runs,
    );
  });

  it('[E1] [E3] scores stay within 0 and 1 and quotes are exact, for any text at all', () => {
    fc.assert(
      fc.property(anyText, points, anyText, (question, all, answer) => {
        const { score, confidence, points: judged } = evaluate(question, all, answer);
        for (const value of [score, confidence, ...judged.map((each) => each.coverage)]) {
          expect(value >= 0 && value <= 1).toBe(true);
        }
        for (const { quote, start, end } of judged.flatMap((each) => each.evidence)) {
          expect(answer.slice(start, end)).toBe(quote);
          expect(quote).not.toBe('');
        }
      }),
      runs,
    );
  });

  it('words and sentences lie in order inside the text', () => {
    fc.assert(
      fc.property(anyText, (any) => {
        let end = 0;
        for (const sentence of splitSentences(any)) {
          expect(sentence.start).toBeGreaterThanOrEqual(end);
          expect(sentence.end).toBeGreaterThan(sentence.start);
          end = sentence.end;
        }
        expect(end).toBeLessThanOrEqual(any.length);
        for (const token of tokenize(any)) {
          expect(token.end).toBeGreaterThan(token.start);
          expect(token.text.length).toBeLessThanOrEqual(40);
          expect(token.end).toBeLessThanOrEqual(any.length);
        }
      }),
      runs,
    );
  });
});
