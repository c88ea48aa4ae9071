import type { InterviewEvent, Prompt } from '../machines/interview.ts';
import type { InterviewMeta, JournalRecord } from './journal/journal.ts';
import type { PublishedPlan } from './plans/schema.ts';
import { followUpReason } from './plans/wording.ts';
import {
  type CandidateView,
  type CommandType,
  commandRoles,
  type PromptView,
  type RecordView,
  type Role,
  type TimeLedger,
  type Transcript,
  type View,
} from './protocol.ts';
import { type Snapshot, stateOf, statePathOf } from './reduce.ts';
import { promptText } from './report/transcript.ts';
import { scoreOf, type Working } from './working.ts';

/** Everything that a view may be made of. The last two are for reviewers and operators only, and asked for only then. */
export interface ViewSource {
  published: PublishedPlan;
  meta: InterviewMeta;
  snapshot: Snapshot;
  working: Working;
  isCandidateConnected: boolean;
  /** The limit that the host enforces. */
  answerCharsMax: number;
  now: number;
  transcript(): Transcript;
  timeLedger(): TimeLedger;
}

/** For each command an event which the machine would have to take, to ask it what is possible now. */
function sampleOf(type: CommandType, promptId: string): InterviewEvent {
  const at = 0;
  switch (type) {
    case 'interview.start':
      return { type, at, consent: true };
    case 'answer.submit':
    case 'answer.draft':
      return { type, at, promptId, text: 'x' };
    case 'prompt.skip':
      return { type, at, promptId };
    case 'deadline.extend':
      return { type, at, byMs: 1 };
    case 'accommodation.change':
      return { type, at, isUntimed: false };
    default:
      return { type, at };
  }
}

const commandTypes = Object.keys(commandRoles) as CommandType[];

/** The commands that a role may give now. Asked of the machine, so it cannot differ from what is accepted. */
export function allowedFor(role: Role, snapshot: Snapshot): CommandType[] {
  const promptId = snapshot.context.prompt?.id ?? '';
  return commandTypes.filter((type) => commandRoles[type] === role && snapshot.can(sampleOf(type, promptId)));
}

function earliest(...instants: (number | null)[]): number | null {
  const set = instants.filter((instant) => instant !== null);
  return set.length === 0 ? null : Math.min(...set);
}

function optional<Key extends string, Value>(key: Key, value: Value | null | undefined): { [K in Key]?: Value } {
  return value === null || value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}

function promptOf(source: ViewSource, prompt: Prompt, role: Role): PromptView {
  const { plan } = source.published;
  const { context } = source.snapshot;
  const question = plan.questions[context.questionIndex];
  return {
    id: prompt.id,
    kind: prompt.kind,
    text: promptText(plan, prompt),
    index: context.questionIndex + 1,
    total: plan.questions.length,
    ...(prompt.kind === 'followUp'
      ? { parentId: prompt.questionId, ...optional('parentText', question?.text), reason: followUpReason(prompt) }
      : {}),
    askedAt: prompt.askedAt,
    ...optional('deadlineAt', earliest(prompt.deadlineAt, context.endsAt)),
    ...optional('timeLeftMs', earliest(prompt.timeLeftMs, context.totalLeftMs)),
    ...(role === 'candidate' && source.working.draft !== '' ? { draft: source.working.draft } : {}),
    isSkippable: prompt.kind === 'followUp' || question?.skippable === true,
  };
}

/** The candidate's own limit: the plan's, stretched by their accommodation. */
function totalMinutesOf({ published, snapshot }: ViewSource): number | null {
  const { totalMinutes } = published.plan.limits;
  const { isUntimed, timeMultiplier } = snapshot.context;
  return totalMinutes === undefined || isUntimed ? null : totalMinutes * timeMultiplier;
}

function common(source: ViewSource, role: Role): Omit<CandidateView, 'role'> {
  const { snapshot, published, meta } = source;
  const { context } = snapshot;
  const { plan } = published;
  const state = stateOf(snapshot);
  const isWaiting = state === 'QUESTIONING' || state === 'FOLLOW_UP';
  return {
    interviewId: context.interviewId,
    state,
    prompt: isWaiting && context.prompt ? promptOf(source, context.prompt, role) : null,
    paused: context.pauseEndsAt !== null,
    ...optional('pauseEndsAt', context.pauseEndsAt),
    allowed: allowedFor(role, snapshot),
    progress: { answered: context.answeredCount, total: plan.questions.length },
    serverTime: source.now,
    ...optional('outcome', context.outcome),
    plan: {
      title: plan.title,
      ...optional('intro', plan.intro),
      ...optional('consent', plan.candidate.consent),
      questionCount: plan.questions.length,
      ...optional('totalMinutes', totalMinutesOf(source)),
      pauseMinutes: plan.limits.pauseMinutes,
      ...optional('disconnectedMinutes', plan.limits.disconnectedMinutes),
      followUpsMax: plan.questions.reduce((max, question) => Math.max(max, question.maxFollowUps), 0),
      answerCharsMax: source.answerCharsMax,
    },
    ...optional('candidateName', meta.candidate.name),
    ...(state === 'IDLE' ? optional('invitationExpiresAt', context.invitationExpiresAt) : {}),
  };
}

function resultsOf({ published, working }: ViewSource): NonNullable<CandidateView['results']> {
  return published.plan.questions.flatMap(({ id, text }) => {
    const score = scoreOf(working, id);
    return score === undefined ? [] : [{ questionId: id, text, score }];
  });
}

/**
 * What a role may see of an interview: the only place that decides it.
 *
 * Source: PROTOCOL.md V1 (a candidate sees no score, rubric or key point unless the plan says so).
 */
export function viewFor(role: Role, source: ViewSource): View {
  const { snapshot, published, meta } = source;
  const { context } = snapshot;
  if (role === 'candidate') {
    const showsResults = published.plan.candidate.seesScores && context.outcome !== null;
    return { role, ...common(source, role), ...(showsResults ? { results: resultsOf(source) } : {}) };
  }
  return {
    role,
    ...common(source, role),
    statePath: statePathOf(snapshot),
    createdAt: meta.createdAt,
    ...optional('startedAt', context.startedAt),
    ...optional('completedAt', context.completedAt),
    ...optional('endsAt', context.endsAt),
    isCandidateConnected: source.isCandidateConnected,
    planId: published.plan.id,
    planVersion: published.version,
    transcript: source.transcript(),
    timeLedger: source.timeLedger(),
  };
}

/**
 * A journal record as reviewers and operators may follow it.
 *
 * Source: PROTOCOL.md V6 (the words of a draft are the candidate's own until they are an answer).
 */
export function recordFor({ seq, at, by, event, facts, state, hash }: JournalRecord): RecordView {
  const { text, ...rest } = event;
  const isDraft = event.type === 'answer.draft';
  return { seq, at, by, event: isDraft ? { ...rest, chars: String(text).length } : event, facts, state, hash };
}
