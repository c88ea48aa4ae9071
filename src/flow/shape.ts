import { z } from 'zod';

// What the service tells of the statechart and of an interview's way over it.

const point = z.object({ x: z.number(), y: z.number() });
const box = point.extend({ width: z.number(), height: z.number() });

const flowTransition = z.object({
  id: z.string(),
  /** Path of the state that declares it; '' = the machine, so from everywhere. */
  from: z.string(),
  /** Path of the target; null = it stays where it is. */
  to: z.string().nullable(),
  /** The event, the deadline or the result that sets it off, as people read it. */
  cause: z.string(),
  kind: z.enum(['event', 'deadline', 'result', 'defect', 'decision']),
  /** Name of its guard; `else` where it is what remains. */
  guard: z.string().nullable(),
  /** The target is left and entered again, with new deadlines. */
  isReentering: z.boolean(),
  description: z.string(),
});

/** Transitions with one source and one target, drawn together, with a line of text for each. */
const flowWay = z.object({ id: z.string(), transitionIds: z.array(z.string()), lines: z.array(z.string()) });

/** The statechart, laid out. Coordinates in CSS pixels from the upper left corner of the picture. */
export const flowLayoutSchema = z.object({
  machineVersion: z.string(),
  width: z.number(),
  height: z.number(),
  states: z.array(
    box.extend({
      path: z.string(),
      parent: z.string().nullable(),
      name: z.string(),
      description: z.string(),
      kind: z.enum(['atomic', 'compound', 'final']),
      /** What it takes without leaving it. */
      stays: z.array(flowWay),
    }),
  ),
  /** What stands for every state that is not final: the machine's own transitions begin there. */
  anywhere: box,
  /** The dots from which the chart and its compound states begin. */
  starts: z.array(box.extend({ id: z.string() })),
  arrows: z.array(flowWay.extend({ from: z.string(), to: z.string(), points: z.array(point), label: box.nullable() })),
  transitions: z.array(flowTransition),
});

/** What each record of an interview did on the chart. */
export const flowPathSchema = z.object({
  interviewId: z.string(),
  machineVersion: z.string(),
  headSeq: z.number().int(),
  steps: z.array(
    z.object({
      seq: z.number().int(),
      at: z.number().int(),
      /** Path of the state after it. */
      state: z.string(),
      /** Ids of the transitions that it took, in order. */
      transitionIds: z.array(z.string()),
    }),
  ),
});

export type FlowTransition = z.infer<typeof flowTransition>;
export type FlowLayout = z.infer<typeof flowLayoutSchema>;
export type FlowPath = z.infer<typeof flowPathSchema>;
export type FlowStep = FlowPath['steps'][number];
