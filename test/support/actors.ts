import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Actor, DispatchResult } from '../../src/actor.ts';
import { type Actors, createActors } from '../../src/actors.ts';
import type { Commit, Subscriber } from '../../src/audience.ts';
import type { Downtime } from '../../src/downtime.ts';
import type { ErrorCode } from '../../src/errors.ts';
import type { Evaluator } from '../../src/evaluators/evaluator.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import type { PublishedPlan } from '../../src/plans/schema.ts';
import type { Command, Role, View } from '../../src/protocol.ts';
import { type ManualClock, manualClock } from './clock.ts';
import { neverDown } from './downtime.ts';
import { keywordEvaluator } from './evaluator.ts';
import { published as publish } from './plans.ts';

type WithoutId<T> = T extends { id: string } ? Omit<T, 'id'> : never;

/** A command as a test writes it: the id is made up unless given. */
export type Ask = WithoutId<Command> & { id?: string };

export interface World {
  clock: ManualClock;
  journal: Journal;
  actors: Actors;
  published: PublishedPlan;
  problems: { details: object; message: string }[];
  create(): Promise<string>;
  open(id: string): Promise<Actor>;
  /** As after a crash: a new registry on the same journal, nothing released. */
  crash(): World;
}

export interface WorldOptions {
  clock?: ManualClock;
  journal?: Journal;
  published?: PublishedPlan;
  evaluator?: Evaluator;
  fallback?: Evaluator;
  downtime?: Pick<Downtime, 'after' | 'servingSince'>;
  limits?: Partial<Parameters<typeof createActors>[0]['limits']>;
}

let count = 0;

/** A registry of interviews on real parts, a memory journal and a clock moved by hand. */
export function world(options: WorldOptions = {}): World {
  const clock = options.clock ?? manualClock();
  const journal = options.journal ?? createMemoryJournal({ now: clock.now });
  const published = options.published ?? publish();
  const problems: World['problems'] = [];
  count += 1;
  const actors = createActors({
    journal,
    clock,
    findPlan: async () => published,
    evaluator: options.evaluator ?? keywordEvaluator,
    fallback: options.fallback ?? keywordEvaluator,
    owner: `node-${count}`,
    newId: randomUUID,
    newSalt: randomUUID,
    downtime: options.downtime ?? neverDown,
    log: {
      error: (details, message) => problems.push({ details, message }),
      warn: (details, message) => problems.push({ details, message }),
    },
    limits: {
      mailboxMax: 256,
      answerCharsMax: 20_000,
      snapshotEvery: 50,
      leaseMs: 15_000,
      liveMax: 10_000,
      hibernateAfterMs: 60_000,
      sweepMs: 1_000,
      ...options.limits,
    },
  });
  onTestFinished(() => actors.drain());
  return {
    clock,
    journal,
    actors,
    published,
    problems,
    open: (id) => actors.open(id),
    create: async () => (await actors.create({ published, candidate: {}, accommodations: {} })).id,
    crash: () => world({ ...options, clock, journal, published }),
  };
}

/** Give a command to an actor. */
export function ask(actor: Actor, command: Ask, by: Role = 'candidate'): Promise<DispatchResult> {
  return actor.dispatch({ id: randomUUID(), ...command } as Command, by);
}

/** A subscriber that keeps what it is told. */
export function listener(role: Role = 'candidate'): Subscriber & {
  commits: Commit[];
  views: View[];
  notices: string[];
  ended: ErrorCode[];
  /** Resolves with the first view, from now on, for which `test` holds. */
  until(test: (view: View) => boolean): Promise<View>;
} {
  const waiters: { test: (view: View) => boolean; resolve: (view: View) => void }[] = [];
  const self = {
    id: randomUUID(),
    role,
    commits: [] as Commit[],
    views: [] as View[],
    notices: [] as string[],
    ended: [] as ErrorCode[],
    publish(commit: Commit) {
      self.commits.push(commit);
      const view = commit.viewFor(role);
      self.views.push(view);
      for (const waiter of [...waiters])
        if (waiter.test(view)) {
          waiters.splice(waiters.indexOf(waiter), 1);
          waiter.resolve(view);
        }
    },
    notice: (notice: string) => void self.notices.push(notice),
    end: (code: ErrorCode) => void self.ended.push(code),
    until(test: (view: View) => boolean): Promise<View> {
      const last = self.views.at(-1);
      if (last && test(last)) return Promise.resolve(last);
      return new Promise((resolve) => waiters.push({ test, resolve }));
    },
  };
  return self;
}

/** The view with this role, right now. */
export async function look(actor: Actor, role: Role = 'candidate'): Promise<View> {
  return actor.read(role);
}
