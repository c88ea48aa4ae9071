import type { EvaluationRequest } from './evaluators/evaluator.ts';
import type { Question } from './plans/schema.ts';
import { followUpText } from './plans/wording.ts';
import type { Working } from './working.ts';

/**
 * Put the answers to a question before an evaluator, each follow-up in the words in which it was asked.
 *
 * `askedPointIds` are the points that were asked about, in order: the n-th follow-up is about the n-th of them.
 */
export function requestFor(
  question: Question,
  answers: Working['answers'],
  askedPointIds: readonly string[],
): EvaluationRequest {
  const promptsById = new Map(
    askedPointIds.map((pointId, index) => [`${question.id}.${index + 1}`, followUpText(question, pointId, index + 1)]),
  );
  const [first, ...rest] = answers;
  return {
    question: question.text,
    rubric: question.rubric,
    answer: first?.text ?? '',
    followUps: rest.map(({ promptId, text }) => ({ prompt: promptsById.get(promptId) ?? '', answer: text })),
  };
}
