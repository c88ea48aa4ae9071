import type { InterviewInput, PlanOutline } from '../../machines/interview.ts';
import { evaluationDigest, interviewInput, MINUTE, planOutline, questionOutline, type Walk, walk } from './machine.ts';

// One way to every state in which an interview can rest.

/** The state paths in which an interview can rest: all but the two that decide at once. */
export const restingPaths = [
  'IDLE',
  'QUESTIONING.ANSWERING',
  'QUESTIONING.PAUSED',
  'QUESTIONING.AWAY',
  'EVALUATING.SCORING',
  'EVALUATING.BACKING_OFF',
  'EVALUATING.FALLBACK',
  'FOLLOW_UP.ANSWERING',
  'FOLLOW_UP.PAUSED',
  'FOLLOW_UP.AWAY',
  'COMPLETE',
] as const;

export type RestingPath = (typeof restingPaths)[number];

/** The invoked actors that run in each. */
export const invokedIdsByPath: Record<RestingPath, string[]> = {
  IDLE: ['invitation'],
  'QUESTIONING.ANSWERING': ['prompt', 'whole'],
  'QUESTIONING.PAUSED': ['pause'],
  'QUESTIONING.AWAY': ['away'],
  'EVALUATING.SCORING': ['evaluate', 'evaluation'],
  'EVALUATING.BACKING_OFF': ['backOff'],
  'EVALUATING.FALLBACK': ['evaluateFallback', 'evaluation'],
  'FOLLOW_UP.ANSWERING': ['prompt', 'whole'],
  'FOLLOW_UP.PAUSED': ['pause'],
  'FOLLOW_UP.AWAY': ['away'],
  COMPLETE: [],
};

const moves: Record<RestingPath, (walk: Walk) => Walk> = {
  IDLE: (w) => w,
  'QUESTIONING.ANSWERING': (w) => w.send({ type: 'interview.start' }),
  'QUESTIONING.PAUSED': (w) => moves['QUESTIONING.ANSWERING'](w).send({ type: 'interview.pause' }),
  'QUESTIONING.AWAY': (w) => moves['QUESTIONING.ANSWERING'](w).send({ type: 'candidate.left' }),
  'EVALUATING.SCORING': (w) => moves['QUESTIONING.ANSWERING'](w).answer(),
  'EVALUATING.BACKING_OFF': (w) => moves['EVALUATING.SCORING'](w).fail(),
  'EVALUATING.FALLBACK': (w) => moves['EVALUATING.SCORING'](w).fail(false),
  'FOLLOW_UP.ANSWERING': (w) => moves['EVALUATING.SCORING'](w).judge(evaluationDigest()),
  'FOLLOW_UP.PAUSED': (w) => moves['FOLLOW_UP.ANSWERING'](w).send({ type: 'interview.pause' }),
  'FOLLOW_UP.AWAY': (w) => moves['FOLLOW_UP.ANSWERING'](w).send({ type: 'candidate.left' }),
  COMPLETE: (w) => moves['QUESTIONING.ANSWERING'](w).send({ type: 'interview.end' }),
};

/** An interview brought to a state, by default on its first question of two. */
export function reach(path: RestingPath, plan: Partial<PlanOutline> = {}, input: Partial<InterviewInput> = {}): Walk {
  // Only where it does not count does a missing connection stop the clock.
  const away = path.endsWith('.AWAY') ? { disconnectedMs: MINUTE } : {};
  const reached = moves[path](walk(interviewInput({ plan: planOutline({ ...away, ...plan }), ...input })));
  if (reached.path !== path) throw new Error(`meant to reach ${path}, stands in ${reached.path}`);
  return reached;
}

/** The same with one question only, so that it is the last. */
export function reachLast(path: RestingPath, plan: Partial<PlanOutline> = {}): Walk {
  return reach(path, { questions: [questionOutline('a')], ...plan });
}
