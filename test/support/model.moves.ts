import type { EvaluateOutput, EvaluationDigest } from '../../machines/interview.ts';
import { OUTAGE_MIN_MS } from '../../src/downtime.ts';
import { doneEvent, errorEvent, type MachineEvent, pathOf, SECOND, type Snapshot } from './machine.ts';
import { points } from './model.plans.ts';
import { invokedIdsByPath, type RestingPath } from './positions.ts';

// Everything that can happen to an interview, as the event that the machine gets for it.

/** One thing that happens. The model makes an event of it, the driver does it to the real service. */
export type Move =
  | { do: 'command'; by: 'candidate' | 'operator'; type: CommandType; text?: string; accommodations?: Accommodations }
  /** The candidate loses the connection and does not come back within the time that a reconnect takes. */
  | { do: 'leave' }
  | { do: 'join' }
  /** The service sleeps for a while, and notices. */
  | { do: 'sleep' }
  /** The clock comes to a deadline; `isLate`: a little later, when the whole interview has ended as well. */
  | { do: 'pass'; id: string; isLate?: boolean }
  /** Arming a deadline fails: a defect of the service. */
  | { do: 'break'; id: string }
  /** An evaluator has judged the answers; these points are met. */
  | { do: 'judge'; metIds: string[]; isNonAnswer?: boolean }
  | { do: 'fail'; isRetryable: boolean }
  /** An evaluator throws. */
  | { do: 'crash' };

type CommandType =
  | 'interview.start'
  | 'answer.submit'
  | 'answer.draft'
  | 'prompt.skip'
  | 'interview.pause'
  | 'interview.resume'
  | 'interview.end'
  | 'interview.cancel'
  | 'deadline.extend'
  | 'accommodation.change';

type Accommodations = { timeMultiplier: number } | { isUntimed: boolean };

const EXTEND_BY_MS = 30 * SECOND;
/** How long the service sleeps. */
export const SLEEP_MS: number = OUTAGE_MIN_MS + 2 * SECOND;
const deadlineIds = ['invitation', 'prompt', 'whole', 'pause', 'away', 'evaluation', 'backOff'];
const commandTypes: CommandType[] = [
  'interview.start',
  'answer.submit',
  'prompt.skip',
  'interview.pause',
  'interview.resume',
  'interview.end',
];

/** All moves; most are possible in a few states only. */
export const moves: readonly Move[] = [
  ...commandTypes.map((type) => ({ do: 'command', by: 'candidate', type }) as const),
  { do: 'command', by: 'candidate', type: 'answer.draft', text: 'Some words' },
  { do: 'command', by: 'candidate', type: 'answer.draft', text: ' ' },
  { do: 'command', by: 'operator', type: 'interview.cancel' },
  { do: 'command', by: 'operator', type: 'deadline.extend' },
  { do: 'command', by: 'operator', type: 'accommodation.change', accommodations: { timeMultiplier: 1.5 } },
  { do: 'command', by: 'operator', type: 'accommodation.change', accommodations: { isUntimed: true } },
  { do: 'leave' },
  { do: 'join' },
  { do: 'sleep' },
  { do: 'judge', metIds: ['alpha', 'beta'] },
  { do: 'judge', metIds: ['alpha'] },
  { do: 'judge', metIds: [] },
  { do: 'judge', metIds: [], isNonAnswer: true },
  { do: 'fail', isRetryable: true },
  { do: 'fail', isRetryable: false },
  { do: 'crash' },
  ...deadlineIds.map((id) => ({ do: 'pass', id }) as const),
  { do: 'pass', id: 'prompt', isLate: true },
  ...deadlineIds.map((id) => ({ do: 'break', id }) as const),
];

/** How long anybody takes to do something. */
const PACE_MS = SECOND;

