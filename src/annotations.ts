import { z } from 'zod';
import type { StoredEvent } from './journal/journal.ts';
import type { StoredEvaluation } from './working.ts';

// What is added to an interview beside its course: a person's judgement, a judgement made again. Records like all
// others, in the chain and in order, but the machine never gets them: they change nothing that happened.

/** Reviews of one interview. Whoever watches is told the whole of them after each record, so there is an end to it. */
export const REVIEWS_MAX = 200;

const shortText = z.string().trim().min(1).max(100);
const verdict = z.enum(['met', 'partial', 'not_met', 'contradicted']);

/** What a reviewer says of an interview, of one question of it, or of one point of a question. Scores are 0..1. */
export const reviewSchema = z
  .strictObject({
    questionId: z.string().max(64).exactOptional(),
    pointId: z.string().max(64).exactOptional(),
    verdict: verdict.exactOptional(),
    /** Verdicts on several points of the question, for one reason. As many as a rubric may have. */
    verdicts: z
      .array(z.strictObject({ pointId: z.string().max(64), verdict }))
      .min(1)
      .max(20)
      .exactOptional(),
    score: z.number().min(0).max(1).exactOptional(),
    decision: shortText.exactOptional(),
    rater: shortText.exactOptional(),
    /** Whoever reviews had not been shown what others had made of it. */
    isBlind: z.boolean().exactOptional(),
    reason: z.string().trim().min(1).max(2_000),
  })
  .superRefine(({ questionId, pointId, verdict, verdicts, score, decision }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((pointId === undefined) !== (verdict === undefined))
      refuse('verdict', 'belongs to a pointId, and a pointId to it');
    if (pointId !== undefined && questionId === undefined)
      refuse('questionId', 'a point is one of a question: name it');
    if (pointId !== undefined && score !== undefined) refuse('score', 'a point has a verdict, a question a score');
    if (verdicts && questionId === undefined) refuse('questionId', 'points are those of a question: name it');
    if (verdicts && pointId !== undefined) refuse('verdicts', 'a point of its own, or several: not both');
    if (new Set(verdicts?.map((one) => one.pointId)).size !== (verdicts?.length ?? 0))
      refuse('verdicts', 'each point once');
    if (score !== undefined && questionId === undefined) refuse('questionId', 'a score is one of a question: name it');
    if (verdict === undefined && !verdicts && score === undefined && decision === undefined)
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
