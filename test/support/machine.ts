import { type EventFromLogic, initialTransition, type SnapshotFrom, transition } from 'xstate';
import {
  type EvaluateOutput,
  type EvaluationDigest,
  type InterviewEvent,
  type InterviewFact,
  type InterviewInput,
  interview,
  type PlanOutline,
  type QuestionOutline,
} from '../../machines/interview.ts';

// The machine under XState's pure functions, read without any of src: the machine's tests stand on the machine alone.

export type Snapshot = SnapshotFrom<typeof interview>;

/** Every event of the machine, the results of invoked actors included. */
export type MachineEvent = InterviewEvent | { type: `xstate.${string}`; at?: number };

/** An invoked actor that was started or is running. */
export interface Invoked {
  id: string;
  src: string;
  input: Record<string, unknown>;
}

/** What one event did. `isTaken` is false when XState gave back the same snapshot and no action. */
export interface Step {
  snapshot: Snapshot;
  isTaken: boolean;
  facts: InterviewFact[];
  started: Invoked[];
  stoppedIds: string[];
}

/** The instant at which every interview of these tests is created. */
export const T0 = 1_000_000;
export const SECOND = 1_000;
export const MINUTE = 60_000;

/** Question with a minute to answer, half a minute per follow-up, two follow-ups and three points. */
export function questionOutline(id: string, overrides: Partial<QuestionOutline> = {}): QuestionOutline {
  return {
    id,
    timeMs: MINUTE,
    followUpTimeMs: MINUTE / 2,
    followUpsMax: 2,
    skippable: true,
    threshold: 0.6,
    points: [
      { id: 'cause', weight: 1 },
      { id: 'effect', weight: 2 },
      { id: 'limit', weight: 1 },
    ],
    ...overrides,
  };
}

/** Two questions, ten minutes, one minute of pauses, none of disconnection, three attempts of 20 s. */
export function planOutline(overrides: Partial<PlanOutline> = {}): PlanOutline {
  return {
    hash: 'f00d',
    isConsentRequired: false,
    totalMs: 10 * MINUTE,
    pauseMs: MINUTE,
    disconnectedMs: 0,
    evaluation: { timeoutMs: 20 * SECOND, attemptsMax: 3, backoffMs: SECOND },
    questions: [questionOutline('a'), questionOutline('b')],
    ...overrides,
  };
}

/** An interview of `planOutline()` whose invitation lasts an hour. */
export function interviewInput(overrides: Partial<InterviewInput> = {}): InterviewInput {
  return {
    interviewId: 'i1',
    at: T0,
    plan: planOutline(),
    invitationExpiresAt: T0 + 60 * MINUTE,
    timeMultiplier: 1,
    isUntimed: false,
    ...overrides,
  };
}

/** One answer judged: by default `cause` is met, `effect` and `limit` are missing. */
export function evaluationDigest(overrides: Partial<EvaluationDigest> = {}): EvaluationDigest {
  return {
    score: 0.25,
    points: [
      { id: 'cause', verdict: 'met', coverage: 1 },
      { id: 'effect', verdict: 'not_met', coverage: 0 },
      { id: 'limit', verdict: 'partial', coverage: 0.5 },
    ],
    isNonAnswer: false,
    needsReview: false,
    proposedPointId: null,
    ...overrides,
  };
}

/** A judgement with which nothing more is asked. */
export const enough = evaluationDigest({ score: 0.9 });

/** The event by which an invoked actor's value returns, as XState makes it. */
export function doneEvent(id: string, output: { at: number }): MachineEvent {
  return { type: `xstate.done.actor.${id}`, actorId: id, output } as MachineEvent;
}

/** The event by which an invoked actor's rejection returns; a live XState actor gives it no `at`. */
export function errorEvent(id: string, at?: number, error: unknown = new Error('defect')): MachineEvent {
  const event = { type: `xstate.error.actor.${id}` as const, actorId: id, error };
  return at === undefined ? event : { ...event, at };
}

function read(snapshot: Snapshot, actions: readonly { type: string; params: unknown }[], before?: Snapshot): Step {
  const of = (type: string) => actions.filter((action) => action.type === type).map((action) => action.params);
  const started: Invoked[] = [];
  const stoppedIds: string[] = [];
  for (const { type, params } of actions) {
    if (type === 'xstate.spawnChild') {
      const { id, src, input } = params as Invoked;
      started.push({ id, src, input });
    }
    // A snapshot that went through JSON knows no children, so there XState names nobody.
    const { id } = (type === 'xstate.stopChild' && (params as { id: string } | undefined)) || { id: undefined };
    // A state that is left as soon as it is entered starts and stops in one step.
    const index = started.findIndex((invoked) => invoked.id === id);
    if (index >= 0) started.splice(index, 1);
    else if (id !== undefined) stoppedIds.push(id);
  }
  return {
    snapshot,
    isTaken: snapshot !== before || actions.length > 0,
    facts: of('xstate.emit').map((params) => (params as { event: InterviewFact }).event),
    started,
    stoppedIds,
  };
}

/** The first step of an interview. */
export function begin(input: InterviewInput): Step {
  const [snapshot, actions] = initialTransition(interview, input);
  return read(snapshot, actions);
}

/** One event on one snapshot. */
export function apply(snapshot: Snapshot, event: MachineEvent): Step {
  const [next, actions] = transition(interview, snapshot, event as EventFromLogic<typeof interview>);
  return read(next, actions, snapshot);
}

