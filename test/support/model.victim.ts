import { VivaError } from '../../src/errors.ts';
import type { Journal, JournalRecord, Outage } from '../../src/journal/journal.ts';
import { build, type TestApp } from './app.ts';
import type { ManualClock } from './clock.ts';
import { type Call, scriptedEvaluator } from './evaluator.ts';

// One process of the service that dies at a named point of one record, as by `kill -9`.

/** Where a process dies: the record is not written; written but told to nobody; told, but nothing has begun for it. */
export const crashPoints = ['before-commit', 'after-commit-before-ack', 'after-ack-before-effect'] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** When to die. */
export interface Crash {
  /** Sequence number of the record. */
  seq: number;
  point: CrashPoint;
}

/** A deadline for which no timer can be set. */
export interface Broken {
  id: string;
  at: number;
}

/** The whole application, and how it ends. */
export interface Victim {
  readonly app: TestApp;
  readonly isDead: boolean;
  /** The record at which it was to die has come. */
  readonly isStruck: boolean;
  /** Die at this record, the next time that it comes. After the ack it only freezes: whoever reads the ack kills it. */
  arm(crash: Crash): void;
  /** Now: it writes nothing, says nothing and is woken by nothing. Nothing is given back. */
  die(): Promise<void>;
  /** The call with this key that an evaluator of this process has received, or will. */
  call(key: string): Promise<Call>;
  /** What its evaluators have been asked so far. */
  readonly asked: readonly Pick<Call, 'key' | 'request'>[];
}

interface VictimOptions {
  journal: Journal;
  clock: ManualClock;
  /** Deadlines that cannot be armed, each until its record is there. */
  broken: Broken[];
  /** When the service was down, oldest first. */
  outages: readonly Outage[];
  snapshotEvery: number;
}

const dead = () => new VivaError('STORE_UNAVAILABLE', 'this process is dead');

/** No heartbeat and no sweep comes between: the clock is moved by hand, days at a time. */
const NEVER_MS = 10 ** 12;
const SECRET = 'the-same-secret-after-every-restart';

/** Start a process. */
export async function startVictim({ journal, clock, broken, outages, snapshotEvery }: VictimOptions): Promise<Victim> {
  let crash: Crash | null = null;
  let isDead = false;
  let isStruck = false;
  let isFrozen = false;
  const scripted = scriptedEvaluator();

  /** Do a piece of work on the store; `record` is what it writes. */
  async function work<Value>(job: () => Promise<Value>, record?: JournalRecord): Promise<Value> {
    const point = record?.seq === crash?.seq ? crash?.point : undefined;
    if (point && !isDead) isStruck = true;
    if (point === 'before-commit') cut();
    if (isDead) throw dead();
    const value = await job();
    const mended = broken.findIndex(({ id }) => record?.event.type === `xstate.error.actor.${id}`);
    if (mended >= 0) broken.splice(mended, 1);
    if (point === 'after-commit-before-ack') cut();
    if (isDead) throw dead();
    if (point) isFrozen = true;
    return value;
  }

  const port: Journal = {
    capabilities: journal.capabilities,
    append: (entry) => work(() => journal.append(entry), entry.record),
    create: (creation) => work(() => journal.create(creation), creation.record),
    claim: (...asked) => work(() => journal.claim(...asked)),
    release: (...asked) => work(() => journal.release(...asked)),
    erase: (...asked) => work(() => journal.erase(...asked)),
    load: (...asked) => work(() => journal.load(...asked)),
    list: (...asked) => work(() => journal.list(...asked)),
    due: (...asked) => work(() => journal.due(...asked)),
    beat: (...asked) => work(() => journal.beat(...asked)),
    putPlan: (...asked) => work(() => journal.putPlan(...asked)),
    getPlan: (...asked) => work(() => journal.getPlan(...asked)),
    listPlans: () => work(() => journal.listPlans()),
    ping: () => work(() => journal.ping()),
    // The store outlives the process.
    close: async () => {},
  };

  const app = await build({
    journal: port,
    secret: SECRET,
    clock: {
      now: clock.now,
      wake(at, fn) {
        if (isDead || isFrozen) return () => {};
        if (broken.some((deadline) => deadline.at === at)) throw new Error('no timer can be set');
        return clock.wake(at, () => {
          if (!isDead) fn();
        });
      },
    },
    evaluator: judge,
    fallback: judge,
    // Signs of life would come three seconds apart, and the clock is moved days at a time.
    downtime: { servingSince: clock.now(), after: async (at) => outages.filter(({ until }) => until > at) },
    actors: { snapshotEvery, sweepMs: NEVER_MS },
    sockets: { heartbeatMs: NEVER_MS },
  });

  function judge(...asked: Parameters<typeof scripted.evaluator>): ReturnType<typeof scripted.evaluator> {
    return isDead || isFrozen ? new Promise(() => {}) : scripted.evaluator(...asked);
  }

  function cut(): void {
    isDead = true;
    for (const socket of app.app.websocketServer.clients) socket.terminate();
    app.app.server.closeAllConnections();
  }

  return {
    app,
    get isDead() {
      return isDead;
    },
    get isStruck() {
      return isStruck;
    },
    arm(next) {
      crash = next;
    },
    async die() {
      cut();
      // Only its own memory and its port are let go of: it reaches the store no more.
      await app.app.close();
    },
    async call(key) {
      for (;;) {
        const call = await scripted.next();
        if (call.key === key) return call;
      }
    },
    get asked() {
      return scripted.calls.map(({ key, request }) => ({ key, request }));
    },
  };
}
