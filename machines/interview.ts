import { assign, emit, fromPromise, setup } from 'xstate';

// The statechart of one interview. What is not on this chart does not happen.
//
// The file stands alone: it imports only xstate, every guard, action and actor is a name, every target a literal,
// so the Stately tools can open it as it is. There is no `after`: XState does not re-arm `after` timers on restore
// (statelyai/xstate#5331), so every wait is an invoked `deadline` whose input is an absolute instant.
// Guards and actions call nothing: time, ids and randomness arrive in events.

/** What the machine needs to know of one question. Units: milliseconds; `null` = no limit. */
export interface QuestionOutline {
  id: string;
  timeMs: number | null;
  followUpTimeMs: number | null;
  followUpsMax: number;
  skippable: boolean;
  /** Coverage (0..1) from which an answer is complete enough that nothing more is asked. */
  threshold: number;
  points: { id: string; weight: number }[];
}

/** What the machine needs to know of a plan: no texts, only what guards and deadlines read. */
export interface PlanOutline {
  hash: string;
  isConsentRequired: boolean;
  totalMs: number | null;
  pauseMs: number;
  /** For so long in all does the candidate's clock stop while they have no connection. */
  disconnectedMs: number;
  evaluation: { timeoutMs: number; attemptsMax: number; backoffMs: number };
  questions: QuestionOutline[];
}

/** One thing put to the candidate. `deadlineAt` while the clock runs, `timeLeftMs` while it is stopped. */
export interface Prompt {
  id: string;
  kind: 'question' | 'followUp';
  questionId: string;
  pointId: string | null;
  askedAt: number;
  deadlineAt: number | null;
  timeLeftMs: number | null;
}

export type Verdict = 'met' | 'partial' | 'not_met' | 'contradicted';

/** The part of an evaluation that the follow-up decision reads. The whole of it is in the journal. */
export interface EvaluationDigest {
  score: number;
  points: { id: string; verdict: Verdict; coverage: number }[];
  /** The candidate said that they do not know, or said nothing. */
  isNonAnswer: boolean;
  needsReview: boolean;
  /** The point which the evaluator would ask about; the machine decides. */
  proposedPointId: string | null;
}

/** Answer of the `evaluate` actors: an expected failure is a value, a rejection is a defect. */
export type EvaluateOutput<Evaluation extends EvaluationDigest = EvaluationDigest> =
  | { ok: true; at: number; evaluation: Evaluation }
  | { ok: false; at: number; code: string; isRetryable: boolean };

/** Input of the `evaluate` actors. `key` is the idempotency key: interview, answer, attempt. */
export interface EvaluateInput {
  key: string;
  questionId: string;
  answerId: string;
  attempt: number;
}

/** Input of a `deadline`: an absolute instant in ms since 1970 UTC, or null = it never comes. */
export interface DeadlineInput {
  at: number | null;
}

export type DecisionReason =
  | 'point-missing'
  | 'threshold-reached'
  | 'nothing-missing'
  | 'candidate-does-not-know'
  | 'limit-reached'
  | 'all-missing-points-asked'
  | 'no-time-left'
  | 'not-evaluated';

/** Why a follow-up was asked, or was not. */
export interface Decision {
  isAsked: boolean;
  reason: DecisionReason;
  pointId: string | null;
}

export type Outcome = 'finished' | 'ended' | 'declined' | 'expired' | 'cancelled';

export interface InterviewInput {
  interviewId: string;
  at: number;
  plan: PlanOutline;
  invitationExpiresAt: number | null;
  timeMultiplier: number;
  isUntimed: boolean;
}

/** Plain JSON and small: ids, counters, instants. Answers live in the journal, texts in the plan. */
export interface InterviewContext {
  interviewId: string;
  plan: PlanOutline;
  /** The instant of the newest event that was applied. */
  at: number;
  invitationExpiresAt: number | null;
  timeMultiplier: number;
  isUntimed: boolean;
  startedAt: number | null;
  /** The whole-interview limit: an instant while the candidate's clock runs, what is left while it is stopped. */
  endsAt: number | null;
  totalLeftMs: number | null;
  questionIndex: number;
  prompt: Prompt | null;
  askedPointIds: string[];
  hasDraft: boolean;
  answeredCount: number;
  pauseLeftMs: number;
  pauseEndsAt: number | null;
  /** The candidate has no connection. */
  isAway: boolean;
  awayLeftMs: number;
  awayEndsAt: number | null;
  attempt: number;
  /** End of the current evaluation attempt or back-off. */
  evaluationDueAt: number | null;
  evaluation: EvaluationDigest | null;
  decision: Decision | null;
  outcome: Outcome | null;
  completedAt: number | null;
}

/** What the machine receives from outside. Results of invoked actors arrive under XState's own types. */
export type InterviewEvent =
  | { type: 'interview.start'; at: number; consent?: boolean | undefined }
  | { type: 'answer.submit'; at: number; promptId: string; text: string }
  | { type: 'answer.draft'; at: number; promptId: string; text: string }
  | { type: 'prompt.skip'; at: number; promptId: string }
  | { type: 'interview.pause'; at: number }
  | { type: 'interview.resume'; at: number }
  | { type: 'interview.end'; at: number }
  | { type: 'interview.cancel'; at: number; reason?: string | undefined }
  | { type: 'deadline.extend'; at: number; byMs: number; reason?: string | undefined }
  | {
      type: 'accommodation.change';
      at: number;
      timeMultiplier?: number | undefined;
      isUntimed?: boolean | undefined;
      reason?: string | undefined;
    }
  | { type: 'candidate.left'; at: number }
  | { type: 'candidate.joined'; at: number }
  | { type: 'service.returned'; at: number; downMs: number };