/** The dotted path of the active state, e.g. `QUESTIONING.ANSWERING`. */
export function pathOf(snapshot: { value: unknown }): string {
  const { value } = snapshot;
  if (typeof value === 'string') return value;
  const [key, child] = Object.entries(value as Record<string, unknown>)[0] ?? ['', ''];
  return `${key}.${pathOf({ value: child })}`;
}

/** A fact in one line: its type and what tells it apart. */
export function brief(fact: InterviewFact): string {
  switch (fact.type) {
    case 'prompt.asked':
      return `${fact.type} ${fact.prompt.id}`;
    case 'prompt.passed':
      return `${fact.type} ${fact.promptId} ${fact.because}`;
    case 'answer.taken':
      return `${fact.type} ${fact.promptId} ${fact.from}`;
    case 'evaluation.started':
      return `${fact.type} ${fact.answerId} ${fact.attempt}`;
    case 'evaluation.failed':
      return `${fact.type} ${fact.answerId} ${fact.attempt} ${fact.code}`;
    case 'evaluation.degraded':
    case 'evaluation.done':
    case 'evaluation.missing':
      return `${fact.type} ${fact.answerId}`;
    case 'followUp.decided':
      return `${fact.type} ${fact.questionId} ${fact.decision.reason}`;
    case 'interview.resumed':
      return `${fact.type} ${fact.because}`;
    case 'interview.completed':
      return `${fact.type} ${fact.outcome}`;
    case 'deadline.extended':
      return `${fact.type} ${fact.byMs}`;
    case 'accommodation.changed':
      return `${fact.type} ${fact.timeMultiplier} ${fact.isUntimed ? 'untimed' : 'timed'}`;
    case 'service.returned':
      return `${fact.type} ${fact.downMs}`;
    case 'defect':
      return `${fact.type} ${fact.actorId}`;
    default:
      return fact.type;
  }
}

type Undated<Event> = Event extends { at: number } ? Omit<Event, 'at'> : never;

/** One interview on a clock moved by hand. Every step is kept; refused events move nothing. */
export interface Walk {
  readonly snapshot: Snapshot;
  readonly context: Snapshot['context'];
  readonly path: string;
  readonly now: number;
  readonly last: Step;
  readonly facts: InterviewFact[];
  /** Running invoked actors by id. */
  readonly running: ReadonlyMap<string, Invoked>;
  /** The events so far, as the machine got them. */
  readonly events: MachineEvent[];
  wait(ms: number): Walk;
  take(event: MachineEvent): Walk;
  send(event: Undated<InterviewEvent>): Walk;
  /** Answer the current prompt. */
  answer(text?: string): Walk;
  draft(text?: string): Walk;
  skip(): Walk;
  /** Move the clock to a running deadline (never back) and let it pass. */
  pass(id: string): Walk;
  /** Let a running evaluator answer. */
  judge(evaluation?: EvaluationDigest, id?: string): Walk;
  fail(isRetryable?: boolean, id?: string): Walk;
  /** Let a running actor reject. */
  crash(id: string): Walk;
}

/** Begin an interview and walk through it. */
export function walk(input: InterviewInput = interviewInput()): Walk {
  let last = begin(input);
  let now = input.at;
  const running = new Map<string, Invoked>(last.started.map((invoked) => [invoked.id, invoked]));
  const facts: InterviewFact[] = [...last.facts];
  const events: MachineEvent[] = [];

  const isRunning = (id: string): Invoked => {
    const invoked = running.get(id);
    if (!invoked) throw new Error(`${id} is not running in ${pathOf(last.snapshot)}; running: ${[...running.keys()]}`);
    return invoked;
  };
  const promptId = () => last.snapshot.context.prompt?.id ?? '';
  /** A running actor ends by itself: from then on it answers no more. */
  const settle = (id: string, event: MachineEvent) => {
    isRunning(id);
    running.delete(id);
    return self.take(event);
  };
  const output = (id: string, value: EvaluateOutput) => settle(id, doneEvent(id, value));

  const self: Walk = {
    get snapshot() {
      return last.snapshot;
    },
    get context() {
      return last.snapshot.context;
    },
    get path() {
      return pathOf(last.snapshot);
    },
    get now() {
      return now;
    },
    get last() {
      return last;
    },
    facts,
    running,
    events,
    wait(ms) {
      now += ms;
      return self;
    },
    take(event) {
      last = apply(last.snapshot, event);
      for (const id of last.stoppedIds) running.delete(id);
      for (const invoked of last.started) running.set(invoked.id, invoked);
      facts.push(...last.facts);
      events.push(event);
      return self;
    },
    send: (event) => self.take({ ...event, at: now } as InterviewEvent),
    answer: (text = 'words') => self.send({ type: 'answer.submit', promptId: promptId(), text }),
    draft: (text = 'words') => self.send({ type: 'answer.draft', promptId: promptId(), text }),
    skip: () => self.send({ type: 'prompt.skip', promptId: promptId() }),
    pass(id) {
      const { at } = isRunning(id).input as { at: number | null };
      if (at === null) throw new Error(`${id} never comes: its deadline is null`);
      now = Math.max(now, at);
      return settle(id, doneEvent(id, { at: now }));
    },
    judge: (evaluation = enough, id = 'evaluate') => output(id, { ok: true, at: now, evaluation }),
    fail: (isRetryable = true, id = 'evaluate') => output(id, { ok: false, at: now, code: 'UPSTREAM', isRetryable }),
    crash: (id) => settle(id, errorEvent(id, now)),
  };
  return self;
}
