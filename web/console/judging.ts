import type { Verdict } from '../../machines/interview.ts';
import type { ReviewerView, ReviewView } from '../../src/protocol.ts';
import { isBy } from '../../src/report/raters.ts';
import { verdictsOf } from '../../src/report/verdicts.ts';
import { answersOf, type Thread } from './threads.ts';

// What people have said of an interview, and what of it a rater is shown. Pure.

/** A rater and how they want to judge. Kept in their browser. */
export interface Judging {
  /** Empty = not told yet. */
  rater: string;
  /** What was judged of a question is not shown before this rater has judged it. */
  isBlind: boolean;
  /** Single keys go from question to question and open dialogs. */
  hasShortcuts: boolean;
}

/** A verdict that a person gave to a point. */
export interface PointReview {
  verdict: Verdict;
  review: ReviewView;
}

/** The reviews of one question and of its points, oldest first. */
export function reviewsOf(reviews: readonly ReviewView[], questionId: string): ReviewView[] {
  return reviews.filter((review) => review.questionId === questionId);
}

/** What people said of one point, oldest first. */
export function pointReviewsOf(reviews: readonly ReviewView[], pointId: string): PointReview[] {
  return reviews.flatMap((review) =>
    verdictsOf(review)
      .filter((given) => given.pointId === pointId)
      .map(({ verdict }) => ({ verdict, review })),
  );
}

/** The decisions on the whole interview, oldest first. */
export function decisionsOf(reviews: readonly ReviewView[]): ReviewView[] {
  return reviews.filter(({ questionId, decision }) => questionId === undefined && decision !== undefined);
}

/** Whether a rater has judged a question: given a score or a verdict. */
export function hasJudged(reviews: readonly ReviewView[], questionId: string, rater: string): boolean {
  return reviewsOf(reviews, questionId).some(
    (review) => isBy(review, rater) && (review.score !== undefined || verdictsOf(review).length > 0),
  );
}

/** The questions whose judgements a rater is not shown yet: those with an answer that they have not judged. */
export function hiddenQuestionsOf(
  threads: readonly Thread[],
  reviews: readonly ReviewView[],
  { rater, isBlind }: Judging,
): ReadonlySet<string> {
  const isOpen = (thread: Thread) => answersOf(thread).length > 0 && !hasJudged(reviews, thread.questionId, rater);
  return new Set(isBlind ? threads.filter(isOpen).map(({ questionId }) => questionId) : []);
}

/**
 * The view without what was judged of the hidden questions, by whomever, and while there is one without what was
 * decided about the whole. What is not in it is not drawn, wherever on the page.
 */
export function withoutJudgements(view: ReviewerView, hidden: ReadonlySet<string>, rater: string): ReviewerView {
  if (hidden.size === 0) return view;
  const { entries, reviews = [] } = view.transcript;
  const isShown = (review: ReviewView) =>
    isBy(review, rater) || (review.questionId !== undefined && !hidden.has(review.questionId));
  return {
    ...view,
    transcript: {
      entries: entries.map((entry) => {
        if (!hidden.has(entry.questionId)) return entry;
        const { evaluation: _evaluation, decision: _decision, reevaluations: _again, ...rest } = entry;
        return { ...rest, failures: [] };
      }),
      reviews: reviews.filter(isShown),
    },
  };
}
