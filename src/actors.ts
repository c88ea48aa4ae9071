import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Actor, DispatchResult, Log } from './actor.ts';
import { createAsks } from './asks.ts';
import type { Clock } from './clock.ts';
import { type CreateRequest, storeInterview } from './creation.ts';
import { type Downtime, OUTAGE_MIN_MS } from './downtime.ts';
import { type ErrorCode, VivaError } from './errors.ts';
import type { Evaluator } from './evaluators/evaluator.ts';
import { createFollowers, type Watched } from './followers.ts';
import type { Hints } from './hints.ts';
import { readHead } from './journal/head.ts';
import type { Cause, Claimed, Journal } from './journal/journal.ts';
import { assertKnown } from './journal/versions.ts';
import { type ActorDeps, createInterviewActor } from './live.ts';
import { createLookout } from './lookout.ts';
import { type Order, perform } from './orders.ts';
import { createOverdue } from './overdue.ts';
import { toOutline } from './plans/outline.ts';
import type { PublishedPlan } from './plans/schema.ts';
import { createRecency } from './recency.ts';
import { restore } from './restore.ts';

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
  /** At random, 128 bits at least. */
  newSalt(): string;
  downtime: Pick<Downtime, 'after' | 'servingSince'>;
  /** Where other nodes are heard; without it looking has to do. */
  hints?: Hints;
  limits: {
    mailboxMax: number;
    answerCharsMax: number;
    snapshotEvery: number;
    leaseMs: number;
    /** Interviews in memory at a time. */
    liveMax: number;
    hibernateAfterMs: number;
    sweepMs: number;
  };
}

/** How many turns of the event loop a sweep waits for room in memory. */
const SWEEP_TURNS = 100;
/** How many overdue interviews are opened at a time. */
const WAKING_MAX = 32;

/** What this process knows of an interview without opening it. */
export interface Glimpse {
  isLive: boolean;
  isCandidateConnected: boolean;
  /** It is overdue, could not be opened and is left alone for now. */
  isPutOff: boolean;
}

/** All live interviews of this process: id → actor. */
export interface Actors {
  /** Errors: IDEMPOTENCY_KEY_REUSED when the key was used for another request. */
  create(request: CreateRequest): Promise<{ id: string; isNew: boolean }>;
  /**
   * The live actor, restored if need be, and taken from the node that runs it. It stays for this turn of the event
   * loop: use it at once. `by` is for whom (default: the operator). `firstEpoch`: of a candidate's connection that
   * came to it under this epoch, lost it with the store and finds it again.
   *
   * Errors: INTERVIEW_NOT_FOUND, INTERVIEW_ERASED, VERSION_PARKED, STORE_UNAVAILABLE, RESTARTING; TRY_LATER when
   * `liveMax` are in use; with `firstEpoch` SUPERSEDED when a newer connection has it at another node.
   */
  open(id: string, by?: Cause, firstEpoch?: number | null): Promise<Actor>;
  /**
   * What those follow who only watch. It takes the interview from no other node, and reads along where it runs
   * elsewhere. Use it at once, too; the same errors, and PLAN_NOT_FOUND.
   */
  watch(id: string): Promise<Watched>;
  /**
   * Have something done, wherever the interview runs: a node that runs it does it and goes on running it. Only where
   * none answers it is taken over. The same errors as `open`.
   */
  order(id: string, order: Order): Promise<DispatchResult>;
  /** An outage has become known: what it took is given back. */
  catchUp(): void;
  /** Begin to look after overdue and idle interviews. */
  start(): void;
  /** An interview has been erased: nothing of it stays in memory, and its connections end. */
  forget(id: string): Promise<void>;
  /** Take nothing new, finish and store everything, end all connections. */
  drain(): Promise<void>;
  /** Who claims for this process. */
  readonly owner: string;
  /** Without touching it: what is looked at in a list neither comes into memory nor stays there for it. */
  glimpse(id: string): Glimpse;
  /** Actors in memory, those that are leaving it included. */
  readonly liveCount: number;
}

