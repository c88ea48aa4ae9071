import type { InterviewHead } from '../journal/journal.ts';
import type { Digest } from './digest.ts';

// Why an interview looks stuck, or could do with somebody's help. One place decides it, from values alone.

/** So long after its deadline an interview should have been looked after by some node, however busy. Units: ms. */
export const OVERDUE_MS = 60_000;
/** So long an answer may wait for its evaluation before somebody should look. Units: ms. */
export const EVALUATION_SLOW_MS = 120_000;
/** So long may a candidate stay away in the middle of an interview. Units: ms. */
export const AWAY_LONG_MS = 600_000;
/** An invitation is about to run out within this time, or within the last quarter of it if that is less. Units: ms. */
export const INVITATION_ENDING_MS = 86_400_000;

/** `stuck`: it does not go on by itself as it should. `notice`: it does, but a person could help. */
export type Level = 'stuck' | 'notice';

/** Every concern and how grave it is, the gravest first. */
export const concernLevels = {
  parked: 'stuck',
  'put-off': 'stuck',
  overdue: 'stuck',
  'evaluation-slow': 'stuck',
  'evaluation-failing': 'notice',
  'evaluation-fallback': 'notice',
  'candidate-away': 'notice',
  'invitation-ending': 'notice',
} as const satisfies Record<string, Level>;

export type ConcernCode = keyof typeof concernLevels;

export interface Concern {
  code: ConcernCode;
  level: Level;
  /** Since when; of an invitation, until when. */
  at: number;
  /** The reason in words. They hold for as long as the concern does, so that nothing changes while they do. */
  text: string;
}

/** What is known of an interview at an instant. */
export interface Situation {
  head: Pick<InterviewHead, 'meta' | 'state' | 'wakeAt' | 'updatedAt' | 'erasedAt'>;
  /** Null = a newer build wrote it, so nothing in it can be read here. */
  digest: Digest | null;
  isCandidateConnected: boolean;
  /** This process could not open it and waits before it tries again. */
  isPutOff: boolean;
  now: number;
}

type Found = { code: ConcernCode; at: number; text: string };

function findOverdue({ head, isPutOff, now }: Situation): Found[] {
  const { state, wakeAt } = head;
  if (wakeAt === null || wakeAt > now) return [];
  if (isPutOff)
    return [
      {
        code: 'put-off',
        at: wakeAt,
        text: 'It is due and could not be opened; the log says why.',
      },
    ];
  // While an answer is evaluated something is always due.
  if (state === 'EVALUATING' || now - wakeAt <= OVERDUE_MS) return [];
  return [{ code: 'overdue', at: wakeAt, text: 'Its deadline passed and no node acted on it.' }];
}

function findEvaluating({ head, now }: Situation, digest: Digest): Found[] {
  if (head.state !== 'EVALUATING') return [];
  const { stateSince: at, failureCount, failureCode, isDegraded } = digest;
  const found: Found[] = [];
  if (now - at > EVALUATION_SLOW_MS)
    found.push({
      code: 'evaluation-slow',
      at,
      text: 'An answer has waited minutes for its evaluation.',
    });
  if (isDegraded)
    found.push({
      code: 'evaluation-fallback',
      at,
      text: 'The evaluator was given up; the embedded one judges.',
    });
  else if (failureCount > 0) {
    const times = failureCount === 1 ? 'once' : `${failureCount} times`;
    const text = `The evaluator failed ${times}, last with ${failureCode}.`;
    found.push({ code: 'evaluation-failing', at, text });
  }
  return found;
}

function findAway({ head, isCandidateConnected, now }: Situation, { awaySince, outcome }: Digest): Found[] {
  const isAsked = head.state === 'QUESTIONING' || head.state === 'FOLLOW_UP';
  if (!isAsked || awaySince === null || outcome !== null || isCandidateConnected) return [];
  if (now - awaySince <= AWAY_LONG_MS) return [];
  return [{ code: 'candidate-away', at: awaySince, text: 'The candidate left in the middle.' }];
}

function findInvitation({ head, now }: Situation): Found[] {
  const { state, wakeAt, meta } = head;
  if (state !== 'IDLE' || wakeAt === null || wakeAt <= now) return [];
  const lastMs = Math.min(INVITATION_ENDING_MS, (wakeAt - meta.createdAt) / 4);
  if (wakeAt - now > lastMs) return [];
  return [{ code: 'invitation-ending', at: wakeAt, text: 'Nobody has taken up the invitation, and it runs out.' }];
}

/** Everything about an interview that somebody should look at, the gravest first. Pure. */
export function findConcerns(situation: Situation): Concern[] {
  const { head, digest } = situation;
  if (head.erasedAt !== null) return [];
  const found: Found[] =
    digest === null
      ? [
          {
            code: 'parked',
            at: head.updatedAt,
            text: 'A newer version of the service wrote it.',
          },
        ]
      : [
          ...findOverdue(situation),
          ...findEvaluating(situation, digest),
          ...findAway(situation, digest),
          ...findInvitation(situation),
        ];
  return found.map((each) => ({ ...each, level: concernLevels[each.code] }));
}
