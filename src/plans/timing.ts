import { backOffMs, FOLLOW_UP_TIME_MIN_MS, type PlanOutline, type QuestionOutline } from '../../machines/interview.ts';

/** The most that a plan can ask of a candidate. Extensions and accommodations come on top. Units: ms; null = no end. */
export interface WorstCase {
  questionCount: number;
  followUpCount: number;
  /** On the candidate's clock: while a prompt is with them. */
  candidateMs: number | null;
  /** On the wall, with all pauses, all time without a connection that does not count, and an evaluator that fails every time. Never exceeded, not always reached. */
  wallMs: number | null;
  /** Indexes of questions that a candidate who takes the time there is may never get to. */
  unreachedIndexes: number[];
}

/** Work out the worst case of a plan, by the rules of machines/interview.ts. */
export function findWorstCase(plan: PlanOutline): WorstCase {
  const { questions, totalMs } = plan;
  const followUpCount = questions.reduce((sum, question) => sum + followUpsMost(question, totalMs), 0);
  const { candidateMs, unreachedIndexes } = totalMs === null ? sumTimes(questions) : spendTotal(questions, totalMs);
  const answerCount = questions.length + followUpCount;
  const stoppedMs = plan.pauseMs + plan.disconnectedMs + answerCount * evaluationMs(plan.evaluation);
  const wallMs = candidateMs === null ? null : candidateMs + stoppedMs;
  return { questionCount: questions.length, followUpCount, candidateMs, wallMs, unreachedIndexes };
}

/** The most follow-ups that one question can have. */
export function followUpsMost({ threshold, followUpsMax, points }: QuestionOutline, totalMs: number | null): number {
  // Every score reaches a threshold of 0.
  if (threshold === 0 || (totalMs !== null && totalMs < FOLLOW_UP_TIME_MIN_MS)) return 0;
  return Math.min(followUpsMax, points.length);
}

function sumTimes(questions: readonly QuestionOutline[]): Pick<WorstCase, 'candidateMs' | 'unreachedIndexes'> {
  let candidateMs = 0;
  for (const question of questions) {
    const followUpCount = followUpsMost(question, null);
    if (question.timeMs === null || (question.followUpTimeMs === null && followUpCount > 0))
      return { candidateMs: null, unreachedIndexes: [] };
    candidateMs += question.timeMs + followUpCount * (question.followUpTimeMs ?? 0);
  }
  return { candidateMs, unreachedIndexes: [] };
}

/**
 * The least that can be left of a total. Whatever lies between that and the total can be left too, because a
 * candidate may answer sooner; so the least is all that needs to be carried on.
 */
function spendTotal(
  questions: readonly QuestionOutline[],
  totalMs: number,
): Pick<WorstCase, 'candidateMs' | 'unreachedIndexes'> {
  const unreachedIndexes: number[] = [];
  let leastLeft = totalMs;
  for (const [index, question] of questions.entries()) {
    if (leastLeft === 0) unreachedIndexes.push(index);
    let left = spend(leastLeft, question.timeMs);
    leastLeft = left;
    for (let asked = 0; asked < followUpsMost(question, totalMs); asked++) {
      // Less time left than this and the follow-up is not asked: who wants to spend the most keeps this much back.
      left = spend(Math.max(left, FOLLOW_UP_TIME_MIN_MS), question.followUpTimeMs);
      leastLeft = Math.min(leastLeft, left);
    }
  }
  return { candidateMs: totalMs - leastLeft, unreachedIndexes };
}

function spend(left: number, timeMs: number | null): number {
  return timeMs === null ? 0 : Math.max(0, left - timeMs);
}

/** All attempts, the growing waits between them, and the fallback, each to its limit. */
function evaluationMs(evaluation: PlanOutline['evaluation']): number {
  const { timeoutMs, attemptsMax } = evaluation;
  const waits = Array.from({ length: attemptsMax - 1 }, (_, index) => backOffMs(evaluation, index + 1));
  return timeoutMs * (attemptsMax + 1) + waits.reduce((sum, waitMs) => sum + waitMs, 0);
}
