import { randomUUID } from 'node:crypto';
import type { Role } from '../../src/protocol.ts';
import { createMoodyEvaluators } from './chaos.evaluator.ts';
import type { Accommodations } from './chaos.ledger.ts';
import { type Fault, type Node, startNode, turns } from './chaos.node.ts';
import { type Scenario, tabRoles } from './chaos.ops.ts';
import { plan } from './chaos.plan.ts';
import type { Store } from './chaos.store.ts';
import { type Ask, createTab, type Hearsay, type Tab } from './chaos.tab.ts';
import type { ManualClock } from './clock.ts';

/** How long a run waits for what must come. Real time, and only when something is wrong. Units: ms. */
const PATIENCE_MS = 5_000;

/** One interview of a run, with all its clients. */
export interface Guest {
  readonly heard: Hearsay;
  readonly accommodations: Accommodations;
  readonly tabs: Tab[];
  /** Commands kept back, by tab. */
  readonly held: { ask: Ask; content: Record<string, unknown> }[][];
}

/** Look again and again until something holds. */
export async function until(holds: () => boolean, what: () => string): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain: ${what()}`);
    await turns(1);
  }
}

/** A new ask of an interview, under an id of its own. */
export function newAsk(heard: Hearsay, role: Role, isBarred = false): Ask {
  const ask: Ask = {
    id: randomUUID(),
    role,
    contents: [],
    firstSentAt: heard.now(),
    attempts: 0,
    lost: 0,
    acks: [],
    refusals: [],
    isBarred,
  };
  heard.asks.set(ask.id, ask);
  return ask;
}

/** One run: the service, its store, its interviews, and the control interview that nobody disturbs. */
export async function createWorld({ interviews, limits }: Scenario, clock: ManualClock, store: Store) {
  const guestsById = new Map<string, Guest>();
  const moodsById = new Map<string, Scenario['interviews'][number]['moods']>();
  const committedById = new Map<string, number>();
  const epochsById = new Map<string, number>();
  const epochOf = (id: string) => epochsById.get(id) ?? 0;
  const problemsOf = (id: string) => guestsById.get(id)?.heard.problems ?? [];
  const faultsById = new Map<string, Fault[]>();
  const moody = createMoodyEvaluators(clock, (id) => moodsById.get(id) ?? null);
  const secret = randomUUID().repeat(2);
  const nodes: Node[] = [];
  let isCalm = false;

  function takeFault(id: string): Fault | null {
    return (isCalm ? undefined : faultsById.get(id)?.shift()) ?? null;
  }

  async function start(): Promise<Node> {
    const node = await startNode({
      journal: store.journal,
      clock,
      secret,
      owner: `node-${nodes.length}`,
      evaluator: moody.evaluator,
      fallback: moody.fallback,
      actors: { ...limits, sweepMs: 100 },
      // The clock is moved by minutes at a time: nobody could answer a ping in between.
      sockets: { heartbeatMs: 1e12, framesPerMinuteMax: 1e6, closeMs: 50 },
      takeFault,
      onClaimed: (id, epoch) => {
        if (epoch <= epochOf(id)) problemsOf(id).push(`a claim gave epoch ${epoch} after ${epochOf(id)}`);
        epochsById.set(id, Math.max(epoch, epochOf(id)));
      },
      onAppend: ({ interviewId: id, epoch, record: { seq } }) => {
        const newest = epochOf(id);
        return () => {
          if (epoch < newest) problemsOf(id).push(`epoch ${epoch} wrote ${seq} after epoch ${newest} had been claimed`);
          committedById.set(id, Math.max(seq, committedById.get(id) ?? 0));
        };
      },
    });
    nodes.push(node);
    return node;
  }

  let node = await start();

  async function invite(accommodations: Accommodations): Promise<Guest> {
    const { id } = await node.app.create({ accommodations }, plan);
    committedById.set(id, 1);
    const heard: Hearsay = {
      id,
      asks: new Map(),
      told: [],
      problems: [],
      committedSeq: () => committedById.get(id) ?? 0,
      now: clock.now,
    };
    const guest: Guest = {
      heard,
      accommodations,
      tabs: tabRoles.map((role) => createTab(role, heard)),
      held: tabRoles.map(() => []),
    };
    guestsById.set(id, guest);
    return guest;
  }

  const control = await invite({ untimed: true });
  const guests: Guest[] = [];
  for (const { accommodations, moods } of interviews) {
    const guest = await invite(accommodations);
    moodsById.set(guest.heard.id, moods);
    guests.push(guest);
  }

  /** A process that died is followed by another. */
  async function ensureAlive(): Promise<Node> {
    if (!node.isDead) return node;
    await node.dispose();
    await store.reopen();
    node = await start();
    return node;
  }

  const allTabs = () => guests.flatMap(({ tabs }) => tabs);

  return {
    clock,
    store,
    control,
    guests,
    moody,
    nodes,
    ensureAlive,
    get node() {
      return node;
    },
    addFault(guest: Guest, fault: Fault) {
      const { id } = guest.heard;
      faultsById.set(id, [...(faultsById.get(id) ?? []), fault]);
    },
    /** From now on nothing goes wrong any more. */
    calm() {
      isCalm = true;
      moody.calm();
    },
    /** Another process takes over while the old one does not know; with a store for one process the old one dies. */
    async usurp() {
      if (!store.isShared) {
        node.die();
        return void (await ensureAlive());
      }
      node = await start();
    },
    async drain() {
      await node.dispose();
      await store.reopen();
      node = await start();
    },
    /** Processes that have been usurped but still live. */
    elders: () => nodes.filter((other) => other !== node && !other.isDead),
    /** Everything that was sent is answered, or can no longer be. */
    async settle() {
      await until(
        () => allTabs().every(({ isQuiet }) => isQuiet),
        () =>
          allTabs()
            .flatMap((tab) => (tab.isQuiet ? [] : tab.lack))
            .join('; '),
      );
      await turns(2);
    },
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;