/** The instant of each deadline that runs; null = it never comes. In the order in which they are armed. */
export function deadlinesOf(snapshot: Snapshot): { id: string; at: number }[] {
  const { invitationExpiresAt, prompt, endsAt, pauseEndsAt, awayEndsAt, evaluationDueAt } = snapshot.context;
  const instants: Record<string, number | null> = {
    invitation: invitationExpiresAt,
    prompt: prompt?.deadlineAt ?? null,
    whole: endsAt,
    pause: pauseEndsAt,
    away: awayEndsAt,
    evaluation: evaluationDueAt,
    backOff: evaluationDueAt,
  };
  return invokedIdsByPath[pathOf(snapshot) as RestingPath].flatMap((id) => {
    const at = instants[id] ?? null;
    return at === null ? [] : [{ id, at }];
  });
}

/** The deadline that comes first; of two at one instant, the one that is armed first. */
export function nextDeadlineOf(snapshot: Snapshot): { id: string; at: number } | undefined {
  return deadlinesOf(snapshot).sort((a, b) => a.at - b.at)[0];
}

/** The judgement of an answer in which these points are met, as the machine keeps it. */
function digestOf(metIds: string[], isNonAnswer: boolean): EvaluationDigest {
  const sum = (ids: string[]) =>
    points.filter(({ id }) => ids.includes(id)).reduce((total, { weight }) => total + weight, 0);
  return {
    score: sum(metIds) / sum(points.map(({ id }) => id)),
    points: points.map(({ id }) => {
      const isMet = metIds.includes(id);
      return { id, verdict: isMet ? ('met' as const) : ('not_met' as const), coverage: isMet ? 1 : 0 };
    }),
    isNonAnswer,
    needsReview: false,
    proposedPointId: points.find(({ id }) => !metIds.includes(id))?.id ?? null,
  };
}

function commandEvent(snapshot: Snapshot, move: Extract<Move, { do: 'command' }>, at: number): MachineEvent | null {
  const { by, type, text, accommodations } = move;
  // Who has no connection gives no commands.
  if (by === 'candidate' && snapshot.context.isAway) return null;
  const promptId = snapshot.context.prompt?.id ?? '';
  switch (type) {
    case 'interview.start':
      return { type, at, consent: true };
    case 'answer.submit':
      return { type, at, promptId, text: `An answer to ${promptId}.` };
    case 'answer.draft':
      return { type, at, promptId, text: text ?? '' };
    case 'prompt.skip':
      return { type, at, promptId };
    case 'deadline.extend':
      return { type, at, byMs: EXTEND_BY_MS };
    case 'accommodation.change':
      return { type, at, ...accommodations };
    default:
      return { type, at };
  }
}

/** The evaluator that is at work. */
export function evaluatorOf(snapshot: Snapshot): 'evaluate' | 'evaluateFallback' | undefined {
  const ids = invokedIdsByPath[pathOf(snapshot) as RestingPath];
  return (['evaluate', 'evaluateFallback'] as const).find((id) => ids.includes(id));
}

function madeEvent(snapshot: Snapshot, move: Move, now: number): MachineEvent | null {
  const next = nextDeadlineOf(snapshot);
  const at = now + PACE_MS;
  const evaluatorId = evaluatorOf(snapshot) ?? '';
  const output = (value: EvaluateOutput) => doneEvent(evaluatorId, value);
  switch (move.do) {
    case 'command':
      return commandEvent(snapshot, move, at);
    case 'judge':
      return output({ ok: true, at, evaluation: digestOf(move.metIds, move.isNonAnswer === true) });
    case 'fail':
      return output({ ok: false, at, code: 'UPSTREAM', isRetryable: move.isRetryable });
    case 'crash':
      return errorEvent(evaluatorId, at);
    case 'pass': {
      const { endsAt } = snapshot.context;
      if (next?.id !== move.id) return null;
      // What ran out while the service slept comes at once.
      if (!move.isLate) return doneEvent(next.id, { at: Math.max(next.at, now) });
      // Longer than that would be a downtime, and given back.
      const isLittle = endsAt !== null && endsAt > next.at && endsAt < next.at + OUTAGE_MIN_MS;
      return isLittle ? doneEvent(next.id, { at: endsAt }) : null;
    }
    case 'break':
      return deadlinesOf(snapshot).some(({ id }) => id === move.id) ? errorEvent(move.id, now) : null;
    case 'leave':
      return { type: 'candidate.left', at };
    case 'join':
      return { type: 'candidate.joined', at };
    case 'sleep':
      return { type: 'service.returned', at: at + SLEEP_MS, downMs: SLEEP_MS };
  }
}