/** Create the registry of live interviews. */
export function createActors(deps: ActorsDeps): Actors {
  const { journal, clock, log, limits, downtime } = deps;
  const actorsById = new Map<string, Promise<Actor>>();
  const liveById = new Map<string, Actor>();
  const stoppingById = new Map<string, Promise<void>>();
  const recency = createRecency<Actor>();
  /** Asked for in this turn of the event loop: whoever did has not had the time to use them. */
  const held = new Set<Actor>();
  const overdue = createOverdue({
    due: journal.due,
    isLive: (id) => actorsById.has(id),
    clock,
    putOffMs: limits.sweepMs,
  });
  /** Interviews whose actor was lost: until when their candidates were there, as far as this process has seen. */
  const lostById = new Map<string, { epoch: number; attendedUntil: number }>();
  let stopSweeping: (() => void) | null = null;
  let isDraining = false;

  /** Since when nobody can have been connected to an interview that this process has claimed just now. */
  async function findUnattendedSince(id: string, { head, unheldMs = 0 }: Claimed): Promise<number> {
    const now = clock.now();
    const lost = lostById.get(id);
    // Before this process nobody else had an interview of a store that is not shared.
    if (!journal.shared) return lost?.attendedUntil ?? downtime.servingSince;
    if (lost?.epoch === head.epoch - 1) return lost.attendedUntil;
    // Who holds it gives signs of life more often than that.
    if (unheldMs < OUTAGE_MIN_MS) return now;
    let since = now - unheldMs;
    // No node served then, so that time is given back as a downtime.
    for (const { from, until } of await downtime.after(since)) if (from - since < OUTAGE_MIN_MS) since = until;
    return Math.min(since, now);
  }

  function noteLost(id: string, epoch: number, attendedUntil: number): void {
    lostById.set(id, { epoch, attendedUntil });
    const [oldest] = lostById.keys();
    if (oldest !== undefined && lostById.size > limits.liveMax) lostById.delete(oldest);
  }

  function onLost(actor: Actor, attendedUntil: number): void {
    noteLost(actor.id, actor.epoch, attendedUntil);
    actorsById.delete(actor.id);
    liveById.delete(actor.id);
    recency.remove(actor);
  }

  const actorDeps: ActorDeps = { ...deps, onLost };

  async function revive(id: string, claimed: Claimed): Promise<Actor> {
    const unattendedSince = await findUnattendedSince(id, claimed);
    const { meta } = claimed.head;
    assertKnown(claimed.head);
    const published = await deps.findPlan(meta.planId, meta.planVersion);
    const loadAfter = async (seq: number) => (await journal.load(id, seq))?.records ?? [];
    const standing = await restore(id, toOutline(published), claimed, loadAfter);
    const actor = createInterviewActor(actorDeps, { claimed, standing, published, unattendedSince });
    lostById.delete(id);
    liveById.set(id, actor);
    recency.add(actor);
    hold(actor);
    return actor;
  }

  const followers = createFollowers({ ...deps, answerCharsMax: limits.answerCharsMax, order });
  const asks = deps.hints && createAsks({ ...deps, hints: deps.hints, serve });
  const lookout =
    journal.shared &&
    createLookout({
      shared: journal.shared,
      clock,
      log,
      owner: deps.owner,
      renewMs: limits.leaseMs / 3,
      watched: () => [...[...liveById.values()].filter(({ isWatched }) => isWatched), ...followers.watched()],
      known,
      areHintsLive: () => deps.hints?.isLive ?? false,
      busy: () => [...liveById.values()].filter(isBusySoon).map(({ id }) => id),
    });

  function known(id: string): Pick<Actor, 'id' | 'see'>[] {
    const live = liveById.get(id);
    return [...(live ? [live] : []), ...followers.known(id)];
  }

  /** Before its lease, were it renewed now, runs out. */
  function isBusySoon({ wakeAt }: Actor): boolean {
    return wakeAt !== null && wakeAt <= clock.now() + limits.leaseMs;
  }

  /** Claim and restore. A connection takes the interview over; the sweep takes only what nobody holds. */
  async function claim(id: string, force: boolean, by: Cause): Promise<Actor> {
    // Claiming what a newer build runs would take it from that build.
    await readHead(journal, id);
    const claimed = await journal.claim(id, deps.owner, { leaseMs: limits.leaseMs, force, by });
    if (claimed === null) throw new VivaError('INTERVIEW_ERASED', 'what was said in this interview is erased');
    if (claimed === 'held') throw new VivaError('TRY_LATER', 'another node runs this interview');
    try {
      return await revive(id, claimed);
    } catch (error) {
      // Another node may be able to.
      await journal.release(id, claimed.head.epoch).catch(() => {});
      throw error;
    }
  }

  async function bring(id: string, force: boolean, by: Cause): Promise<Actor> {
    if (!actorsById.has(id)) await findRoom(1);
    return take(id, force, by);
  }

  /** Begin to open an interview; its place is taken at once. */
  async function take(id: string, force: boolean, by: Cause): Promise<Actor> {
    const known = actorsById.get(id);
    if (known) return known;
    if (isDraining) throw new VivaError('RESTARTING', 'the service is restarting; come back in a moment');
    // Looked at again: others may have been quicker.
    if (!makeRoom()) throw new VivaError('TRY_LATER', `all of the ${limits.liveMax} interviews in memory are in use`);
    const opened = (async () => {
      await stoppingById.get(id);
      // The memory of those that leave is not free yet.
      if (actorsById.size + stoppingById.size > limits.liveMax) await Promise.all(stoppingById.values());
      return claim(id, force, by);
    })();
    actorsById.set(id, opened);
    opened.catch(() => actorsById.delete(id));
    return opened;
  }

  function hold(actor: Actor): void {
    held.add(actor);
    setImmediate(() => held.delete(actor));
  }

  function mayLeave(actor: Actor): boolean {
    return actor.isIdle && !held.has(actor);
  }

  /** The least recently used idle interview leaves where that is needed; false = all are in use. */
  function makeRoom(): boolean {
    if (actorsById.size < limits.liveMax) return true;
    const leaving = recency.oldest(mayLeave);
    if (leaving) hibernate(leaving);
    return leaving !== undefined;
  }

  /** The same, after waiting some turns for those that are held, or finish what they do. */
  async function findRoom(turns: number): Promise<boolean> {
    for (let turn = 0; turn < turns && !makeRoom(); turn += 1) await nextTurn();
    return makeRoom();
  }

  function hibernate(actor: Actor, code: ErrorCode = 'RESTARTING'): Promise<void> {
    actorsById.delete(actor.id);
    liveById.delete(actor.id);
    recency.remove(actor);
    const stopping = actor
      .stop(code)
      .catch((error: unknown) => log.error({ err: error, interviewId: actor.id }, 'an interview was not released'))
      .finally(() => stoppingById.delete(actor.id));
    stoppingById.set(actor.id, stopping);
    return stopping;
  }

  /** Several at a time, so that they share commits. False = there is no room for more, or none is wanted any more. */
  async function wakeAll(ids: readonly string[]): Promise<boolean> {
    const waking = new Set<Promise<void>>();
    let isRoom = true;
    for (const id of ids) {
      isRoom = !isDraining && (await findRoom(SWEEP_TURNS));
      if (!isRoom) break;
      const woken = wakeUp(id).finally(() => waking.delete(woken));
      waking.add(woken);
      // After a downtime there are many: connections get their turns in between.
      if (waking.size >= WAKING_MAX) await Promise.all(waking).then(() => nextTurn());
    }
    await Promise.all(waking);
    return isRoom;
  }

  async function sweep(): Promise<void> {
    for (let ids = await overdue.next(); ids.length > 0; ids = await overdue.next())
      if (!(await wakeAll(ids))) {
        if (isDraining) return;
        return log.warn({ liveMax: limits.liveMax }, 'overdue interviews wait for room in memory');
      }
    for (const actor of liveById.values())
      if (mayLeave(actor) && clock.now() - actor.usedAt >= limits.hibernateAfterMs) {
        await hibernate(actor);
        await nextTurn();
      }
  }

  async function wakeUp(id: string): Promise<void> {
    try {
      await take(id, false, 'service');
      overdue.settle(id);
    } catch (error) {
      overdue.putOff(id);
      if (error instanceof VivaError && error.code === 'TRY_LATER') return;
      log.error({ err: error, interviewId: id }, 'an overdue interview cannot be opened');
    }
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

  /** An interview that is live here may run elsewhere by now, if nobody was connected to notice. */
  async function lookAt(id: string, by?: Cause): Promise<void> {
    const live = liveById.get(id);
    if (!live || !journal.shared) return;
    for (const glance of await journal.shared.glance([id])) {
      live.see(glance);
      const isOther = liveById.get(id) === live && by === 'candidate' && glance.heldFor !== by;
      if (isOther) await journal.shared.holdFor(id, deps.owner, by);
    }
  }

  /**
   * Whether a connection that finds an interview again may take it from whoever has it: not from a newer one of the
   * candidate, were it only just there.
   */
  async function mayForce(id: string, firstEpoch: number): Promise<boolean> {
    const [glance] = (await journal.shared?.glance([id])) ?? [];
    if (glance?.heldFor !== 'candidate') return true;
    if (glance.owner !== deps.owner && glance.epoch > firstEpoch)
      throw new VivaError('SUPERSEDED', 'open in a newer tab');
    return false;
  }

  async function open(id: string, by: Cause = 'operator', firstEpoch: number | null = null): Promise<Actor> {
    const isForced = firstEpoch === null || (await mayForce(id, firstEpoch));
    if (journal.shared) await lookAt(id, by);
    const live = liveById.get(id);
    if (live) hold(live);
    const actor = await bring(id, isForced, by);
    actor.touch();
    return actor;
  }

  /** What another node asks for, if the interview still runs here. */
  async function serve(id: string, order: Order): Promise<DispatchResult | null> {
    const live = liveById.get(id);
    if (!live) return null;
    hold(live);
    live.touch();
    return perform(live, order);
  }

  async function order(id: string, asked: Order): Promise<DispatchResult> {
    await actorsById.get(id)?.catch(() => null);
    if (journal.shared) await lookAt(id);
    const done = liveById.has(id) ? null : await asks?.ask(id, asked);
    return done ?? perform(await open(id, asked.by), asked);
  }

  return {
    create: (request) => storeInterview({ journal, clock, newId: deps.newId, newSalt: deps.newSalt }, request),
    open,
    order,
    async watch(id) {
      if (!journal.shared) return open(id);
      await actorsById.get(id)?.catch(() => null);
      await lookAt(id);
      const live = liveById.get(id);
      if (!live) return followers.open(id);
      hold(live);
      live.touch();
      return live;
    },
    catchUp() {
      for (const actor of liveById.values()) actor.catchUp();
    },
    start() {
      sweepAgain(0);
      if (!lookout) return;
      lookout.start();
      deps.hints?.start({
        // Who watches here what another node ran goes on reading along when this one runs it.
        onHint: (ids, isOwn) => lookout.hear(isOwn ? ids.filter((id) => followers.known(id).length > 0) : ids),
        onBack: lookout.lookAgain,
        onLetter: (content) => asks?.hear(content),
      });
    },
    async forget(id) {
      const actor = await actorsById.get(id)?.catch(() => null);
      if (actor && liveById.get(id) === actor) hibernate(actor, 'INTERVIEW_ERASED');
      await stoppingById.get(id);
    },
    async drain() {
      isDraining = true;
      stopSweeping?.();
      lookout?.stop();
      followers.end('RESTARTING');
      const opened = await Promise.allSettled(actorsById.values());
      for (const result of opened) if (result.status === 'fulfilled') hibernate(result.value);
      await Promise.all(stoppingById.values());
      await deps.hints?.stop();
    },
    owner: deps.owner,
    glimpse(id) {
      const live = liveById.get(id);
      const isCandidateConnected = live?.isCandidateConnected ?? false;
      return { isLive: live !== undefined, isCandidateConnected, isPutOff: overdue.isPutOff(id) };
    },
    get liveCount() {
      return liveById.size + stoppingById.size;
    },
  };
}
