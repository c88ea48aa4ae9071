import type { JournalRecord } from '../../src/journal/journal.ts';
import { plan } from './chaos.plan.ts';

// A second opinion on one interview: what PROTOCOL.md says about states and time, read off its records alone. It
// shares no code with the machine, so a mistake in one of them shows as a difference.

/** Where an interview stands after a record. Instants in ms since 1970 UTC, null = never. */
export interface Position {
  phase: 'IDLE' | 'ASKED' | 'PAUSED' | 'AWAY' | 'SCORING' | 'BACKING_OFF' | 'FALLBACK' | 'COMPLETE';
  promptId: string | null;
  isFollowUp: boolean;
  draft: string;
  /** The instant at which something happens by itself. */
  dueAt: number | null;
}

export interface Accommodations {
  timeMultiplier?: number;
  untimed?: boolean;
}

interface Budget {
  limitMs: number | null;
  usedMs: number;
}

const never = Number.POSITIVE_INFINITY;
const attemptTimeoutMs = plan.evaluation.timeoutSeconds * 1_000;
const pauseMs = plan.limits.pauseMinutes * 60_000;
const awayMs = (plan.limits.disconnectedMinutes ?? 0) * 60_000;

/** In which phases each event may be written: the table "Commands and states", and what the service may say. */
const phasesByEvent: Record<string, Position['phase'][]> = {
  'interview.created': ['IDLE'],
  'interview.start': ['IDLE'],
  'answer.submit': ['ASKED'],
  'answer.draft': ['ASKED', 'PAUSED'],
  'prompt.skip': ['ASKED'],
  'interview.pause': ['ASKED'],
  'interview.resume': ['PAUSED'],
  'interview.end': ['IDLE', 'ASKED', 'PAUSED', 'AWAY'],
  'interview.cancel': ['IDLE', 'ASKED', 'PAUSED', 'AWAY', 'SCORING', 'BACKING_OFF', 'FALLBACK'],
  'deadline.extend': ['IDLE', 'ASKED', 'PAUSED', 'AWAY', 'SCORING', 'BACKING_OFF', 'FALLBACK'],
  'candidate.left': ['ASKED', 'PAUSED', 'SCORING', 'BACKING_OFF', 'FALLBACK'],
  'candidate.joined': ['ASKED', 'PAUSED', 'AWAY', 'SCORING', 'BACKING_OFF', 'FALLBACK'],
  'xstate.done.actor.invitation': ['IDLE'],
  'xstate.done.actor.prompt': ['ASKED'],
  'xstate.done.actor.whole': ['ASKED'],
  'xstate.done.actor.pause': ['PAUSED'],
  'xstate.done.actor.away': ['AWAY'],
  'xstate.done.actor.evaluation': ['SCORING', 'FALLBACK'],
  'xstate.done.actor.backOff': ['BACKING_OFF'],
  'xstate.done.actor.evaluate': ['SCORING'],
  'xstate.error.actor.evaluate': ['SCORING'],
  'xstate.done.actor.evaluateFallback': ['FALLBACK'],
  'xstate.error.actor.evaluateFallback': ['FALLBACK'],
};

