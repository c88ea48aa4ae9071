import type { InterviewInput, PlanOutline } from '../../machines/interview.ts';
import { evaluationDigest, interviewInput, planOutline, questionOutline, type Walk, walk } from './machine.ts';

// One way to every state in which an interview can rest.

/** The state paths in which an interview can rest: all but the two that decide at once. */
export const restingPaths = [
  'IDLE',
  'QUESTIONING.ANSWERING',
  'QUESTIONING.PAUSED',
  'EVALUATING.SCORING',
  'EVALUATING.BACKING_OFF',
  'EVALUATING.FALLBACK',
  'FOLLOW_UP.ANSWERING',
  'FOLLOW_UP.PAUSED',
  'COMPLETE',
] as const;

export type RestingPath = (typeof restingPaths)[number];

/** The invoked actors that run in each. */
export const invokedIdsByPath: Record<RestingPath, string[]> = {
  IDLE: ['invitation'],
  'QUESTIONING.ANSWERING': ['prompt', 'whole'],
  'QUESTIONING.PAUSED': ['pause'],
  'EVALUATING.SCORING': ['evaluate', 'evaluation'],
  'EVALUATING.BACKING_OFF': ['backOff'],
  'EVALUATING.FALLBACK': ['evaluateFallback', 'evaluation'],
  'FOLLOW_UP.ANSWERING': ['prompt', 'whole'],
  'FOLLOW_UP.PAUSED': ['pause'],
  COMPLETE: [],
};

const moves: Record<RestingPath, (walk: Walk) => Walk> = {
  IDLE: (w) => w,
  'QUESTIONING.ANSWERING': (w) => w.send({ type: 'interview.start' }),
  'QUESTIONING.PAUSED': (w) => moves['QUESTIONING.ANSWERING'](w).send({ type: 'interview.pause' }),
  'EVALUATING.SCORING': (w) => moves['QUESTIONING.ANSWERING'](w).answer(),
  'EVALUATING.BACKING_OFF': (w) => moves['EVALUATING.SCORING'](w).fail(),
  'EVALUATING.FALLBACK': (w) => moves['EVALUATING.SCORING'](w).fail(false),
  'FOLLOW_UP.ANSWERING': (w) => moves['EVALUATING.SCORING'](w).judge(evaluationDigest()),
  'FOLLOW_UP.PAUSED': (w) => moves['FOLLOW_UP.ANSWERING'](w).send({ type: 'interview.pause' }),
  COMPLETE: (w) => moves['QUESTIONING.ANSWERING'](w).send({ type: 'interview.end' }),
};

/** An interview brought to a state, by default on its first question of two. */
export function reach(path: RestingPath, plan: Partial<PlanOutline> = {}, input: Partial<InterviewInput> = {}): Walk {
  const reached = moves[path](walk(interviewInput({ plan: planOutline(plan), ...input })));
  if (reached.path !== path) throw new Error(`meant to reach ${path}, stands in ${reached.path}`);
  return reached;
}

/** The same with one question only, so that it is the last. */
export function reachLast(path: RestingPath, plan: Partial<PlanOutline> = {}): Walk {
  return reach(path, { questions: [questionOutline('a')], ...plan });
}
