import { createActor, fromPromise, transition } from 'xstate';
import { type InterviewEvent, interview } from '../../machines/interview.ts';
import { reduce } from '../../src/reduce.ts';
import { digits, type Part, type Size } from '../report.ts';
import { spreadOf } from '../stats.ts';
import { handPlan, input, type Moment, makeCourse } from './course.ts';
import { reduceByHand } from './reducer.ts';

// One transition, alone: the host's reducer, XState's own pure function, a live actor, and a reducer by hand.

/** Live actors that are brought to a moment and get its event once. */
const ACTORS = 400;

/** Whatever was computed last: what nobody could see would not be computed. */
const seen: { last?: unknown } = {};

function microsPerCall(count: number, call: (nth: number) => unknown): number {
  const before = process.cpuUsage();
  for (let nth = 0; nth < count; nth += 1) seen.last = call(nth);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

const never = fromPromise<never, never>(() => new Promise(() => {}));
const stillMachine = interview.provide({
  actors: { deadline: never, evaluate: never, evaluateFallback: never } as never,
});

function measureLive({ event, before }: Moment): number {
  const actors = Array.from({ length: ACTORS }, () => {
    const actor = createActor(stillMachine, { input }).start();
    for (const earlier of before) actor.send(earlier as InterviewEvent);
    return actor;
  });
  const micros = microsPerCall(ACTORS, (nth) => actors[nth]?.send(event as InterviewEvent));
  for (const actor of actors) actor.stop();
  return micros;
}

type Contender = 'host' | 'pure' | 'live' | 'hand';

function measureOnce(moment: Moment, calls: number): Record<Contender, number> {
  const { event, snapshot, handEvent, handState } = moment;
  return {
    hand: microsPerCall(calls * 10, () => reduceByHand(handPlan, handState, handEvent)),
    live: measureLive(moment),
    host: microsPerCall(calls, () => reduce(snapshot, event)),
    pure: microsPerCall(calls, () => transition(interview, snapshot, event as InterviewEvent)),
  };
}

/** Measure every event of an interview. */
export function measureMachine({ repetitions, ms }: Size): Part {
  const course = makeCourse();
  const calls = ms * 2;
  for (const moment of course) measureOnce(moment, calls);
  const rows = course.map((moment) => {
    const samples = Array.from({ length: Math.max(3, repetitions) }, () => measureOnce(moment, calls));
    const of = (contender: Contender) => spreadOf(samples.map((sample) => sample[contender])).median;
    return {
      what: moment.name,
      measured: `${digits(1e6 / of('host'))}/s: ${digits(of('host'))} µs; transition() ${digits(of('pure'))} µs; live actor ${digits(of('live'))} µs; by hand ${digits(of('hand'))} µs`,
      ratio: spreadOf(samples.map(({ host, live }) => live / host)),
      to: 'live actor ÷ ours, CPU time',
    };
  });
  return { title: 'The machine alone: one transition', rows };
}
