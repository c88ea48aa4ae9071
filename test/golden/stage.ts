import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createActors } from '../../src/actors.ts';
import type { Subscriber } from '../../src/audience.ts';
import type { CreateRequest } from '../../src/creation.ts';
import { OUTAGE_MIN_MS } from '../../src/downtime.ts';
import { answersOf, type Evaluation, type EvaluationRequest, joinAnswers } from '../../src/evaluators/evaluator.ts';
import type { Journal, Outage } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { findPlan, publishPlan } from '../../src/plans/publish.ts';
import type { Plan } from '../../src/plans/schema.ts';
import type { Command, Role } from '../../src/protocol.ts';
import { manualClock } from '../support/clock.ts';
import { neverDown } from '../support/downtime.ts';
import { type Call, evaluationOf, scriptedEvaluator } from '../support/evaluator.ts';

// One interview played on the real parts, the same to the byte each time: clock, ids, salts and judgements are given.

type WithoutId<T> = T extends { id: string } ? Omit<T, 'id'> : never;

/** One interview being played. */
export interface Stage {
  readonly id: string;
  readonly journal: Journal;
  /** Give a command; throws when it is refused. */
  give(command: WithoutId<Command>, by?: Role): Promise<void>;
  /** Wait until the newest record left the interview in this state, and with this prompt if one is named. */
  reach(statePath: string, promptId?: string): Promise<void>;
  /** Let time pass. Units: ms. */
  pass(ms: number): void;
  /** Answer the evaluator's newest call: these points are met, all others are not. */
  judge(metIds: string[], extra?: Partial<Evaluation>): Promise<void>;
  fail(code: string, isRetryable: boolean): Promise<void>;
  crash(): Promise<void>;
  /** Let the evaluator's newest call wait for ever. */
  silence(): Promise<void>;
  /** Stop the service, and start it again after so long; `isOutage`: it knows that it was down. Units: ms. */
  restart(downMs: number, isOutage?: boolean): Promise<void>;
  /** The candidate opens the page, or is back on it. */
  join(): Promise<void>;
  /** The candidate loses the connection for good or for long. */
  leave(): Promise<void>;
  erase(): Promise<void>;
  /** The play is over. */
  end(): Promise<void>;
}

/** How many turns of the event loop a state is waited for. */
const TURNS_MAX = 1_000;

function idOf(kind: string, count: number): string {
  return `00000000-0000-4000-8000-${hash('sha256', `${kind} ${count}`).slice(0, 12)}`;
}

function withEvidence(evaluation: Evaluation, request: EvaluationRequest): Evaluation {
  const said = joinAnswers(answersOf(request));
  const end = Math.min(said.length, 24);
  const points = evaluation.points.map((point) =>
    point.verdict === 'met'
      ? { ...point, evidence: [{ quote: said.slice(0, end), start: 0, end }], reason: `said: ${said.slice(0, 12)}` }
      : point,
  );
  return { ...evaluation, points };
}

/** Create an interview and play it. */
export async function openStage(
  plan: Plan,
  { candidate = {}, accommodations = {}, externalId }: Partial<Omit<CreateRequest, 'published'>> = {},
): Promise<Stage> {
  const clock = manualClock();
  const journal = createMemoryJournal({ now: clock.now });
  const published = await publishPlan(journal, plan, clock.now());
  const { evaluator, next } = scriptedEvaluator();
  let salts = 0;
  let commands = 0;
  let starts = 0;
  const complain = (details: object, message: string) => {
    // A crash of the evaluator is played; anything else would spoil the golden.
    if (!('effect' in details)) throw new Error(message, { cause: details });
  };

  function start() {
    starts += 1;
    return createActors({
      journal,
      clock,
      findPlan: (id, version) => findPlan(journal, id, version),
      evaluator,
      fallback: evaluator,
      owner: `node-${starts}`,
      newId: () => idOf('interview', 1),
      newSalt() {
        salts += 1;
        return hash('sha256', `salt ${salts}`, 'base64url').slice(0, 22);
      },
      downtime: { ...neverDown, after: async (at) => outages.filter(({ until }) => until > at) },
      log: { error: complain, warn: complain },
      limits: {
        mailboxMax: 256,
        answerCharsMax: 20_000,
        snapshotEvery: 50,
        leaseMs: 15_000,
        liveMax: 10,
        hibernateAfterMs: 600_000,
        sweepMs: 1_000,
      },
    });
  }

  /** The candidate's connection: told everything, and saying nothing about it. */
  const subscriber: Subscriber = { id: 'page', role: 'candidate', publish() {}, notice() {}, end() {} };
  const outages: Outage[] = [];

  let actors = start();
  const external = externalId === undefined ? {} : { externalId };
  const { id } = await actors.create({ published, candidate, accommodations, ...external });
  await actors.open(id);

  async function newest(): Promise<{ state: string; promptId: string | undefined }> {
    const records = (await journal.load(id))?.records ?? [];
    const facts = records.flatMap((record) => record.facts);
    const asked = facts.filter((fact) => fact.type === 'prompt.asked').at(-1);
    return { state: records.at(-1)?.state ?? '', promptId: asked?.prompt.id };
  }

  async function answerCall(answer: (call: Call) => void): Promise<void> {
    const call = await next();
    answer(call);
  }

  return {
    id,
    journal,
    async give(command, by = 'candidate') {
      commands += 1;
      const actor = await actors.open(id);
      const result = await actor.dispatch({ ...command, id: idOf('command', commands) } as Command, by);
      if (!result.ok) throw new Error(`${command.type} was refused: ${result.problem.detail}`);
    },
    async reach(statePath, promptId) {
      for (let turn = 0; turn < TURNS_MAX; turn += 1) {
        const found = await newest();
        if (found.state === statePath && (promptId ?? found.promptId) === found.promptId) return;
        await nextTurn();
      }
      throw new Error(`meant to reach ${statePath} ${promptId ?? ''}; stands at ${JSON.stringify(await newest())}`);
    },
    pass: (ms) => clock.advance(ms),
    judge: (metIds, extra = {}) =>
      answerCall(({ request, reply }) =>
        reply({ ok: true, evaluation: withEvidence(evaluationOf(request, metIds, extra), request) }),
      ),
    fail: (code, isRetryable) => answerCall(({ reply }) => reply({ ok: false, code, isRetryable })),
    crash: () => answerCall((call) => call.crash()),
    silence: () => answerCall(() => {}),
    async restart(downMs, isOutage = false) {
      await actors.drain();
      const from = clock.now();
      clock.jump(from + downMs);
      if (isOutage) outages.push({ from, until: clock.now() });
      actors = start();
      await actors.open(id);
    },
    async join() {
      await (await actors.open(id)).attach(subscriber);
    },
    async leave() {
      (await actors.open(id)).detach(subscriber.id);
      // As long as it takes to be missed.
      clock.advance(OUTAGE_MIN_MS);
    },
    async erase() {
      await journal.erase(id, clock.now());
      await actors.forget(id);
    },
    end: () => actors.drain(),
  };
}
