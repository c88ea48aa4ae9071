import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../web/console/api.ts';
import { completeUpTo, describeEvent, describeFact, mergeRecords, nameEvent } from '../../web/console/records.ts';

function record(seq: number, event: JournalEntry['event'] = { type: 'answer.draft' }): JournalEntry {
  return { seq, at: seq, by: 'candidate', event, facts: [], state: 'QUESTIONING.ANSWERING', hash: '' };
}

describe('records', () => {
  it('stand in order, each once, whichever way they came', () => {
    const merged = mergeRecords([record(1), record(3)], [record(3), record(2)]);
    expect(merged.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('stay the same list when nothing is new', () => {
    const known = [record(1), record(2)];
    expect(mergeRecords(known, [record(2)])).toBe(known);
  });

  it.each([
    ['none', [], 0],
    ['all', [1, 2, 3], 3],
    ['a gap', [1, 2, 4], 2],
    ['live ones only', [7, 8], 0],
  ])('are complete up to the first gap: %s', (_case, seqs, expected) => {
    expect(completeUpTo(seqs.map((seq) => record(seq)))).toBe(expected);
  });

  it('never show the words of a candidate', () => {
    const text = 'my private words';
    const shown = describeEvent(record(1, { type: 'answer.submit', at: 1, promptId: 'a', text }));
    expect(shown).toBe('16 characters, promptId: a');
  });

  it('show why an evaluation failed, and the result of one only through its facts', () => {
    const failed = { type: 'xstate.done.actor.evaluate', output: { ok: false, code: 'TIMEOUT' } };
    const done = { type: 'xstate.done.actor.evaluate', output: { ok: true, evaluation: { score: 1 } } };
    expect(describeEvent(record(1, failed))).toBe('code: TIMEOUT');
    expect(describeEvent(record(1, done))).toBe('');
  });

  it('say what a review judged in the words that it used', () => {
    const verdicts = [
      { pointId: 'coast', verdict: 'met' },
      { pointId: 'rain', verdict: 'not_met' },
    ];
    expect(describeEvent(record(1, { type: 'review.added', at: 1, questionId: 'a', verdicts, rater: 'Kim' }))).toBe(
      'questionId: a, verdicts: [coast met, rain not_met], rater: Kim',
    );
  });

  it('name results of actors as people read them', () => {
    expect(nameEvent('xstate.done.actor.evaluate')).toBe('evaluate done');
    expect(nameEvent('xstate.error.actor.prompt')).toBe('prompt failed');
    expect(nameEvent('answer.submit')).toBe('answer.submit');
  });

  it('write facts flat, without what is null', () => {
    const fact = {
      type: 'followUp.decided',
      questionId: 'a',
      decision: { isAsked: true, pointId: null },
      ids: ['x', 'y'],
    };
    expect(describeFact(fact)).toBe('questionId: a, decision: {isAsked: true}, ids: [x, y]');
  });
});