/** What the machine decided. Facts go into the journal beside their event and make it readable on its own. */
export type InterviewFact =
  | { type: 'interview.started'; consent: boolean }
  | { type: 'prompt.asked'; prompt: Prompt }
  | { type: 'prompt.passed'; promptId: string; because: 'skip' | 'deadline' }
  | { type: 'answer.taken'; promptId: string; questionId: string; from: 'submit' | 'draft' }
  | { type: 'evaluation.started'; answerId: string; attempt: number }
  | { type: 'evaluation.failed'; answerId: string; attempt: number; code: string }
  | { type: 'evaluation.degraded'; answerId: string }
  | { type: 'evaluation.done'; answerId: string; score: number; needsReview: boolean }
  | { type: 'evaluation.missing'; answerId: string }
  | { type: 'followUp.decided'; questionId: string; decision: Decision }
  | { type: 'interview.paused'; until: number }
  | { type: 'interview.resumed'; because: 'candidate' | 'deadline' }
  | { type: 'deadline.extended'; byMs: number }
  | { type: 'accommodation.changed'; timeMultiplier: number; isUntimed: boolean }
  | { type: 'candidate.left' }
  | { type: 'candidate.joined' }
  | { type: 'service.returned'; downMs: number }
  | { type: 'interview.completed'; outcome: Outcome }
  | { type: 'defect'; actorId: string };

/** Below this much of the whole interview's time no further follow-up is asked. Units: ms. */
export const FOLLOW_UP_TIME_MIN_MS = 15_000;

/** The longest a back-off grows to: the candidate is waiting. Units: ms. */
export const BACK_OFF_MAX_MS = 30_000;

/** How long to wait after the given attempt has failed: doubling, up to a cap. Units: ms. */
export function backOffMs({ backoffMs }: PlanOutline['evaluation'], attempt: number): number {
  return Math.min(backoffMs * 2 ** Math.max(0, attempt - 1), Math.max(BACK_OFF_MAX_MS, backoffMs));
}

type AnyEvent = { type: string; at?: number; output?: unknown };

/** The instant of an event: its own, or that of the result which it carries. */
function timeOf(event: AnyEvent, context: InterviewContext): number {
  const output = event.output as { at?: number } | undefined;
  return event.at ?? output?.at ?? context.at;
}

function left(endsAt: number | null, at: number): number | null {
  return endsAt === null ? null : Math.max(0, endsAt - at);
}

function plus(at: number, ms: number | null): number | null {
  return ms === null ? null : at + ms;
}

function add(value: number | null, ms: number): number | null {
  return value === null ? null : value + ms;
}

type Accommodations = Pick<InterviewContext, 'timeMultiplier' | 'isUntimed'>;

function allowance(ms: number | null, { isUntimed, timeMultiplier }: Accommodations): number | null {
  return ms === null || isUntimed ? null : Math.round(ms * timeMultiplier);
}

/** What is left of the whole interview, whether its clock runs or is stopped. */
function totalLeft(context: InterviewContext, at: number): number | null {
  return context.endsAt === null ? context.totalLeftMs : left(context.endsAt, at);
}

/** Stop the candidate's clock: keep what is left of the prompt and of the whole interview. */
function stopped(context: InterviewContext, at: number): Partial<InterviewContext> {
  const { prompt } = context;
  return {
    at,
    endsAt: null,
    totalLeftMs: totalLeft(context, at),
    prompt: prompt && { ...prompt, deadlineAt: null, timeLeftMs: left(prompt.deadlineAt, at) },
  };
}

/** Let the candidate's clock run again. */
function running(context: InterviewContext, at: number): Partial<InterviewContext> {
  const { prompt } = context;
  return {
    at,
    endsAt: plus(at, context.totalLeftMs),
    totalLeftMs: null,
    prompt: prompt && { ...prompt, deadlineAt: plus(at, prompt.timeLeftMs), timeLeftMs: null },
  };
}

function question(context: Pick<InterviewContext, 'plan' | 'questionIndex'>): QuestionOutline | undefined {
  return context.plan.questions[context.questionIndex];
}

/** The accommodations as an event asks for them; what it does not name stays. */
function accommodationsIn(context: InterviewContext, event: InterviewEvent): Accommodations {
  if (event.type !== 'accommodation.change') return context;
  return {
    timeMultiplier: event.timeMultiplier ?? context.timeMultiplier,
    isUntimed: event.isUntimed ?? context.isUntimed,
  };
}

/** What is left under other accommodations: never less than before, and after no limit at all the whole of it. */
function leftUnder(next: Accommodations, context: InterviewContext, leftMs: number | null, ms: number | null) {
  const before = allowance(ms, context);
  const after = allowance(ms, next);
  if (before === null || after === null || leftMs === null) return after;
  return leftMs + Math.max(0, after - before);
}

/** Apply accommodations to a started interview whose clock is stopped. */
function accommodated(context: InterviewContext, event: InterviewEvent): InterviewContext {
  const { prompt, plan } = context;
  const next = accommodationsIn(context, event);
  const current = question(context);
  const promptMs = (prompt?.kind === 'followUp' ? current?.followUpTimeMs : current?.timeMs) ?? null;
  return {
    ...context,
    ...next,
    totalLeftMs: leftUnder(next, context, context.totalLeftMs, plan.totalMs),
    prompt: prompt && { ...prompt, timeLeftMs: leftUnder(next, context, prompt.timeLeftMs, promptMs) },
  };
}

/** The missing point worth most that has not been asked about; the evaluator's proposal goes first. */
function missingPointId(context: DecisionInput): string | null {
  const points = context.evaluation?.points ?? [];
  const proposedId = context.evaluation?.proposedPointId;
  const weights = new Map(question(context)?.points.map((point) => [point.id, point.weight]));
  let best: string | null = null;
  // Below every worth, so that a missing point is found even where its words were all there.
  let bestWorth = -1;
  for (const point of points) {
    if (point.verdict === 'met' || context.askedPointIds.includes(point.id)) continue;
    if (point.id === proposedId) return point.id;
    const worth = (weights.get(point.id) ?? 0) * (1 - point.coverage);
    if (worth > bestWorth) {
      best = point.id;
      bestWorth = worth;
    }
  }
  return best;
}

/** What the follow-up policy reads. */
export type DecisionInput = Pick<
  InterviewContext,
  'plan' | 'questionIndex' | 'evaluation' | 'askedPointIds' | 'totalLeftMs'
