import type { PlanOutline } from '../../machines/interview.ts';
import { MINUTE, SECOND } from './machine.ts';

// The plans over which paths are generated: each as its author writes it, and as the machine should come to know it.
// The outline is written here and not made by src: that the service outlines a plan rightly is part of what is proven.

/** What the plans differ in. Units: seconds; null = no limit. */
export interface PlanSpec {
  title: string;
  questionCount: 1 | 2 | 3;
  followUpsMax: 0 | 1 | 2;
  /** Whether the questions may be skipped, the first, the second … */
  skippable: boolean;
  questionSeconds: number | null;
  followUpSeconds: number | null;
  totalSeconds: number | null;
  pauseSeconds: number;
  /** How long in all an absence does not count. */
  disconnectedSeconds: number | null;
  attempts: 1 | 2;
  consent: boolean;
}

/** A plan with limits that nobody comes near to by themselves. */
function specOf(
  title: string,
  questionCount: PlanSpec['questionCount'],
  followUpsMax: PlanSpec['followUpsMax'],
  unusual: Partial<PlanSpec>,
): PlanSpec {
  return {
    title,
    questionCount,
    followUpsMax,
    skippable: false,
    questionSeconds: 60,
    followUpSeconds: 30,
    totalSeconds: 600,
    pauseSeconds: 120,
    disconnectedSeconds: null,
    attempts: 1,
    consent: false,
    ...unusual,
  };
}

const promptsWithoutLimits = { questionSeconds: null, followUpSeconds: null } as const;
const noPauses = { pauseSeconds: 0 } as const;

/** Every count of questions with every count of follow-ups, and limits of every kind among them. */
export const specs: readonly PlanSpec[] = [
  specOf('one question', 1, 0, { attempts: 2, consent: true, disconnectedSeconds: 60 }),
  specOf('one question, one follow-up, prompts without limits', 1, 1, {
    skippable: true,
    ...promptsWithoutLimits,
    totalSeconds: 90,
    disconnectedSeconds: 60,
  }),
  specOf('one question, one follow-up, whole limit soon after', 1, 1, {
    questionSeconds: 32,
    totalSeconds: 36,
    ...noPauses,
  }),
  specOf('one question, two follow-ups', 1, 2, { attempts: 2 }),
  specOf('two questions, whole limit first', 2, 0, { skippable: true, questionSeconds: 120, totalSeconds: 100 }),
  specOf('two questions, one follow-up', 2, 1, { skippable: true }),
  specOf('two questions, two follow-ups, no limits, no pauses', 2, 2, {
    ...promptsWithoutLimits,
    totalSeconds: null,
    ...noPauses,
  }),
  specOf('three questions, no pauses', 3, 0, { skippable: true, ...noPauses }),
  specOf('three questions, one follow-up, no time for two', 3, 1, {
    skippable: true,
    followUpSeconds: 60,
    totalSeconds: 100,
    ...noPauses,
  }),
  specOf('three questions, two follow-ups', 3, 2, { ...noPauses }),
];

const INVITATION_DAYS = 1;
const TIMEOUT_SECONDS = 20;
const BACKOFF_SECONDS = 2;
const DAY = 24 * 60 * MINUTE;

export const INVITATION_MS: number = INVITATION_DAYS * DAY;
/** The points of every question. Either alone is below the threshold. */
export const points: readonly { id: string; weight: number }[] = [
  { id: 'alpha', weight: 2 },
  { id: 'beta', weight: 1 },
];
const THRESHOLD = 0.9;

const questionIds = (spec: PlanSpec) => Array.from({ length: spec.questionCount }, (_, index) => `q${index + 1}`);
/** The words of a question. */
export const textOf = (questionId: string): string => `What about ${questionId}?`;
const toMs = (seconds: number | null) => (seconds === null ? null : seconds * SECOND);
const toMinutes = (seconds: number | null) => (seconds === null ? null : seconds / 60);
const given = (key: string, value: number | null) => (value === null ? {} : { [key]: value });

/** The plan as an author publishes it. */
export function planOf(spec: PlanSpec, id: string): { id: string } {
  const plan = {
    id,
    title: spec.title,
    limits: {
      invitationDays: INVITATION_DAYS,
      pauseMinutes: spec.pauseSeconds / 60,
      ...given('totalMinutes', toMinutes(spec.totalSeconds)),
      ...given('disconnectedMinutes', toMinutes(spec.disconnectedSeconds)),
    },
    candidate: { seesScores: true, ...(spec.consent ? { consent: 'Your answers are stored.' } : {}) },
    evaluation: { timeoutSeconds: TIMEOUT_SECONDS, attempts: spec.attempts, backoffSeconds: BACKOFF_SECONDS },
    questions: questionIds(spec).map((questionId) => ({
      id: questionId,
      text: textOf(questionId),
      maxFollowUps: spec.followUpsMax,
      skippable: spec.skippable,
      ...given('timeSeconds', spec.questionSeconds),
      ...given('followUpSeconds', spec.followUpSeconds),
      rubric: { threshold: THRESHOLD, points: points.map((point) => ({ ...point, text: `point ${point.id}` })) },
    })),
  };
  return plan;
}

/** What the machine needs to know of it. */
export function outlineOf(spec: PlanSpec): PlanOutline {
  return {
    hash: '',
    isConsentRequired: spec.consent,
    totalMs: toMs(spec.totalSeconds),
    pauseMs: spec.pauseSeconds * SECOND,
    disconnectedMs: (spec.disconnectedSeconds ?? 0) * SECOND,
    evaluation: {
      timeoutMs: TIMEOUT_SECONDS * SECOND,
      attemptsMax: spec.attempts,
      backoffMs: BACKOFF_SECONDS * SECOND,
    },
    questions: questionIds(spec).map((id) => ({
      id,
      timeMs: toMs(spec.questionSeconds),
      followUpTimeMs: toMs(spec.followUpSeconds),
      followUpsMax: spec.followUpsMax,
      skippable: spec.skippable,
      threshold: THRESHOLD,
      points: [...points],
    })),
  };
}
