import type { EvaluateOutput, EvaluationDigest } from '../../machines/interview.ts';
import { doneEvent, errorEvent, type MachineEvent, pathOf, SECOND, type Snapshot } from './machine.ts';
import { points } from './model.plans.ts';
import { invokedIdsByPath, type RestingPath } from './positions.ts';

// Everything that can happen to an interview, as the event that the machine gets for it.

/** One thing that happens. The model makes an event of it, the driver does it to the real service. */
export type Move =
  | { do: 'command'; by: 'candidate' | 'operator'; type: CommandType; text?: string }
  /** The clock comes to a deadline; `late`: the service slept over the end of the whole interview as well. */
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
  | 'deadline.extend';

const EXTEND_BY_MS = 30 * SECOND;
const deadlineIds = ['invitation', 'prompt', 'whole', 'pause', 'evaluation', 'backOff'];
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
  const { invitationExpiresAt, prompt, endsAt, pauseEndsAt, evaluationDueAt } = snapshot.context;
  const instants: Record<string, number | null> = {
    invitation: invitationExpiresAt,
    prompt: prompt?.deadlineAt ?? null,
    whole: endsAt,
    pause: pauseEndsAt,
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

function commandEvent(snapshot: Snapshot, { type, text }: Extract<Move, { do: 'command' }>, at: number): MachineEvent {
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
    default:
      return { type, at };
  }
}

/** The evaluator that is at work. */
export function evaluatorOf(snapshot: Snapshot): 'evaluate' | 'evaluateFallback' | undefined {
  const ids = invokedIdsByPath[pathOf(snapshot) as RestingPath];
  return (['evaluate', 'evaluateFallback'] as const).find((id) => ids.includes(id));
}

function madeEvent(snapshot: Snapshot, move: Move): MachineEvent | null {
  const next = nextDeadlineOf(snapshot);
  const at = snapshot.context.at + PACE_MS;
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
      if (!move.isLate) return doneEvent(next.id, { at: next.at });
      return endsAt !== null && endsAt > next.at ? doneEvent(next.id, { at: endsAt }) : null;
    }
    case 'break':
      return deadlinesOf(snapshot).some(({ id }) => id === move.id) ? errorEvent(move.id, snapshot.context.at) : null;
  }
}

/** The instant of an event, wherever it carries it. */
export function instantOf(event: MachineEvent): number {
  return event.at ?? (event as { output?: { at: number } }).output?.at ?? Number.NaN;
}

/** What the machine gets when this happens; null = it does not take it here, or a deadline would come before it. */
export function eventOf(snapshot: Snapshot, move: Move): MachineEvent | null {
  const event = madeEvent(snapshot, move);
  if (!event || !snapshot.can(event as Parameters<Snapshot['can']>[0])) return null;
  const isInTime = move.do === 'pass' || instantOf(event) < (nextDeadlineOf(snapshot)?.at ?? Number.POSITIVE_INFINITY);
  return isInTime ? event : null;
}

/** What brings an interview on towards its end, without haste. */
export function moveToFinish(snapshot: Snapshot): Move | null {
  const command = (type: CommandType) => ({ do: 'command', by: 'candidate', type }) as const;
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
      return { do: 'pass', id: 'away' };
    case 'COMPLETE':
      return null;
  }
}

/** A move in a few words. */
export function nameMove(move: Move): string {
  switch (move.do) {
    case 'command':
      return move.text?.trim() === '' ? 'blank draft' : (move.type.split('.')[1] ?? '');
    case 'pass':
      return `${move.isLate ? 'sleep over' : 'pass'} ${move.id}`;
    case 'break':
      return `break ${move.id}`;
    case 'judge':
      return move.isNonAnswer ? 'judge: does not know' : `judge: ${move.metIds.join(' and ') || 'nothing'}`;
    case 'fail':
      return move.isRetryable ? 'fail for now' : 'fail';
    case 'crash':
      return 'evaluator throws';
  }
}