>;

/** The follow-up policy: when nothing is asked. The first guard that holds is the reason (PROTOCOL.md M15). */
const refusals: Record<Exclude<DecisionReason, 'point-missing'>, (input: DecisionInput) => boolean> = {
  'not-evaluated': (input) => !input.evaluation || !question(input),
  'candidate-does-not-know': ({ evaluation }) => evaluation?.isNonAnswer === true,
  'threshold-reached': (input) => (input.evaluation?.score ?? 0) >= (question(input)?.threshold ?? 0),
  'nothing-missing': ({ evaluation }) => evaluation?.points.every((point) => point.verdict === 'met') === true,
  'limit-reached': (input) => input.askedPointIds.length >= (question(input)?.followUpsMax ?? 0),
  'all-missing-points-asked': (input) => missingPointId(input) === null,
  'no-time-left': ({ totalLeftMs }) => totalLeftMs !== null && totalLeftMs < FOLLOW_UP_TIME_MIN_MS,
};

/** Is a follow-up asked, about which point, and why or why not? */
export function decide(input: DecisionInput): Decision {
  for (const [reason, holds] of Object.entries(refusals))
    if (holds(input)) return { isAsked: false, reason: reason as DecisionReason, pointId: null };
  return { isAsked: true, reason: 'point-missing', pointId: missingPointId(input) };
}

function outputOf(event: AnyEvent): EvaluateOutput | undefined {
  return event.output as EvaluateOutput | undefined;
}

