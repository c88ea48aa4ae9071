import { interview } from '../machines/interview.ts';
import { type Actor, createInterviewActor, type Log } from './actor.ts';
import type { Clock } from './clock.ts';
import { VivaError } from './errors.ts';
import type { Evaluator } from './evaluators/evaluator.ts';
import type { Claimed, InterviewMeta, Journal } from './journal/journal.ts';
import { toOutline } from './plans/outline.ts';
import type { PublishedPlan } from './plans/schema.ts';
import { stateOf, statePathOf, wakeAtOf } from './reduce.ts';
import { type CreatedEvent, created, restore } from './restore.ts';

const DAY_MS = 86_400_000;

export interface ActorsDeps {
  journal: Journal;
  /** The pinned version of a plan. Errors: PLAN_NOT_FOUND. */
  findPlan(planId: string, version: number): Promise<PublishedPlan>;
  evaluator: Evaluator;
  fallback: Evaluator;
  clock: Clock;
  log: Log;
  /** Who claims: unique per process. */
  owner: string;
  newId(): string;
  limits: {
    mailboxMax: number;
    answerCharsMax: number;
    snapshotEvery: number;
    leaseMs: number;
    hibernateAfterMs: number;
    sweepMs: number;
  };
}

export interface CreateRequest {
  published: PublishedPlan;
  candidate: InterviewMeta['candidate'];
  accommodations: InterviewMeta['accommodations'];
  externalId?: string;
  idempotency?: { key: string; digest: string };
}

/** All live interviews of this process: id → actor. */
export interface Actors {
  /** Errors: IDEMPOTENCY_KEY_REUSED when the key was used for another request. */
  create(request: CreateRequest): Promise<{ id: string; isNew: boolean }>;
  /** The live actor, restored if need be. Errors: INTERVIEW_NOT_FOUND, STORE_UNAVAILABLE, RESTARTING. */
  open(id: string): Promise<Actor>;
  /** Begin to look after overdue and idle interviews. */
  start(): void;
  /** Take nothing new, finish and store everything, end all connections. */
  drain(): Promise<void>;
  readonly liveCount: number;
}

/** Create the registry of live interviews. */
export function createActors(deps: ActorsDeps): Actors {
  const { journal, clock, log, limits } = deps;
  const actorsById = new Map<string, Promise<Actor>>();
  const liveById = new Map<string, Actor>();
  const stoppingById = new Map<string, Promise<void>>();
  let stopSweeping: (() => void) | null = null;
  let isDraining = false;

  async function revive(id: string, claimed: Claimed): Promise<Actor> {
    const { meta } = claimed.head;
    const published = await deps.findPlan(meta.planId, meta.planVersion);
    const loadAll = async () => (await journal.load(id))?.records ?? [];
    const standing = await restore(id, toOutline(published), claimed, loadAll);
    const { evaluator, fallback } = deps;
    const onLost = () => {
      actorsById.delete(id);
      liveById.delete(id);
    };
    const actor = createInterviewActor(
      { journal, clock, log, published, evaluator, fallback, limits, onLost },
      claimed,
      standing,
    );
    liveById.set(id, actor);
    return actor;
  }

  /** Claim and restore. A connection takes the interview over; the sweep takes only what nobody holds. */
  function bring(id: string, force: boolean): Promise<Actor> {
    const known = actorsById.get(id);
    if (known) return known;
    const opened = (async () => {
      await stoppingById.get(id);
      const claimed = await journal.claim(id, deps.owner, { leaseMs: limits.leaseMs, force });
      if (claimed === null) throw new VivaError('INTERVIEW_NOT_FOUND', 'no interview has this id');
      if (claimed === 'held') throw new VivaError('TRY_LATER', 'another node runs this interview');
      return revive(id, claimed);
    })();
    actorsById.set(id, opened);
    opened.catch(() => actorsById.delete(id));
    return opened;
  }

  function hibernate(actor: Actor): Promise<void> {
    actorsById.delete(actor.id);
    liveById.delete(actor.id);
    const stopping = actor
      .stop('RESTARTING')
      .catch((error: unknown) => log.error({ err: error, interviewId: actor.id }, 'an interview was not released'))
      .finally(() => stoppingById.delete(actor.id));
    stoppingById.set(actor.id, stopping);
    return stopping;
  }

  async function sweep(): Promise<void> {
    const now = clock.now();
    for (const actor of liveById.values())
      if (actor.isIdle && now - actor.usedAt >= limits.hibernateAfterMs) hibernate(actor);
    for (const id of await journal.due(now, 100))
      if (!actorsById.has(id)) await bring(id, false).catch((error: unknown) => noteUnswept(id, error));
  }

  function noteUnswept(id: string, error: unknown): void {
    if (error instanceof VivaError && error.code === 'TRY_LATER') return;
    log.error({ err: error, interviewId: id }, 'an overdue interview cannot be opened');
  }

  function sweepAgain(afterMs: number): void {
    stopSweeping = clock.wake(clock.now() + afterMs, () => {
      sweep()
        .catch((error: unknown) => log.error({ err: error }, 'overdue interviews could not be looked up'))
        .finally(() => {
          if (!isDraining) sweepAgain(limits.sweepMs);
        });
    });
  }

  return {
    async create({ published, candidate, accommodations, externalId, idempotency }) {
      const id = deps.newId();
      const at = clock.now();
      const event: CreatedEvent = {
        type: 'interview.created',
        at,
        invitationExpiresAt: at + Math.round(published.plan.limits.invitationDays * DAY_MS),
        timeMultiplier: accommodations.timeMultiplier ?? 1,
        isUntimed: accommodations.untimed ?? false,
      };
      const step = created(id, toOutline(published), event);
      const stored = await journal.create({
        id,
        meta: {
          planId: published.plan.id,
          planVersion: published.version,
          planHash: published.hash,
          machineVersion: String(interview.version),
          createdAt: at,
          candidate,
          accommodations,
          ...(externalId === undefined ? {} : { externalId }),
        },
        record: {
          seq: 1,
          at,
          epoch: 0,
          by: 'operator',
          event: { ...event },
          facts: step.facts,
          state: statePathOf(step.snapshot),
        },
        state: stateOf(step.snapshot),
        wakeAt: wakeAtOf(step.started, at),
        ...(idempotency ? { idempotency } : {}),
      });
      if (!stored.isNew && stored.digest !== idempotency?.digest)
        throw new VivaError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key came with another request before');
      return { id: stored.id, isNew: stored.isNew };
    },
    async open(id) {
      if (isDraining) throw new VivaError('RESTARTING', 'the service is restarting; come back in a moment');
      const actor = await bring(id, true);
      actor.touch();
      return actor;
    },
    start() {
      sweepAgain(0);
    },
    async drain() {
      isDraining = true;
      stopSweeping?.();
      const opened = await Promise.allSettled(actorsById.values());
      for (const result of opened) if (result.status === 'fulfilled') hibernate(result.value);
      await Promise.all(stoppingById.values());
    },
    get liveCount() {
      return liveById.size;
    },
  };
}
