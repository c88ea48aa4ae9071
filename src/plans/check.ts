import { findTimeWarnings } from './bounds.ts';
import { findExampleWarnings } from './examples.ts';
import { outlinePlan } from './outline.ts';
import { findWordWarnings } from './overlaps.ts';
import { type Finding, type PlanProblem, toPlanProblem } from './problem.ts';
import type { Plan } from './schema.ts';
import { findWorstCase, type WorstCase } from './timing.ts';

/** What a plan can ask of a candidate at most. Units: minutes; null = nothing ends it. */
export interface CheckedPlan {
  warnings: PlanProblem[];
  worstCase: {
    questions: number;
    followUps: number;
    /** Questions and follow-ups. */
    prompts: number;
    /** On the candidate's clock. */
    candidateMinutes: number | null;
    /** On the wall: with all pauses and an evaluator that fails every time. */
    minutes: number | null;
  };
}

/** Look at a valid plan as a whole: what its author should think about again, and the worst case. */
export function checkPlan(plan: Plan): CheckedPlan {
  const worst = worstCaseOf(plan);
  return {
    warnings: findWarnings(plan).map(toPlanProblem),
    worstCase: {
      questions: worst.questionCount,
      followUps: worst.followUpCount,
      prompts: worst.questionCount + worst.followUpCount,
      candidateMinutes: toMinutes(worst.candidateMs),
      minutes: toMinutes(worst.wallMs),
    },
  };
}

/** The warnings of `checkPlan`, their places not yet in words. */
export function findWarnings(plan: Plan): Finding[] {
  return [...findTimeWarnings(plan, worstCaseOf(plan)), ...findWordWarnings(plan), ...findExampleWarnings(plan)];
}

function worstCaseOf(plan: Plan): WorstCase {
  return findWorstCase(outlinePlan(plan, ''));
}

function toMinutes(ms: number | null): number | null {
  return ms === null ? null : ms / 60_000;
}