export const interview = setup({
  types: {
    context: {} as InterviewContext,
    input: {} as InterviewInput,
    events: {} as InterviewEvent,
    emitted: {} as InterviewFact,
  },
  actors: {
    /** Waits until `input.at`. Provided by src/effects.ts; as it stands here it never ends. */
    deadline: fromPromise<{ at: number }, DeadlineInput>(() => new Promise(() => {})),
    /** Judges the answers to one question. Provided by src/effects.ts. */
    evaluate: fromPromise<EvaluateOutput, EvaluateInput>(() => Promise.reject(new Error('evaluate is not provided'))),
    /** The embedded evaluator, for when `evaluate` failed. Provided by src/effects.ts. */
    evaluateFallback: fromPromise<EvaluateOutput, EvaluateInput>(() =>
      Promise.reject(new Error('evaluateFallback is not provided')),
    ),
  },
  guards: {
    isOpen: ({ context }) => context.outcome === null,
    isConsentGiven: ({ context, event }) =>
      !context.plan.isConsentRequired || (event.type === 'interview.start' && event.consent === true),
    isCurrentPrompt: ({ context, event }) => 'promptId' in event && event.promptId === context.prompt?.id,
    isAnswer: ({ context, event }) =>
      event.type === 'answer.submit' && event.promptId === context.prompt?.id && event.text.trim() !== '',
    isSkippableWithoutNext: ({ context, event }) =>
      event.type === 'prompt.skip' &&
      event.promptId === context.prompt?.id &&
      question(context)?.skippable === true &&
      context.questionIndex + 1 >= context.plan.questions.length,
    isSkippable: ({ context, event }) =>
      event.type === 'prompt.skip' && event.promptId === context.prompt?.id && question(context)?.skippable === true,
    isCurrentPromptWithoutNext: ({ context, event }) =>
      'promptId' in event &&
      event.promptId === context.prompt?.id &&
      context.questionIndex + 1 >= context.plan.questions.length,
    hasDraft: ({ context }) => context.hasDraft,
    hasNextQuestion: ({ context }) => context.questionIndex + 1 < context.plan.questions.length,
    hasPauseLeft: ({ context }) => context.pauseLeftMs > 0,
    isExtension: ({ event }) => event.type === 'deadline.extend' && Number.isSafeInteger(event.byMs) && event.byMs > 0,
    isWholeOver: ({ context, event }) => context.endsAt !== null && timeOf(event, context) >= context.endsAt,
    isCutShort: ({ context }) => context.totalLeftMs === 0 && context.questionIndex + 1 < context.plan.questions.length,
    isAccommodation: ({ event }) =>
      event.type === 'accommodation.change' &&
      (event.timeMultiplier !== undefined || event.isUntimed !== undefined) &&
      (event.timeMultiplier ?? 1) >= 1,
    isDowntime: ({ event }) => event.type === 'service.returned' && event.downMs > 0,
    isHere: ({ context }) => !context.isAway,
    isAway: ({ context }) => context.isAway,
    isAwayUncounted: ({ context }) => context.isAway && context.awayLeftMs > 0,
    isFollowUpDue: ({ context }) => context.decision?.isAsked === true,
    isScored: ({ event }) => outputOf(event)?.ok === true,
    isAttemptLeft: ({ context }) => context.attempt < context.plan.evaluation.attemptsMax,
    isRetryLeft: ({ context, event }) => {
      const output = outputOf(event);
      return output?.ok === false && output.isRetryable && context.attempt < context.plan.evaluation.attemptsMax;
    },
  },
  actions: {
    start: assign(({ context, event }) => {
      const at = timeOf(event, context);
      return { at, startedAt: at, endsAt: null, totalLeftMs: allowance(context.plan.totalMs, context) };
    }),
    askQuestion: assign(({ context, event }) => {
      const at = timeOf(event, context);
      const questionIndex = context.questionIndex + 1;
      const next = context.plan.questions[questionIndex];
      return {
        at,
        questionIndex,
        endsAt: plus(at, totalLeft(context, at)),
        totalLeftMs: null,
        askedPointIds: [],
        hasDraft: false,
        evaluation: null,
        decision: null,
        prompt: next
          ? {
              id: next.id,
              kind: 'question' as const,
              questionId: next.id,
              pointId: null,
              askedAt: at,
              deadlineAt: plus(at, allowance(next.timeMs, context)),
              timeLeftMs: null,
            }
          : null,
      };
    }),
    askFollowUp: assign(({ context, event }) => {
      const at = timeOf(event, context);
      const current = question(context);
      const pointId = context.decision?.pointId ?? '';
      const askedPointIds = [...context.askedPointIds, pointId];
      return {
        at,
        endsAt: plus(at, context.totalLeftMs),
        totalLeftMs: null,
        askedPointIds,
        hasDraft: false,
        prompt: {
          id: `${current?.id}.${askedPointIds.length}`,
          kind: 'followUp' as const,
          questionId: current?.id ?? '',
          pointId,
          askedAt: at,
          deadlineAt: plus(at, allowance(current?.followUpTimeMs ?? null, context)),
          timeLeftMs: null,
        },
      };
    }),
    keepDraft: assign(({ context, event }) => ({
      at: timeOf(event, context),
      hasDraft: event.type === 'answer.draft' && event.text.trim() !== '',
    })),
    takeAnswer: assign(({ context, event }) => ({
      ...stopped(context, timeOf(event, context)),
      hasDraft: false,
      attempt: 0,
      answeredCount: context.answeredCount + (context.prompt?.kind === 'question' ? 1 : 0),
    })),
    pause: assign(({ context, event }) => {
      const at = timeOf(event, context);
      return { ...stopped(context, at), pauseEndsAt: at + context.pauseLeftMs };
    }),
    resume: assign(({ context, event }) => {
      const at = timeOf(event, context);
      return { ...running(context, at), pauseEndsAt: null, pauseLeftMs: left(context.pauseEndsAt, at) ?? 0 };
    }),
    extendRunning: assign(({ context, event }) => {
      const byMs = event.type === 'deadline.extend' ? event.byMs : 0;
      const { prompt } = context;
      return {
        at: timeOf(event, context),
        endsAt: add(context.endsAt, byMs),
        prompt: prompt && { ...prompt, deadlineAt: add(prompt.deadlineAt, byMs) },
      };
    }),
    extendStopped: assign(({ context, event }) => {
      const byMs = event.type === 'deadline.extend' ? event.byMs : 0;
      const { prompt } = context;
      return {
        at: timeOf(event, context),
        totalLeftMs: add(context.totalLeftMs, byMs),
        prompt: prompt && { ...prompt, timeLeftMs: add(prompt.timeLeftMs, byMs) },
      };
    }),
    extendInvitation: assign(({ context, event }) => ({
      at: timeOf(event, context),
      invitationExpiresAt: add(context.invitationExpiresAt, event.type === 'deadline.extend' ? event.byMs : 0),
    })),
    accommodate: assign(({ context, event }) => ({
      at: timeOf(event, context),
      ...accommodationsIn(context, event as InterviewEvent),
    })),
    accommodateRunning: assign(({ context, event }) => {
      const at = timeOf(event, context);
      const next = accommodated({ ...context, ...stopped(context, at) }, event as InterviewEvent);
      return { ...next, ...running(next, at) };
    }),
    accommodateStopped: assign(({ context, event }) => ({
      ...accommodated(context, event as InterviewEvent),
      at: timeOf(event, context),
    })),
    leave: assign(({ context, event }) => ({ at: timeOf(event, context), isAway: true })),
    join: assign(({ context, event }) => ({ at: timeOf(event, context), isAway: false })),
    stepAway: assign(({ context }) => ({
      ...stopped(context, context.at),
      awayEndsAt: context.at + context.awayLeftMs,
    })),
    stepBack: assign(({ context, event }) => {
      const at = timeOf(event, context);
      return { ...running(context, at), awayEndsAt: null, awayLeftMs: left(context.awayEndsAt, at) ?? 0 };
    }),
    giveBack: assign(({ context, event }) => {
      const downMs = event.type === 'service.returned' ? event.downMs : 0;
      const { prompt } = context;
      return {
        at: timeOf(event, context),
        endsAt: add(context.endsAt, downMs),
        pauseEndsAt: add(context.pauseEndsAt, downMs),
        awayEndsAt: add(context.awayEndsAt, downMs),
        prompt: prompt && { ...prompt, deadlineAt: add(prompt.deadlineAt, downMs) },
      };
    }),
    beginAttempt: assign(({ context, event }) => {
      const at = timeOf(event, context);
      return { at, attempt: context.attempt + 1, evaluationDueAt: at + context.plan.evaluation.timeoutMs };
    }),
    beginFallback: assign(({ context, event }) => {
      const at = timeOf(event, context);
      return { at, evaluationDueAt: at + context.plan.evaluation.timeoutMs };
    }),
    backOff: assign(({ context, event }) => {
      const at = timeOf(event, context);
      return { at, evaluationDueAt: at + backOffMs(context.plan.evaluation, context.attempt) };
    }),
    keepEvaluation: assign(({ context, event }) => {
      const output = outputOf(event);
      const found = output?.ok === true ? output.evaluation : null;
      // Points of the rubric, each once: whatever an evaluator says, the context stays bounded.
      const ids = question(context)?.points.map(({ id }) => id) ?? [];
      const unseen = new Set(ids);
      return {
        at: timeOf(event, context),
        evaluationDueAt: null,
        // Only what the decision reads; the whole evaluation stays in the journal.
        evaluation: found && {
          score: found.score,
          points: found.points
            .filter(({ id }) => unseen.delete(id))
            .map(({ id, verdict, coverage }) => ({ id, verdict, coverage })),
          isNonAnswer: found.isNonAnswer,
          needsReview: found.needsReview,
          proposedPointId: ids.find((id) => id === found.proposedPointId) ?? null,
        },
      };
    }),
    dropEvaluation: assign(({ context, event }) => ({
      at: timeOf(event, context),
      evaluationDueAt: null,
      evaluation: null,
    })),
    decideFollowUp: assign(({ context }) => ({ decision: decide(context) })),
    complete: assign(({ context, event }, params: { outcome: Outcome }) => {
      const at = timeOf(event, context);
      return {
        ...stopped(context, at),
        prompt: null,
        hasDraft: false,
        pauseEndsAt: null,
        awayEndsAt: null,
        evaluationDueAt: null,
        outcome: params.outcome,
        completedAt: at,
      };
    }),
    tellStarted: emit(({ event }) => ({
      type: 'interview.started' as const,
      consent: event.type === 'interview.start' && event.consent === true,
    })),
    tellAsked: emit(({ context }) => ({ type: 'prompt.asked' as const, prompt: context.prompt as Prompt })),
    tellPassed: emit(({ context }, params: { because: 'skip' | 'deadline' }) => ({
      type: 'prompt.passed' as const,
      promptId: context.prompt?.id ?? '',
      because: params.because,
    })),
    tellTaken: emit(({ context }, params: { from: 'submit' | 'draft' }) => ({
      type: 'answer.taken' as const,
      promptId: context.prompt?.id ?? '',
      questionId: context.prompt?.questionId ?? '',
      from: params.from,
    })),
    tellAttempt: emit(({ context }) => ({
      type: 'evaluation.started' as const,
      answerId: context.prompt?.id ?? '',
      attempt: context.attempt,
    })),
    tellFailed: emit(({ context, event }, params: { code: string }) => {
      const output = outputOf(event);
      return {
        type: 'evaluation.failed' as const,
        answerId: context.prompt?.id ?? '',
        attempt: context.attempt,
        code: output?.ok === false ? output.code : params.code,
      };
    }),
    tellDegraded: emit(({ context }) => ({
      type: 'evaluation.degraded' as const,
      answerId: context.prompt?.id ?? '',
    })),
    tellEvaluated: emit(({ context }) => ({
      type: 'evaluation.done' as const,
      answerId: context.prompt?.id ?? '',
      score: context.evaluation?.score ?? 0,
      needsReview: context.evaluation?.needsReview === true,
    })),
    tellMissing: emit(({ context }) => ({ type: 'evaluation.missing' as const, answerId: context.prompt?.id ?? '' })),
    tellDecision: emit(({ context }) => ({
      type: 'followUp.decided' as const,
      questionId: context.prompt?.questionId ?? '',
      decision: context.decision as Decision,
    })),
    tellPaused: emit(({ context }) => ({
      type: 'interview.paused' as const,
      until: context.pauseEndsAt ?? context.at,
    })),
    tellResumed: emit((_, params: { because: 'candidate' | 'deadline' }) => ({
      type: 'interview.resumed' as const,
      because: params.because,
    })),
    tellExtended: emit(({ event }) => ({
      type: 'deadline.extended' as const,
      byMs: event.type === 'deadline.extend' ? event.byMs : 0,
    })),
    tellAccommodated: emit(({ context }) => ({
      type: 'accommodation.changed' as const,
      timeMultiplier: context.timeMultiplier,
      isUntimed: context.isUntimed,
    })),
    tellLeft: emit({ type: 'candidate.left' as const }),
    tellJoined: emit({ type: 'candidate.joined' as const }),
    tellDowntime: emit(({ event }) => ({
      type: 'service.returned' as const,
      downMs: event.type === 'service.returned' ? event.downMs : 0,
    })),
    tellCompleted: emit(({ context }) => ({
      type: 'interview.completed' as const,
      outcome: context.outcome as Outcome,
    })),
    tellDefect: emit(({ event }) => ({
      type: 'defect' as const,
      actorId: (event as { actorId?: string }).actorId ?? '',
    })),
  },
}).createMachine({
  id: 'interview',
  version: '2',
  // An endless loop of eventless transitions throws instead of hanging every interview.
  options: { maxIterations: 100 },
  description: 'One interview, from the invitation to its outcome.',
  // XState calls this with no input on each pure transition, so it must be total.
  context: ({ input }) => ({
    interviewId: input?.interviewId ?? '',
    plan: input?.plan,
    at: input?.at ?? 0,
    invitationExpiresAt: input?.invitationExpiresAt ?? null,
    timeMultiplier: input?.timeMultiplier ?? 1,
    isUntimed: input?.isUntimed ?? false,
    startedAt: null,
    endsAt: null,
    totalLeftMs: null,
    questionIndex: -1,
    prompt: null,
    askedPointIds: [],
    hasDraft: false,
    answeredCount: 0,
    pauseLeftMs: input?.plan?.pauseMs ?? 0,
    pauseEndsAt: null,
    isAway: false,
    awayLeftMs: input?.plan?.disconnectedMs ?? 0,
    awayEndsAt: null,
    attempt: 0,
    evaluationDueAt: null,
    evaluation: null,
    decision: null,
    outcome: null,
    completedAt: null,
  }),
  initial: 'IDLE',
  on: {
    'interview.cancel': {
      // A final state keeps the handlers of its parent: without the guard a second cancel would rewrite the outcome.
      guard: 'isOpen',
      target: '.COMPLETE',
      actions: [{ type: 'complete', params: { outcome: 'cancelled' } }],
      description: 'An operator ends the interview; what was answered stays.',
    },
  },
  states: {
    IDLE: {
      description: 'Invited. Nothing has been asked; the invitation runs out at its deadline.',
      invoke: {
        id: 'invitation',
        src: 'deadline',
        input: ({ context }) => ({ at: context.invitationExpiresAt }),
        onDone: { target: 'COMPLETE', actions: [{ type: 'complete', params: { outcome: 'expired' } }] },
        onError: { actions: ['tellDefect'] },
      },
      on: {
        'interview.start': {
          guard: 'isConsentGiven',
          target: 'QUESTIONING',
          actions: ['start', 'tellStarted', 'askQuestion', 'tellAsked'],
        },
        'interview.end': {
          target: 'COMPLETE',
          actions: [{ type: 'complete', params: { outcome: 'declined' } }],
          description: 'The candidate declines.',
        },
        'deadline.extend': {
          guard: 'isExtension',
          target: 'IDLE',
          reenter: true,
          actions: ['extendInvitation', 'tellExtended'],
        },
        'accommodation.change': { guard: 'isAccommodation', actions: ['accommodate', 'tellAccommodated'] },
      },
    },
    QUESTIONING: {
      description: 'A main question is with the candidate.',
      initial: 'ANSWERING',
      on: {
        'interview.end': { target: 'COMPLETE', actions: [{ type: 'complete', params: { outcome: 'ended' } }] },
        'candidate.left': { guard: 'isHere', actions: ['leave', 'tellLeft'] },
        'candidate.joined': { guard: 'isAway', actions: ['join', 'tellJoined'] },
      },
      states: {
        ANSWERING: {
          description: "The candidate's clock runs: for this question and for the whole interview.",
          invoke: [
            {
              id: 'prompt',
              src: 'deadline',
              input: ({ context }) => ({ at: context.prompt?.deadlineAt ?? null }),
              onDone: [
                {
                  guard: 'hasDraft',
                  target: '#interview.EVALUATING',
                  actions: [{ type: 'tellTaken', params: { from: 'draft' } }, 'takeAnswer'],
                  description: 'Time is up with a draft: the draft becomes the answer.',
                },
                {
                  guard: 'isWholeOver',
                  target: '#interview.COMPLETE',
                  actions: [
                    { type: 'tellPassed', params: { because: 'deadline' } },
                    { type: 'complete', params: { outcome: 'expired' } },
                  ],
                  description: 'The whole interview is over as well, for instance after a downtime.',
                },
                {
                  guard: 'hasNextQuestion',
                  target: '#interview.QUESTIONING',
                  reenter: true,
                  actions: [{ type: 'tellPassed', params: { because: 'deadline' } }, 'askQuestion', 'tellAsked'],
                },
                {
                  target: '#interview.COMPLETE',
                  actions: [
                    { type: 'tellPassed', params: { because: 'deadline' } },
                    { type: 'complete', params: { outcome: 'finished' } },
                  ],
                },
              ],
              onError: { actions: ['tellDefect'] },
            },
            {
              id: 'whole',
              src: 'deadline',
              input: ({ context }) => ({ at: context.endsAt }),
              onDone: [
                {
                  guard: 'hasDraft',
                  target: '#interview.EVALUATING',
                  actions: [{ type: 'tellTaken', params: { from: 'draft' } }, 'takeAnswer'],
                  description: 'The interview is over with a draft: it is judged, then nothing more is asked.',
                },
                {
                  target: '#interview.COMPLETE',
                  actions: [
                    { type: 'tellPassed', params: { because: 'deadline' } },
                    { type: 'complete', params: { outcome: 'expired' } },
                  ],
                },
              ],
              onError: { actions: ['tellDefect'] },
            },
          ],
          on: {
            'answer.submit': {
              guard: 'isAnswer',
              target: '#interview.EVALUATING',
              actions: [{ type: 'tellTaken', params: { from: 'submit' } }, 'takeAnswer'],
            },
            'answer.draft': { guard: 'isCurrentPrompt', actions: ['keepDraft'] },
            'prompt.skip': [
              {
                guard: 'isSkippableWithoutNext',
                target: '#interview.COMPLETE',
                actions: [
                  { type: 'tellPassed', params: { because: 'skip' } },
                  { type: 'complete', params: { outcome: 'finished' } },
                ],
              },
              {
                guard: 'isSkippable',
                target: '#interview.QUESTIONING',
                reenter: true,
                actions: [{ type: 'tellPassed', params: { because: 'skip' } }, 'askQuestion', 'tellAsked'],
              },
            ],
            'interview.pause': { guard: 'hasPauseLeft', target: 'PAUSED', actions: ['pause', 'tellPaused'] },
            'deadline.extend': {
              guard: 'isExtension',
              target: 'ANSWERING',
              reenter: true,
              actions: ['extendRunning', 'tellExtended'],
            },
            'accommodation.change': {
              guard: 'isAccommodation',
              target: 'ANSWERING',
              reenter: true,
              actions: ['accommodateRunning', 'tellAccommodated'],
            },
            'service.returned': {
              guard: 'isDowntime',
              target: 'ANSWERING',
              reenter: true,
              actions: ['giveBack', 'tellDowntime'],
              description: 'The service was down: what the candidate lost of their time is given back.',
            },
          },
          always: {
            guard: 'isAwayUncounted',
            target: 'AWAY',
            actions: ['stepAway'],
            description: 'The candidate has no connection, and the plan does not count that yet.',
          },
        },
        AWAY: {
          description:
            "The candidate's clock is stopped until they are back or the plan's allowance for that is spent.",
          invoke: {
            id: 'away',
            src: 'deadline',
            input: ({ context }) => ({ at: context.awayEndsAt }),
            onDone: { target: 'ANSWERING', actions: ['stepBack'] },
            onError: { actions: ['tellDefect'] },
          },
          on: {
            'candidate.joined': { target: 'ANSWERING', actions: ['join', 'stepBack', 'tellJoined'] },
            'deadline.extend': { guard: 'isExtension', actions: ['extendStopped', 'tellExtended'] },
            'accommodation.change': { guard: 'isAccommodation', actions: ['accommodateStopped', 'tellAccommodated'] },
            'service.returned': {
              guard: 'isDowntime',
              target: 'AWAY',
              reenter: true,
              actions: ['giveBack', 'tellDowntime'],
            },
          },
        },
        PAUSED: {
          description: "The candidate's clock is stopped until they resume or the pause budget is spent.",
          invoke: {
            id: 'pause',
            src: 'deadline',
            input: ({ context }) => ({ at: context.pauseEndsAt }),
            onDone: {
              target: 'ANSWERING',
              actions: ['resume', { type: 'tellResumed', params: { because: 'deadline' } }],
            },
            onError: { actions: ['tellDefect'] },
          },
          on: {
            'interview.resume': {
              target: 'ANSWERING',
              actions: ['resume', { type: 'tellResumed', params: { because: 'candidate' } }],
            },
            'answer.draft': {
              guard: 'isCurrentPrompt',
              actions: ['keepDraft'],
              description: 'A draft that was on its way when the candidate paused is kept.',
            },
            'deadline.extend': { guard: 'isExtension', actions: ['extendStopped', 'tellExtended'] },
            'accommodation.change': { guard: 'isAccommodation', actions: ['accommodateStopped', 'tellAccommodated'] },
            'service.returned': {
              guard: 'isDowntime',
              target: 'PAUSED',
              reenter: true,
              actions: ['giveBack', 'tellDowntime'],
            },
          },
        },
      },
    },
    EVALUATING: {
      description: "The answers to this question are judged. The candidate's clock is stopped.",
      initial: 'SCORING',
      on: {
        'deadline.extend': { guard: 'isExtension', actions: ['extendStopped', 'tellExtended'] },
        'accommodation.change': { guard: 'isAccommodation', actions: ['accommodateStopped', 'tellAccommodated'] },
        'candidate.left': { guard: 'isHere', actions: ['leave', 'tellLeft'] },
        'candidate.joined': { guard: 'isAway', actions: ['join', 'tellJoined'] },
        'service.returned': {
          guard: 'isDowntime',
          actions: ['giveBack', 'tellDowntime'],
          description: "The candidate's clock is stopped here anyway: the downtime is only noted.",
        },
      },
      states: {
        SCORING: {
          description: 'The configured evaluator judges, within a time limit.',
          entry: ['beginAttempt', 'tellAttempt'],
          invoke: [
            {
              id: 'evaluate',
              src: 'evaluate',
              input: ({ context }) => ({
                key: `${context.interviewId}/${context.prompt?.id}/${context.attempt}`,
                questionId: context.prompt?.questionId ?? '',
                answerId: context.prompt?.id ?? '',
                attempt: context.attempt,
              }),
              onDone: [
                { guard: 'isScored', target: 'DECIDING', actions: ['keepEvaluation', 'tellEvaluated'] },
                {
                  guard: 'isRetryLeft',
                  target: 'BACKING_OFF',
                  actions: [{ type: 'tellFailed', params: { code: 'FAILED' } }, 'backOff'],
                },
                { target: 'FALLBACK', actions: [{ type: 'tellFailed', params: { code: 'FAILED' } }] },
              ],
              onError: {
                target: 'FALLBACK',
                actions: ['tellDefect', { type: 'tellFailed', params: { code: 'DEFECT' } }],
              },
            },
            {
              id: 'evaluation',
              src: 'deadline',
              input: ({ context }) => ({ at: context.evaluationDueAt }),
              onDone: [
                {
                  guard: 'isAttemptLeft',
                  target: 'BACKING_OFF',
                  actions: [{ type: 'tellFailed', params: { code: 'TIMEOUT' } }, 'backOff'],
                },
                { target: 'FALLBACK', actions: [{ type: 'tellFailed', params: { code: 'TIMEOUT' } }] },
              ],
              onError: {
                target: 'FALLBACK',
                actions: ['tellDefect', { type: 'tellFailed', params: { code: 'DEFECT' } }],
              },
            },
          ],
        },
        BACKING_OFF: {
          description: 'The evaluator failed; wait a little, longer each time, and try again.',
          invoke: {
            id: 'backOff',
            src: 'deadline',
            input: ({ context }) => ({ at: context.evaluationDueAt }),
            onDone: { target: 'SCORING' },
            onError: { target: 'FALLBACK', actions: ['tellDefect'] },
          },
        },
        FALLBACK: {
          description: 'The evaluator is given up; the embedded one judges instead and its result is marked degraded.',
          entry: ['beginFallback', 'tellDegraded'],
          invoke: [
            {
              id: 'evaluateFallback',
              src: 'evaluateFallback',
              input: ({ context }) => ({
                key: `${context.interviewId}/${context.prompt?.id}/fallback`,
                questionId: context.prompt?.questionId ?? '',
                answerId: context.prompt?.id ?? '',
                attempt: context.attempt,
              }),
              onDone: [
                { guard: 'isScored', target: 'DECIDING', actions: ['keepEvaluation', 'tellEvaluated'] },
                { target: 'NEEDS_REVIEW', actions: [{ type: 'tellFailed', params: { code: 'FAILED' } }] },
              ],
              onError: {
                target: 'NEEDS_REVIEW',
                actions: ['tellDefect', { type: 'tellFailed', params: { code: 'DEFECT' } }],
              },
            },
            {
              id: 'evaluation',
              src: 'deadline',
              input: ({ context }) => ({ at: context.evaluationDueAt }),
              onDone: { target: 'NEEDS_REVIEW', actions: [{ type: 'tellFailed', params: { code: 'TIMEOUT' } }] },
              onError: {
                target: 'NEEDS_REVIEW',
                actions: ['tellDefect', { type: 'tellFailed', params: { code: 'DEFECT' } }],
              },
            },
          ],
        },
        NEEDS_REVIEW: {
          description: 'Nothing could judge this answer: it stays unscored for a person, and the interview goes on.',
          entry: ['dropEvaluation', 'tellMissing'],
          always: { target: 'DECIDING' },
        },
        DECIDING: {
          description: 'Is something missing and worth asking? The decision and its reason are recorded either way.',
          entry: ['decideFollowUp', 'tellDecision'],
          always: [
            { guard: 'isFollowUpDue', target: '#interview.FOLLOW_UP', actions: ['askFollowUp', 'tellAsked'] },
            {
              guard: 'isCutShort',
              target: '#interview.COMPLETE',
              actions: [{ type: 'complete', params: { outcome: 'expired' } }],
            },
            { guard: 'hasNextQuestion', target: '#interview.QUESTIONING', actions: ['askQuestion', 'tellAsked'] },
            { target: '#interview.COMPLETE', actions: [{ type: 'complete', params: { outcome: 'finished' } }] },
          ],
        },
      },
    },
    FOLLOW_UP: {
      description: 'Something was missing in the answer: a question about it is with the candidate.',
      initial: 'ANSWERING',
      on: {
        'interview.end': { target: 'COMPLETE', actions: [{ type: 'complete', params: { outcome: 'ended' } }] },
        'candidate.left': { guard: 'isHere', actions: ['leave', 'tellLeft'] },
        'candidate.joined': { guard: 'isAway', actions: ['join', 'tellJoined'] },
      },
      states: {
        ANSWERING: {
          description: "The candidate's clock runs: for this follow-up and for the whole interview.",
          invoke: [
            {
              id: 'prompt',
              src: 'deadline',
              input: ({ context }) => ({ at: context.prompt?.deadlineAt ?? null }),
              onDone: [
                {
                  guard: 'hasDraft',
                  target: '#interview.EVALUATING',
                  actions: [{ type: 'tellTaken', params: { from: 'draft' } }, 'takeAnswer'],
                  description: 'Time is up with a draft: the draft becomes the answer.',
                },
                {
                  guard: 'isWholeOver',
                  target: '#interview.COMPLETE',
                  actions: [
                    { type: 'tellPassed', params: { because: 'deadline' } },
                    { type: 'complete', params: { outcome: 'expired' } },
                  ],
                  description: 'The whole interview is over as well, for instance after a downtime.',
                },
                {
                  guard: 'hasNextQuestion',
                  target: '#interview.QUESTIONING',
                  actions: [{ type: 'tellPassed', params: { because: 'deadline' } }, 'askQuestion', 'tellAsked'],
                },
                {
                  target: '#interview.COMPLETE',
                  actions: [
                    { type: 'tellPassed', params: { because: 'deadline' } },
                    { type: 'complete', params: { outcome: 'finished' } },
                  ],
                },
              ],
              onError: { actions: ['tellDefect'] },
            },
            {
              id: 'whole',
              src: 'deadline',
              input: ({ context }) => ({ at: context.endsAt }),
              onDone: [
                {
                  guard: 'hasDraft',
                  target: '#interview.EVALUATING',
                  actions: [{ type: 'tellTaken', params: { from: 'draft' } }, 'takeAnswer'],
                  description: 'The interview is over with a draft: it is judged, then nothing more is asked.',
                },
                {
                  target: '#interview.COMPLETE',
                  actions: [
                    { type: 'tellPassed', params: { because: 'deadline' } },
                    { type: 'complete', params: { outcome: 'expired' } },
                  ],
                },
              ],
              onError: { actions: ['tellDefect'] },
            },
          ],
          on: {
            'answer.submit': {
              guard: 'isAnswer',
              target: '#interview.EVALUATING',
              actions: [{ type: 'tellTaken', params: { from: 'submit' } }, 'takeAnswer'],
            },
            'answer.draft': { guard: 'isCurrentPrompt', actions: ['keepDraft'] },
            'prompt.skip': [
              {
                guard: 'isCurrentPromptWithoutNext',
                target: '#interview.COMPLETE',
                actions: [
                  { type: 'tellPassed', params: { because: 'skip' } },
                  { type: 'complete', params: { outcome: 'finished' } },
                ],
              },
              {
                guard: 'isCurrentPrompt',
                target: '#interview.QUESTIONING',
                actions: [{ type: 'tellPassed', params: { because: 'skip' } }, 'askQuestion', 'tellAsked'],
              },
            ],
            'interview.pause': { guard: 'hasPauseLeft', target: 'PAUSED', actions: ['pause', 'tellPaused'] },
            'deadline.extend': {
              guard: 'isExtension',
              target: 'ANSWERING',
              reenter: true,
              actions: ['extendRunning', 'tellExtended'],
            },
            'accommodation.change': {
              guard: 'isAccommodation',
              target: 'ANSWERING',
              reenter: true,
              actions: ['accommodateRunning', 'tellAccommodated'],
            },
            'service.returned': {
              guard: 'isDowntime',
              target: 'ANSWERING',
              reenter: true,
              actions: ['giveBack', 'tellDowntime'],
              description: 'The service was down: what the candidate lost of their time is given back.',
            },
          },
          always: {
            guard: 'isAwayUncounted',
            target: 'AWAY',
            actions: ['stepAway'],
            description: 'The candidate has no connection, and the plan does not count that yet.',
          },
        },
        AWAY: {
          description:
            "The candidate's clock is stopped until they are back or the plan's allowance for that is spent.",
          invoke: {
            id: 'away',
            src: 'deadline',
            input: ({ context }) => ({ at: context.awayEndsAt }),
            onDone: { target: 'ANSWERING', actions: ['stepBack'] },
            onError: { actions: ['tellDefect'] },
          },
          on: {
            'candidate.joined': { target: 'ANSWERING', actions: ['join', 'stepBack', 'tellJoined'] },
            'deadline.extend': { guard: 'isExtension', actions: ['extendStopped', 'tellExtended'] },
            'accommodation.change': { guard: 'isAccommodation', actions: ['accommodateStopped', 'tellAccommodated'] },
            'service.returned': {
              guard: 'isDowntime',
              target: 'AWAY',
              reenter: true,
              actions: ['giveBack', 'tellDowntime'],
            },
          },
        },
        PAUSED: {
          description: "The candidate's clock is stopped until they resume or the pause budget is spent.",
          invoke: {
            id: 'pause',
            src: 'deadline',
            input: ({ context }) => ({ at: context.pauseEndsAt }),
            onDone: {
              target: 'ANSWERING',
              actions: ['resume', { type: 'tellResumed', params: { because: 'deadline' } }],
            },
            onError: { actions: ['tellDefect'] },
          },
          on: {
            'interview.resume': {
              target: 'ANSWERING',
              actions: ['resume', { type: 'tellResumed', params: { because: 'candidate' } }],
            },
            'answer.draft': {
              guard: 'isCurrentPrompt',
              actions: ['keepDraft'],
              description: 'A draft that was on its way when the candidate paused is kept.',
            },
            'deadline.extend': { guard: 'isExtension', actions: ['extendStopped', 'tellExtended'] },
            'accommodation.change': { guard: 'isAccommodation', actions: ['accommodateStopped', 'tellAccommodated'] },
            'service.returned': {
              guard: 'isDowntime',
              target: 'PAUSED',
              reenter: true,
              actions: ['giveBack', 'tellDowntime'],
            },
          },
        },
      },
    },
    COMPLETE: {
      type: 'final',
      description: 'Over, with an outcome. Nothing changes any more; reports read the journal.',
      entry: ['tellCompleted'],
    },
  },
});