/** Walk through the records of an interview; `note` hears of everything that should not be there. */
export function walkRecords(
  records: readonly JournalRecord[],
  accommodations: Accommodations,
  note: (problem: string) => void,
): Position[] {
  const positions: Position[] = [];
  const noBudget: Budget = { limitMs: null, usedMs: 0 };
  let phase = 'IDLE' as Position['phase'];
  let prompt = { id: '', questionId: '', isFollowUp: false };
  let draft = '';
  let own: Budget = noBudget;
  let whole: Budget = noBudget;
  let runsSince: number | null = null;
  let invitationEndsAt = never;
  let pauseLeftMs = pauseMs;
  let pauseEndsAt = never;
  let isAway = false;
  let awayLeftMs = awayMs;
  let awayEndsAt = never;
  let stepDueAt = never;
  let attempt = 0;

  const budget = (seconds: number): Budget => ({
    limitMs: accommodations.untimed ? null : Math.round(seconds * 1_000 * (accommodations.timeMultiplier ?? 1)),
    usedMs: 0,
  });
  const endOf = ({ limitMs, usedMs }: Budget) =>
    limitMs === null || runsSince === null ? never : runsSince + limitMs - usedMs;
  const spend = (spent: Budget, ms: number): Budget => ({
    ...spent,
    // What came too late is not taken off what an extension gives.
    usedMs: Math.min(spent.limitMs ?? never, spent.usedMs + ms),
  });

  /** What runs out next in this phase. */
  function nextDueAt(): number {
    const dueAts: Record<Position['phase'], number> = {
      IDLE: invitationEndsAt,
      ASKED: Math.min(endOf(own), endOf(whole)),
      PAUSED: pauseEndsAt,
      AWAY: awayEndsAt,
      SCORING: stepDueAt,
      BACKING_OFF: stepDueAt,
      FALLBACK: stepDueAt,
      COMPLETE: never,
    };
    return dueAts[phase];
  }

  function stopClock(at: number): void {
    if (runsSince === null) return;
    own = spend(own, at - runsSince);
    whole = spend(whole, at - runsSince);
    runsSince = null;
  }

  /** The clock runs from here on, unless the candidate is away and that does not count yet. */
  function runClock(at: number): void {
    const isStopped = isAway && awayLeftMs > 0;
    phase = isStopped ? 'AWAY' : 'ASKED';
    runsSince = isStopped ? null : at;
    awayEndsAt = isStopped ? at + awayLeftMs : never;
  }

  /** What must hold for the event to be in the journal at all. */
  function judge({ seq, at, event, by }: JournalRecord): void {
    const { type } = event;
    const bad = (why: string) => note(`record ${seq}, ${type} in ${phase}: ${why}`);
    const phases = phasesByEvent[type];
    if (!phases) bad('nothing may write this');
    else if (!phases.includes(phase)) bad(`belongs to ${phases.join(', ')}`);
    if (by !== 'service' && at >= nextDueAt()) bad('taken though time was up');
    const dueAt = dueAtOf(type);
    if (at < dueAt) bad(`${dueAt - at} ms before its instant`);
    if ('promptId' in event && event.promptId !== prompt.id) bad(`for ${event.promptId}, while ${prompt.id} was open`);
    if (type === 'candidate.left' && isAway) bad('has left already');
    if (type === 'candidate.joined' && !isAway) bad('has not left');
    if (type === 'interview.start' && event.consent !== true) bad('without consent');
    if (type === 'answer.submit' && String(event.text).trim() === '') bad('a blank answer');
    if (type === 'interview.pause' && pauseLeftMs <= 0) bad('no pause is left');
    const isSkippable = prompt.isFollowUp || plan.questions.find(({ id }) => id === prompt.id)?.skippable === true;
    if (type === 'prompt.skip' && !isSkippable) bad('not skippable');
  }

  function endAway(at: number): void {
    awayLeftMs = Math.max(0, awayEndsAt - at);
    runClock(at);
  }

  /** Before this instant a deadline may not end; for what is no deadline: any. */
  function dueAtOf(type: string): number {
    const [, , , id] = type.startsWith('xstate.done.actor.') ? type.split('.') : [];
    if (id === 'prompt') return endOf(own);
    if (id === 'whole') return endOf(whole);
    return ['pause', 'away', 'invitation', 'evaluation', 'backOff'].includes(id ?? '') ? nextDueAt() : 0;
  }

  function apply({ at, event, facts }: JournalRecord): void {
    if (event.type === 'answer.draft') draft = String(event.text);
    if (event.type === 'xstate.done.actor.away') endAway(at);
    for (const fact of facts)
      switch (fact.type) {
        case 'interview.started':
          whole = plan.limits.totalMinutes === undefined ? noBudget : budget(plan.limits.totalMinutes * 60);
          break;
        case 'prompt.asked': {
          const { id, questionId, kind } = fact.prompt;
          const question = plan.questions.find((found) => found.id === questionId);
          const seconds = kind === 'question' ? question?.timeSeconds : question?.followUpSeconds;
          stopClock(at);
          prompt = { id, questionId, isFollowUp: kind === 'followUp' };
          own = seconds === undefined ? noBudget : budget(seconds);
          draft = '';
          runClock(at);
          break;
        }
        case 'answer.taken':
          stopClock(at);
          draft = '';
          break;
        case 'evaluation.started':
          phase = 'SCORING';
          attempt = fact.attempt;
          stepDueAt = at + attemptTimeoutMs;
          break;
        case 'evaluation.failed':
          phase = 'BACKING_OFF';
          stepDueAt = at + plan.evaluation.backoffSeconds * 1_000 * 2 ** (attempt - 1);
          break;
        case 'evaluation.degraded':
          phase = 'FALLBACK';
          stepDueAt = at + attemptTimeoutMs;
          break;
        case 'interview.paused':
          stopClock(at);
          phase = 'PAUSED';
          pauseEndsAt = at + pauseLeftMs;
          break;
        case 'interview.resumed':
          pauseLeftMs = Math.max(0, pauseEndsAt - at);
          runClock(at);
          break;
        case 'candidate.left':
          isAway = true;
          if (phase !== 'ASKED') break;
          stopClock(at);
          runClock(at);
          break;
        case 'candidate.joined':
          isAway = false;
          if (phase === 'AWAY') endAway(at);
          break;
        case 'deadline.extended':
          if (phase === 'IDLE') invitationEndsAt += fact.byMs;
          else for (const extended of [own, whole]) if (extended.limitMs !== null) extended.limitMs += fact.byMs;
          break;
        case 'interview.completed':
          stopClock(at);
          phase = 'COMPLETE';
          break;
      }
  }

  for (const [index, record] of records.entries()) {
    const before = records[index - 1];
    if (record.seq !== index + 1) note(`record ${record.seq} stands where ${index + 1} belongs`);
    if (before && record.epoch < before.epoch)
      note(`record ${record.seq}: epoch ${record.epoch} after ${before.epoch}`);
    if (before && record.at < before.at) note(`record ${record.seq}: time went back`);
    if (record.event.at !== record.at) note(`record ${record.seq}: two instants`);
    if (phase === 'COMPLETE') note(`record ${record.seq}: ${record.event.type} after the end`);
    if (index === 0) invitationEndsAt = record.at + Math.round(plan.limits.invitationDays * 86_400_000);
    judge(record);
    apply(record);
    const dueAt = nextDueAt();
    const isOpen = phase === 'ASKED' || phase === 'PAUSED' || phase === 'AWAY';
    positions.push({
      phase,
      promptId: isOpen ? prompt.id : null,
      isFollowUp: prompt.isFollowUp,
      draft: isOpen ? draft : '',
      dueAt: dueAt === never ? null : dueAt,
    });
  }
  return positions;
}

/** The state of the protocol that belongs to a position. */
export function stateAt({ phase, isFollowUp }: Position): string {
  if (phase === 'ASKED' || phase === 'PAUSED' || phase === 'AWAY') return isFollowUp ? 'FOLLOW_UP' : 'QUESTIONING';
  return phase === 'IDLE' || phase === 'COMPLETE' ? phase : 'EVALUATING';
}
