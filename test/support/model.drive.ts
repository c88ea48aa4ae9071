import { expect } from 'vitest';
import { OUTAGE_MIN_MS } from '../../src/downtime.ts';
import { ADMIN_KEY, type Created } from './app.ts';
import { evaluationOf } from './evaluator.ts';
import { deadlinesOf, evaluatorOf, instantOf, SLEEP_MS } from './model.moves.ts';
import type { Path, Stage } from './model.paths.ts';
import { comparable, decisionsOf, decisionsOn, type Run } from './model.run.ts';
import type { Broken, Crash, Victim } from './model.victim.ts';
import { sightsOn } from './model.view.ts';
import { type Watch, watch } from './model.watch.ts';
import type { World } from './model.world.ts';

// Do what a path says to the real service, over real sockets.

/** What is done at once: one thing, and the deadlines that break because of it. `null` = the candidate arrives. */
interface Unit {
  stage: Stage | null;
  /** Sequence numbers of the first record and of the last. */
  seq: number;
  lastSeq: number;
  breaks: Stage[];
}

/** A timer breaks when it is armed: by itself, after what is done before. */
function unitsOf({ stages }: Path): Unit[] {
  const units: Unit[] = [{ stage: null, seq: 2, lastSeq: 1, breaks: [] }];
  for (const [index, stage] of stages.entries()) {
    const seq = index + 2;
    const last = units.at(-1);
    if (stage.move.do !== 'break') units.push({ stage, seq, lastSeq: seq, breaks: [] });
    else if (last) {
      last.breaks.push(stage);
      last.lastSeq = seq;
    }
  }
  return units;
}

/** The command of a stage; its id is made from its record, so that it is the same when it is sent again. */
function commandOf({ event }: Stage, seq: number): { id: string; type: string } {
  const { at: _ofTheService, isUntimed, ...asked } = event as { type: string; at?: number; isUntimed?: boolean };
  return {
    ...asked,
    ...(isUntimed === undefined ? {} : { untimed: isUntimed }),
    id: `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`,
  };
}

/** The key under which the answer that is being judged must be judged. */
function evaluationKeyOf(interviewId: string, { before }: Stage): string {
  const { prompt, attempt } = before.context;
  return `${interviewId}/${prompt?.id}/${evaluatorOf(before) === 'evaluate' ? attempt : 'fallback'}`;
}

/** Each creation has an idempotency key of its own. */
let creationCount = 0;

