import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InterviewFact } from '../../machines/interview.ts';
import { emptyWorking, foldWorking, type Working } from '../../src/working.ts';
import { takeSeed } from '../support/random.ts';

// Copies that can be spared are spared; what a snapshot holds is the same to the byte.

type Scores = Working['scores'];

/** What becomes of the scores, said plainly: whatever is answered comes first, and the best score counts. */
function plainly(scores: Scores, fact: InterviewFact, score: number): Scores {
  if (fact.type === 'answer.taken') return { [fact.questionId]: null, ...scores };
  if (fact.type !== 'followUp.decided') return scores;
  const before = Object.hasOwn(scores, fact.questionId) ? scores[fact.questionId] : undefined;
  return { ...scores, [fact.questionId]: Math.max(before ?? Number.NEGATIVE_INFINITY, score) };
}

const questionId = fc.constantFrom('a', 'b', '2', '10', 'constructor', '__proto__');
const fact = fc.oneof(
  questionId.map((id) => ({ type: 'answer.taken', promptId: id, questionId: id, from: 'submit' }) as const),
  questionId.map((id) => ({ type: 'followUp.decided', questionId: id, decision: { isAsked: false, reason: 'x' } })),
) as fc.Arbitrary<InterviewFact>;
const score = fc.constantFrom(-0, 0, 0.25, 0.5, 1);

test('any order of answers and scores leaves the same scores in the same order', () => {
  const property = fc.property(
    fc.array(fc.tuple(fc.array(fact, { maxLength: 3 }), score), { maxLength: 12 }),
    (told) => {
      let working = emptyWorking;
      let expected: Scores = {};
      for (const [facts, found] of told) {
        const event = { type: 'any', text: 'x', output: { ok: true, evaluation: { score: found } } };
        const before = JSON.stringify(working);
        const folded = foldWorking(working, event, facts);
        expect(JSON.stringify(working)).toBe(before);
        working = folded;
        expected = facts.reduce((scores, one) => plainly(scores, one, found), expected);
        expect(Object.entries(working.scores)).toEqual(Object.entries(expected));
      }
    },
  );
  fc.assert(property, { seed: takeSeed('scores'), numRuns: 1_000 });
});
