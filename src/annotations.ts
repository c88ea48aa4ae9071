import { z } from 'zod';
import type { StoredEvent } from './journal/journal.ts';
import type { StoredEvaluation } from './working.ts';

// What is added to an interview beside its course: a person's judgement, a judgement made again. Records like all
// others, in the chain and in order, but the machine never gets them: they change nothing that happened.

const shortText = z.string().trim().min(1).max(100);

/** What a reviewer says of an interview, of one question of it, or of one point of a question. Scores are 0..1. */
export const reviewSchema = z
  .strictObject({
    questionId: z.string().max(64).exactOptional(),
    pointId: z.string().max(64).exactOptional(),
    verdict: z.enum(['met', 'partial', 'not_met', 'contradicted']).exactOptional(),
    score: z.number().min(0).max(1).exactOptional(),
    decision: shortText.exactOptional(),
    rater: shortText.exactOptional(),
    reason: z.string().trim().min(1).max(2_000),
  })
  .superRefine(({ questionId, pointId, verdict, score, decision }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((pointId === undefined) !== (verdict === undefined))
      refuse('verdict', 'belongs to a pointId, and a pointId to it');
    if (pointId !== undefined && questionId === undefined)
      refuse('questionId', 'a point is one of a question: name it');
    if (pointId !== undefined && score !== undefined) refuse('score', 'a point has a verdict, a question a score');
    if (score !== undefined && questionId === undefined) refuse('questionId', 'a score is one of a question: name it');
    if (verdict === undefined && score === undefined && decision === undefined)
      refuse('decision', 'say something: a verdict, a score or a decision');
  });

export type Review = z.infer<typeof reviewSchema>;

/** A review as it is stored. */
export type ReviewAdded = { type: 'review.added'; at: number } & Review;

/** A judgement of the answers to one question, made again; its parts are where those of the first one are. */
export interface EvaluationAdded {
  type: 'evaluation.added';
  at: number;
  questionId: string;
  /** The last prompt of the question that was answered. */
  promptId: string;
  output: { ok: true; at: number; evaluation: StoredEvaluation };
}

export type Annotation = ReviewAdded | EvaluationAdded;

/** Whether a record's event is beside the course of the interview. */
export function isAnnotation(event: StoredEvent): boolean {
  return event.type === 'review.added' || event.type === 'evaluation.added';
}
