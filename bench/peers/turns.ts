import { reduce, type Snapshot, stateOf, toDoneEvent } from '../../src/reduce.ts';
import { handPlan, makeCourse } from '../machine/course.ts';
import { type Plan, reduceByHand } from '../machine/reducer.ts';
import { digits, type Part, type Size } from '../report.ts';
import { spreadOf } from '../stats.ts';
import { installPackages } from './install.ts';

// A turn of the machine alone, an answer and its evaluation, in other libraries of state machines.

/** One interview that goes on for ever in the hands of somebody's machine. */
interface Turning {
  promptId(): string;
  answer(event: { type: 'answer.submit'; at: number; promptId: string; text: string }): void;
  evaluated(event: { type: 'evaluated'; at: number; score: number; missingIds: string[] }): void;
}

interface Others {
  openRobot3(plan: Plan): Turning;
  openJsm(plan: Plan): Turning;
}

const AT = 2_000_000;
const text = 'An answer of some words, as it is given.';
const pointIds = handPlan.questions[0]?.pointIds ?? [];

function turn(turning: Turning): void {
  turning.answer({ type: 'answer.submit', at: AT, promptId: turning.promptId(), text });
  turning.evaluated({ type: 'evaluated', at: AT, score: 0, missingIds: pointIds });
}

/** Ours, from the first answer of the course on; it begins again where the interview would end. */
function openOurs(): Turning {
  const first = makeCourse().find(({ name }) => name === 'answer.submit')?.snapshot as Snapshot;
  let snapshot = first;
  const points = pointIds.map((id) => ({ id, verdict: 'not_met' as const, coverage: 0 }));
  const step = (event: Parameters<typeof reduce>[1]) => {
    const next = reduce(snapshot, event)?.snapshot;
    if (!next) throw new Error('the machine did not take a turn');
    snapshot = stateOf(next) === 'COMPLETE' ? first : next;
  };
  return {
    promptId: () => snapshot.context.prompt?.id ?? '',
    answer: step,
    evaluated({ at, score }) {
      const evaluation = { score, points, isNonAnswer: false, needsReview: false, proposedPointId: null };
      const output = { ok: true, at, evaluation };
      step(toDoneEvent('evaluate', output));
    },
  };
}

function openHand(): Turning {
  const first = makeCourse().find(({ name }) => name === 'answer.submit')?.handState;
  if (!first) throw new Error('there is no answer in the course');
  let state = first;
  const step = (event: Parameters<typeof reduceByHand>[2]) => {
    const next = reduceByHand(handPlan, state, event);
    if (!next) throw new Error('the reducer did not take a turn');
    state = next.name === 'COMPLETE' ? first : next;
  };
  return { promptId: () => state.promptId, answer: step, evaluated: step };
}

function microsPerTurn(turning: Turning, count: number): number {
  const before = process.cpuUsage();
  for (let nth = 0; nth < count; nth += 1) turn(turning);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

/** Measure a turn of the machine in each library. */
export async function measureTurns({ repetitions, ms }: Size): Promise<Part> {
  const contenders: Record<string, () => Turning> = { 'the host’s reducer over XState': openOurs, 'by hand': openHand };
  if (installPackages()) {
    const script: string = './machines.mjs';
    const { openRobot3, openJsm } = (await import(script)) as Others;
    contenders.robot3 = () => openRobot3(handPlan);
    contenders['javascript-state-machine'] = () => openJsm(handPlan);
  }
  const names = Object.keys(contenders);
  const micros = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let repetition = 0; repetition <= Math.max(3, repetitions); repetition += 1)
    for (const name of names) {
      const turning = contenders[name]?.();
      if (!turning) continue;
      const taken = microsPerTurn(turning, ms * 4);
      // The first round is for the compiler.
      if (repetition > 0) micros.get(name)?.push(taken);
    }
  const ours = micros.get(names[0] ?? '') ?? [];
  return {
    title: 'A turn of the machine alone: an answer and its evaluation',
    rows: names.map((name, index) => {
      const of = micros.get(name) ?? [];
      const measured = `${digits(spreadOf(of).median)} µs`;
      if (index === 0) return { what: name, measured };
      return {
        what: name,
        measured,
        ratio: spreadOf(of.map((value, at) => value / (ours[at] ?? Number.NaN))),
        to: 'ours, CPU time',
      };
    }),
  };
}