/** Drive one interview along a path to its end; with `crash` the process dies once on the way and the next goes on. */
export async function drive(world: World, path: Path, crash?: Crash): Promise<Run> {
  const { clock } = world;
  const createdAt = clock.now();
  /** From the model's time to ours. */
  const shiftMs = createdAt - path.start.context.at;
  const victims = new Set<Victim>();
  const ackedSeqs = new Set<number>();
  creationCount += 1;
  const idempotencyKey = `creation ${creationCount}`;

  async function create(): Promise<Created> {
    const made = await world.victim.app.request('/api/interviews', {
      token: ADMIN_KEY,
      json: { planId: world.planId },
      headers: { 'idempotency-key': idempotencyKey },
    });
    expect(made.status).toBe(201);
    return made.body;
  }

  function moveClock({ event, move }: Stage): void {
    const target = Math.max(clock.now(), instantOf(event) + shiftMs);
    // Who is late finds everything due at one instant.
    if (move.do === 'pass' && move.isLate) clock.jump(target);
    // At least what has come due in a sleep.
    clock.advance(target - clock.now());
  }

  async function command(stage: Stage, seq: number, duplicate: boolean, watching: Watch): Promise<void> {
    const ask = commandOf(stage, seq);
    const { id } = ask;
    if (stage.move.do === 'command' && stage.move.by === 'operator') {
      const address = `/api/interviews/${interview.id}/commands`;
      const { body } = await world.victim.app.request(address, { token: ADMIN_KEY, json: ask });
      expect(body).toEqual({ id, seq, duplicate });
    } else {
      const { candidate } = watching;
      candidate.send(ask);
      expect(await candidate.next('ack')).toEqual({ type: 'ack', id, seq, duplicate });
    }
    ackedSeqs.add(seq);
  }

  async function judge(stage: Stage): Promise<void> {
    const call = await world.victim.call(evaluationKeyOf(interview.id, stage));
    moveClock(stage);
    const { move } = stage;
    if (move.do === 'judge') {
      const evaluation = evaluationOf(call.request, move.metIds, move.isNonAnswer ? { flags: ['non-answer'] } : {});
      call.reply({ ok: true, evaluation });
    } else if (move.do === 'fail') call.reply({ ok: false, code: 'UPSTREAM', isRetryable: move.isRetryable });
    else call.crash();
  }

  /** The process sleeps: no timer comes, and then somebody tells it. */
  function sleep({ event }: Stage): void {
    const until = instantOf(event) + shiftMs;
    const from = until - SLEEP_MS;
    if (clock.now() < until) {
      clock.advance(from - clock.now());
      clock.jump(until);
      world.outages.push({ from, until });
    }
    world.victim.app.actors.catchUp();
  }

  async function act({ stage, seq }: Unit): Promise<void> {
    if (!stage) return watching.enter(world.victim.app, 'candidate', 'reviewer');
    if (stage.move.do === 'sleep') return sleep(stage);
    if (['judge', 'fail', 'crash'].includes(stage.move.do)) return judge(stage);
    moveClock(stage);
    if (stage.move.do === 'command') await command(stage, seq, false, watching);
    if (stage.move.do === 'join') await watching.enter(world.victim.app, 'candidate');
    if (stage.move.do === 'leave') {
      await watching.disconnect();
      clock.advance(OUTAGE_MIN_MS);
    }
  }

  /** After a restart: whoever has not heard that it is done asks again; the service's own timers come by themselves. */
  async function repeat({ stage, seq }: Unit, isCommitted: boolean): Promise<void> {
    const isAway = stage?.after.context.isAway === true;
    await watching.enter(world.victim.app, ...(isAway ? [] : (['candidate'] as const)), 'reviewer');
    if (!stage || ['pass', 'leave', 'join'].includes(stage.move.do)) return;
    if (stage.move.do === 'sleep') return sleep(stage);
    if (stage.move.do !== 'command') return isCommitted ? undefined : judge(stage);
    if (!ackedSeqs.has(seq)) await command(stage, seq, isCommitted, watching);
  }

  /** Do something during which the process dies, and start the next process. */
  async function dieIn(at: Crash, job: () => Promise<unknown>): Promise<void> {
    const { victim } = world;
    victims.add(victim);
    victim.arm(at);
    const isTold = await job().then(
      () => true,
      (error: unknown) => {
        // An expectation that failed is no consequence of the death.
        if (!victim.isDead || (error instanceof Error && error.name === 'AssertionError')) throw error;
        return false;
      },
    );
    expect(victim.isStruck, 'died at its record').toBe(true);
    expect(isTold, 'told before the process died').toBe(at.point === 'after-ack-before-effect');
    await world.restart();
  }

  async function run(unit: Unit): Promise<void> {
    const { seq, lastSeq, breaks } = unit;
    for (const { move, before } of breaks)
      world.broken.push(
        ...deadlinesOf(before)
          .filter(({ id }) => move.do === 'break' && move.id === id)
          .map(({ id, at }): Broken => ({ id, at: at + shiftMs })),
      );
    if (crash && crash.seq >= seq && crash.seq <= lastSeq) {
      await dieIn(crash, async () => {
        await act(unit);
        await watching.see(crash.seq);
      });
      await repeat(unit, crash.seq > seq || crash.point !== 'before-commit');
    } else await act(unit);
    await watching.see(lastSeq);
  }

  if (crash?.seq === 1) await dieIn(crash, create);
  const interview = await create();
  const origin = { id: interview.id, createdAt };
  const watching = watch(interview, createdAt, sightsOn(path));
  for (const unit of unitsOf(path)) await run(unit);
  watching.leave();
  victims.add(world.victim);

  const loaded = await world.store.journal.load(interview.id);
  const records = loaded?.records ?? [];
  expect(decisionsOf(records, origin)).toEqual(decisionsOn(path));
  const { body } = await world.victim.app.request(`/api/interviews/${interview.id}/report`, { token: ADMIN_KEY });
  const asked = [...victims].flatMap((victim) => victim.asked).filter(({ key }) => key.startsWith(interview.id));
  return {
    candidateViews: watching.views.candidate,
    reviewerViews: watching.views.reviewer,
    records: comparable(records, origin) as unknown[],
    report: comparable(body, origin),
    timeLedger: body.timeLedger,
    evaluations: comparable(asked, origin) as Run['evaluations'],
  };
}
