import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinAnswers } from '../../src/evaluators/evaluator.ts';
import { ANSWER_JOINT, isLocated, type Quote, segmentAnswers } from '../../web/console/evidence.ts';

const answers = ['Once or twice, the state is the same.', 'The key is stored.'];
const joined = joinAnswers(answers);

function quote(pointId: string, text: string): Quote {
  const start = joined.indexOf(text);
  return { pointId, quote: text, start, end: start + text.length };
}

function marked(quotes: Quote[]): [string, string[]][][] {
  return segmentAnswers(answers, quotes).map((segments) => segments.map(({ text, pointIds }) => [text, pointIds]));
}

describe('evidence in the answers', () => {
  it('joins answers as the evaluators do', () => {
    expect(answers.join(ANSWER_JOINT)).toBe(joined);
  });

  it('marks a quote in the first answer and one in a follow-up answer', () => {
    expect(marked([quote('same', 'the state is the same'), quote('key', 'key is stored')])).toEqual([
      [
        ['Once or twice, ', []],
        ['the state is the same', ['same']],
        ['.', []],
      ],
      [
        ['The ', []],
        ['key is stored', ['key']],
        ['.', []],
      ],
    ]);
  });

  it('names both points where their quotes overlap', () => {
    expect(marked([quote('a', 'Once or twice'), quote('b', 'twice, the')])[0]).toEqual([
      ['Once or ', ['a']],
      ['twice', ['a', 'b']],
      [', the', ['b']],
      [' state is the same.', []],
    ]);
  });

  it('names a point once where two of its quotes overlap', () => {
    expect(marked([quote('a', 'Once or twice'), quote('a', 'Once or')])[0]?.[0]).toEqual(['Once or', ['a']]);
  });

  it('cuts a quote that runs over the end of an answer', () => {
    expect(marked([quote('a', 'the same.\n\nThe key')])).toEqual([
      [
        ['Once or twice, the state is ', []],
        ['the same.', ['a']],
      ],
      [
        ['The key', ['a']],
        [' is stored.', []],
      ],
    ]);
  });

  it('never marks a quote that does not stand where it says', () => {
    const wrong: Quote[] = [
      { pointId: 'a', quote: 'invented', start: 0, end: 8 },
      { pointId: 'a', quote: 'Once', start: 1, end: 5 },
      { pointId: 'a', quote: 'Once', start: 0.5, end: 4 },
      { pointId: 'a', quote: '', start: 3, end: 3 },
      { pointId: 'a', quote: '.', start: -1, end: joined.length },
    ];
    expect(wrong.filter((one) => isLocated(joined, one))).toEqual([]);
    expect(marked(wrong)).toEqual(answers.map((text) => [[text, []]]));
  });

  it('shows every character of every answer once, whatever is quoted', () => {
    const range = fc.tuple(fc.nat(80), fc.nat(80));
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), fc.array(range, { maxLength: 6 }), (texts, ranges) => {
        const whole = joinAnswers(texts);
        const quotes = ranges.map(([from, length], index) => {
          const text = whole.slice(from, from + length);
          return { pointId: String(index), quote: text, start: from, end: from + text.length };
        });
        const shown = segmentAnswers(texts, quotes);
        expect(shown.map((segments) => segments.map(({ text }) => text).join(''))).toEqual(texts);
        const offsets = texts.map((_, index) => joinAnswers([...texts.slice(0, index), '']).length);
        shown.forEach((segments, index) => {
          for (const { start, text, pointIds } of segments)
            for (const { pointId, start: from, end } of quotes)
              expect(pointIds.includes(pointId), `${pointId} on ${index}:${start}`).toBe(
                from <= (offsets[index] ?? 0) + start && end >= (offsets[index] ?? 0) + start + text.length,
              );
        });
      }),
    );
  });
});
