import type { Clock } from '../../src/clock.ts';
import { VivaError } from '../../src/errors.ts';
import type { Append, Appended, Journal } from '../../src/journal/journal.ts';
import { type BuildOptions, build, type TestApp } from './app.ts';

/** What happens to the next append of an interview. */
export type Fault = 'slow' | 'lost before' | 'lost after' | 'death before' | 'death after';

/** One process of the service, which can die. */
export interface Node {
  readonly app: TestApp;
  readonly isDead: boolean;
  /** As by `kill -9`: from now on it writes nothing, sends nothing and is woken by nothing. Nothing is released. */
  die(): void;
  /** Let go of what it holds of this process. */
  dispose(): Promise<void>;
}

export interface NodeOptions extends Omit<BuildOptions, 'journal' | 'clock'> {
  journal: Journal;
  clock: Clock;
  /** Taken once for each append. */
  takeFault(interviewId: string): Fault | null;
  /** The engine has given the interview to this process. */
  onClaimed(interviewId: string, epoch: number): void;
  /** The engine is asked to write; the function that comes back hears that it has: from then on it may be told. */
  onAppend(append: Append): () => void;
}

/** More turns of the event loop than a frame needs to reach a client in this process. */
const SLOW_TURNS = 12;

/** Let the event loop go round: frames arrive, group commits happen. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function outage(why: string): VivaError {
  return new VivaError('STORE_UNAVAILABLE', why);
}

/** Start the whole application as a process of its own that dies at named points of an append. */
export async function startNode({
  journal,
  clock,
  takeFault,
  onClaimed,
  onAppend,
  ...options
}: NodeOptions): Promise<Node> {
  let isDead = false;

  function die(): void {
    isDead = true;
    for (const socket of app.app.websocketServer.clients) socket.terminate();
  }

  async function alive<Value>(work: () => Promise<Value>): Promise<Value> {
    if (isDead) throw outage('this process is dead');
    const value = await work();
    if (isDead) throw outage('this process is dead');
    return value;
  }

  async function append(entry: Append): Promise<Appended> {
    const held = structuredClone(entry);
    const fault = takeFault(entry.interviewId);
    if (fault === 'slow') await turns(SLOW_TURNS);
    if (fault === 'lost before') throw outage('lost before the write');
    if (fault === 'death before') die();
    const appended = await alive(async () => {
      const committed = onAppend(held);
      const outcome = await journal.append(held);
      if (outcome.ok) committed();
      return outcome;
    });
    if (fault === 'lost after') throw outage('lost after the write');
    if (fault === 'death after') die();
    return alive(async () => appended);
  }

  const mortal: Journal = {
    capabilities: journal.capabilities,
    append,
    create: (creation) => alive(() => journal.create(creation)),
    claim: (id, owner, how) =>
      alive(async () => {
        const claimed = await journal.claim(id, owner, how);
        if (claimed !== null && claimed !== 'held') onClaimed(id, claimed.head.epoch);
        return claimed;
      }),
    release: (id, epoch, snapshot) => alive(() => journal.release(id, epoch, snapshot)),
    erase: (id, at) => alive(() => journal.erase(id, at)),
    load: (id, afterSeq) => alive(() => journal.load(id, afterSeq)),
    list: (query) => alive(() => journal.list(query)),
    due: (now, limit) => alive(() => journal.due(now, limit)),
    beat: (sign) => alive(() => journal.beat(sign)),
    putPlan: (plan) => alive(() => journal.putPlan(plan)),
    getPlan: (id, version) => alive(() => journal.getPlan(id, version)),
    listPlans: () => alive(() => journal.listPlans()),
    ping: () => alive(() => journal.ping()),
    // The store outlives the process.
    close: async () => {},
  };
  const app = await build({
    ...options,
    journal: mortal,
    clock: {
      now: clock.now,
      wake: (at, fn) =>
        clock.wake(at, () => {
          if (!isDead) fn();
        }),
    },
  });

  return {
    app,
    get isDead() {
      return isDead;
    },
    die,
    dispose: () => app.app.close(),
  };
}
