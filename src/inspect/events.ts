import { type InterviewEvent, interview, type PlanOutline } from '../../machines/interview.ts';
import { isAnnotation } from '../annotations.ts';
import { VivaError } from '../errors.ts';
import { redactRecord } from '../journal/chain.ts';
import type { JournalRecord, StoredEvent } from '../journal/journal.ts';
import { type Effect, effectsAfter, type ResultEvent, reduce, type Snapshot, type Step } from '../reduce.ts';
import { type CreatedEvent, created } from '../restore.ts';

// An interview as Stately's tools know the course of a machine: what `@statelyai/inspect` would have told of the actor,
// told from the records. Pure, so that a finished interview tells the same as a running one.

/** The version of `@statelyai/inspect` whose form the events have. */
const INSPECT_VERSION = '0.7.2';

/** What stands in the place of a text that is left out. */
export const REDACTED = '[redacted]';

interface BaseEvent {
  /** The interview, or one of the actors that it invokes. */
  sessionId: string;
  /** The interview. */
  rootId: string;
  /** Units: ms since 1970 UTC, in words. */
  createdAt: string;
  id: null;
  _version: string;
}

type Telling =
  | { type: '@xstate.actor'; name: string; definition: string; parentId?: string; snapshot: object }
  | { type: '@xstate.event'; event: { type: string }; sourceId?: string }
  | { type: '@xstate.snapshot'; event: { type: string }; snapshot: object };

/** An event in the form of `@statelyai/inspect`. */
export type InspectionEvent = BaseEvent & Telling;

/** As the package writes it: functions by their names. */
const definition = JSON.stringify(interview.config, (_key, value: unknown) =>
  typeof value === 'function' ? { type: value.name } : value,
);

/** A snapshot as XState writes it down. */
function toJson({ status, value, context, historyValue }: Snapshot, effects: readonly Effect[]): object {
  const children = Object.fromEntries(effects.map(({ id }) => [id, { id, xstate$$type: 1 }]));
  return { status, value, context, historyValue, children, tags: [] };
}

/** How an invoked actor ended: by its result, or because its state was left. */
function endOf(id: string, event: StoredEvent): { type: string; snapshot: object } {
  if (event.actorId !== id) return { type: 'xstate.stop', snapshot: { status: 'stopped' } };
  if (event.type.startsWith('xstate.done.'))
    return { type: 'xstate.promise.resolve', snapshot: { status: 'done', output: event.output } };
  return { type: 'xstate.promise.reject', snapshot: { status: 'error', error: event.error } };
}

/** Tells an interview record by record, in order. */
export interface Teller {
  /** The newest record that it knows. */
  readonly seq: number;
  /** What an inspector hears of a record. Errors: INTERNAL when it does not follow from those before it. */
  tell(record: JournalRecord): InspectionEvent[];
}

export interface TellerOptions {
  interviewId: string;
  plan: PlanOutline;
  /** Records that are not told: the actor is registered as it was after them. */
  before?: readonly JournalRecord[];
  /** What people wrote is told, too. */
  isTextTold?: boolean;
}

/** Begin to tell an interview. Errors: INTERNAL when `before` does not replay. */
export function createTeller({ interviewId, plan, before = [], isTextTold = false }: TellerOptions): Teller {
  let [seq, effects, isRegistered]: [number, Effect[], boolean] = [0, [], false];
  let snapshot: Snapshot | null = null;
  /** Of each invoked actor that runs: it is invoked again and again, and each time is a session of its own. */
  const sessionsById = new Map<string, string>();

  function say(at: number, sessionId: string, telling: Telling): InspectionEvent {
    return { ...telling, sessionId, rootId: interviewId, createdAt: String(at), id: null, _version: INSPECT_VERSION };
  }

  function sayActor(at: number, after: Snapshot): InspectionEvent {
    const json = toJson(after, effects);
    return say(at, interviewId, { type: '@xstate.actor', name: 'interview', definition, snapshot: json });
  }

  function sayStarted(at: number, { id, input }: Effect): InspectionEvent[] {
    const sessionId = sessionsById.get(id) ?? '';
    const [event, active] = [
      { type: 'xstate.init', input },
      { status: 'active', input },
    ];
    const name = { name: id, definition: JSON.stringify({ id }) };
    return [
      say(at, sessionId, { type: '@xstate.actor', ...name, parentId: interviewId, snapshot: active }),
      say(at, sessionId, { type: '@xstate.event', event, sourceId: interviewId }),
      say(at, sessionId, { type: '@xstate.snapshot', event, snapshot: active }),
    ];
  }

  function sayEnded(at: number, id: string, event: StoredEvent): InspectionEvent[] {
    const sessionId = sessionsById.get(id);
    if (sessionId === undefined) return [];
    sessionsById.delete(id);
    const { type, snapshot: json } = endOf(id, event);
    return [say(at, sessionId, { type: '@xstate.snapshot', event: { type }, snapshot: json })];
  }

  function inputOf({ type: _created, ...rest }: StoredEvent): object {
    return { ...rest, interviewId, plan };
  }

  /** Errors: INTERNAL, as a restore has it: nothing is guessed. */
  function stepOf({ seq: next, event }: JournalRecord): Step {
    const step = snapshot
      ? reduce(snapshot, event as unknown as InterviewEvent | ResultEvent)
      : created(interviewId, plan, event as unknown as CreatedEvent);
    if (next === seq + 1 && step) return step;
    throw new VivaError('INTERNAL', `record ${next} of interview ${interviewId} does not follow from those before it`);
  }

  function tell(stored: JournalRecord): InspectionEvent[] {
    const { at, event, seq: next } = isTextTold ? stored : redactRecord(stored, REDACTED);
    // What is added beside the course of an interview is none of the machine's.
    if (snapshot && isAnnotation(event)) {
      seq = next;
      return [];
    }
    const step = stepOf({ ...stored, event });
    const registered: InspectionEvent[] = [];
    if (!isRegistered) {
      registered.push(sayActor(at, snapshot ?? step.snapshot), ...effects.flatMap((effect) => sayStarted(at, effect)));
      isRegistered = true;
    }
    const heard = snapshot ? event : { type: 'xstate.init', input: inputOf(event) };
    const source = sessionsById.get(String(event.actorId));
    const told = say(at, interviewId, {
      type: '@xstate.event',
      event: heard,
      ...(source === undefined ? {} : { sourceId: source }),
    });
    const ended = step.stopped.flatMap((id) => sayEnded(at, id, event));
    effects = effectsAfter(effects, step);
    snapshot = step.snapshot;
    seq = next;
    for (const { id } of step.started) sessionsById.set(id, `${interviewId}/${id}/${seq}`);
    const started = step.started.flatMap((effect) => sayStarted(at, effect));
    const json = toJson(snapshot, effects);
    const after = say(at, interviewId, { type: '@xstate.snapshot', event: heard, snapshot: json });
    return [...registered, told, ...ended, ...started, after];
  }

  for (const record of before) tell(record);
  isRegistered = false;
  return {
    get seq() {
      return seq;
    },
    tell,
  };
}