/** The instant of an event, wherever it carries it. */
export function instantOf(event: MachineEvent): number {
  return event.at ?? (event as { output?: { at: number } }).output?.at ?? Number.NaN;
}

/** What the machine gets when this happens; null = it does not take it here, or a deadline would come before it. */
export function eventOf(snapshot: Snapshot, move: Move, now: number = soonestAfter(snapshot)): MachineEvent | null {
  const event = madeEvent(snapshot, move, now);
  if (!event || !snapshot.can(event as Parameters<Snapshot['can']>[0])) return null;
  const isInTime =
    move.do === 'pass' || quietUntil(move, event) < (nextDeadlineOf(snapshot)?.at ?? Number.POSITIVE_INFINITY);
  return isInTime ? event : null;
}

/** Until when no deadline may come, for this to be what happens next. */
function quietUntil({ do: what }: Move, event: MachineEvent): number {
  const at = instantOf(event);
  if (what === 'leave') return at + OUTAGE_MIN_MS;
  // What comes while the service sleeps is not noticed.
  return what === 'sleep' ? at - SLEEP_MS : at;
}

/** Until somebody's absence is on record: they could have come back. */
export function recordedAt({ do: what }: Move, event: MachineEvent): number {
  return instantOf(event) + (what === 'leave' ? OUTAGE_MIN_MS : 0);
}

/** The earliest instant at which a snapshot may be what is on record. */
function soonestAfter({ context }: Snapshot): number {
  return context.at + (context.isAway ? OUTAGE_MIN_MS : 0);
}

/** What brings an interview on towards its end, without haste. */
export function moveToFinish(snapshot: Snapshot): Move | null {
  const command = (type: CommandType) => ({ do: 'command', by: 'candidate', type }) as const;
  const next = nextDeadlineOf(snapshot);
  if (next && next.at <= soonestAfter(snapshot) + PACE_MS) return { do: 'pass', id: next.id };
  const isAsked = /^(QUESTIONING|FOLLOW_UP)/.test(pathOf(snapshot));
  if (isAsked && snapshot.context.isAway) return { do: 'join' };
  switch (pathOf(snapshot) as RestingPath) {
    case 'IDLE':
      return command('interview.start');
    case 'QUESTIONING.ANSWERING':
    case 'FOLLOW_UP.ANSWERING':
      return command('answer.submit');
    case 'QUESTIONING.PAUSED':
    case 'FOLLOW_UP.PAUSED':
      return command('interview.resume');
    case 'EVALUATING.SCORING':
    case 'EVALUATING.FALLBACK':
      return { do: 'judge', metIds: points.map(({ id }) => id) };
    case 'EVALUATING.BACKING_OFF':
      return { do: 'pass', id: 'backOff' };
    case 'QUESTIONING.AWAY':
    case 'FOLLOW_UP.AWAY':
      return { do: 'join' };
    case 'COMPLETE':
      return null;
  }
}

/** A move in a few words. */
export function nameMove(move: Move): string {
  switch (move.do) {
    case 'command':
      if (move.accommodations) return 'isUntimed' in move.accommodations ? 'lift limits' : 'give more time';
      return move.text?.trim() === '' ? 'blank draft' : (move.type.split('.')[1] ?? '');
    case 'pass':
      return `${move.isLate ? 'pass late' : 'pass'} ${move.id}`;
    case 'break':
      return `break ${move.id}`;
    case 'judge':
      return move.isNonAnswer ? 'judge: does not know' : `judge: ${move.metIds.join(' and ') || 'nothing'}`;
    case 'fail':
      return move.isRetryable ? 'fail for now' : 'fail';
    case 'crash':
      return 'evaluator throws';
    default:
      return move.do;
  }
}
