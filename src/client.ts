import { createDelivery } from './client/delivery.ts';
import { createLink, type LinkStatus } from './client/link.ts';
import { guessOffsetMs, narrowOffset, type OffsetBounds } from './client/offset.ts';
import { createOutbox, type Keep, type Receipt } from './client/outbox.ts';
import { createId, type Platform, runtimeClock, runtimeSignals } from './client/platform.ts';
import { ClientError, reject } from './client/problem.ts';
import type { Command, Down, View } from './protocol.ts';

// A client of one interview, for Node and browser. It bundles no zod and uses no Node API.

type Drop<T, Key extends string> = T extends unknown ? Omit<T, Key> : never;

/** A command before it has its id. */
type Ask = Drop<Command, 'id'>;

/** Which interview, and optionally the parts of the runtime that tests and unusual places replace. */
export interface ClientOptions extends Partial<Platform> {
  /** Base address of the service, absolute: `http://127.0.0.1:3000`. */
  url: string;
  interviewId: string;
  /** Candidate, reviewer or admin token. */
  token: string;
  /** Keeps unanswered commands over a page refresh. Give it to one role per interview only. */
  storage?: Keep | undefined;
}

/** What a page shows. The same object until something changes. Units: instants on our clock, in ms since 1970 UTC. */
export interface ClientState<V extends View = View> extends LinkStatus {
  view: V | null;
  /** Sequence number of `view`. */
  seq: number;
  /** How far the service's clock is ahead of ours: its time is `Date.now() + serverOffsetMs`. */
  serverOffsetMs: number;
  /** Commands that no answer has come for. */
  pendingCount: number;
}

/** The frames that are news rather than state. */
export interface ClientEvents {
  record: Extract<Down, { type: 'record' }>;
  notice: Extract<Down, { type: 'notice' }>;
}

/** A client of one interview. Its functions need no `this`: hand them straight to React's `useSyncExternalStore`. */
export interface Client<V extends View = View> {
  /** Connect, and stay connected. Also after `close`, and after a refusal. */
  connect(): void;
  /** Disconnect for good. Unanswered commands stay in the outbox; their promises are rejected with code CLOSED. */
  close(): void;
  getState(): ClientState<V>;
  subscribe(listener: () => void): () => void;
  /**
   * Give a command. It is sent, after every reconnect again, until the service has answered.
   *
   * Shape:  commands are sent in order, one at a time; a draft that waits is replaced by a newer one for its prompt,
   *         and its promise settles with that one's.
   * Errors: ClientError with the service's problem, or with MAILBOX_FULL or FRAME_TOO_LARGE before anything is sent;
   *         code CLOSED when the client is closed.
   */
  send(ask: Ask): Promise<Receipt>;
  on<Type extends keyof ClientEvents>(type: Type, listener: (frame: ClientEvents[Type]) => void): () => void;
  /** After another tab took over: connect again, because the person wants it here. */
  takeOver(): void;
}

/**
 * Create the client of one interview. Nothing is sent before `connect`.
 *
 * Shape:  `V` is the view of the token's role: `createClient<CandidateView>(…)`.
 * Errors: TypeError when `url` is not an absolute address.
 */
export function createClient<V extends View = View>(options: ClientOptions): Client<V> {
  const platform: Platform = {
    fetch: options.fetch ?? globalThis.fetch,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    clock: options.clock ?? runtimeClock,
    random: options.random ?? Math.random,
    signals: options.signals ?? runtimeSignals,
  };
  const url = new URL(options.url).href.replace(/\/+$/, '');
  const target = { url, interviewId: options.interviewId, token: options.token };
  const outbox = createOutbox(options.interviewId, options.storage);
  const listeners = new Set<() => void>();
  const listenersByType: { [Type in keyof ClientEvents]: Set<(frame: ClientEvents[Type]) => void> } = {
    record: new Set(),
    notice: new Set(),
  };
  let epoch = 0;
  let recordSeq = -1;
  let bounds: OffsetBounds | null = null;
  let state: ClientState<V> = {
    connection: 'idle',
    view: null,
    seq: 0,
    serverOffsetMs: 0,
    pendingCount: 0,
    attempt: 0,
  };

  const link = createLink(target, platform, {
    lastSeq: () => (state.view ? state.seq : undefined),
    onStatus,
    onFrame: receive,
    onUnreadable: (problem) => delivery.onUnreadable(problem),
  });
  const road = { isOpen: () => state.connection === 'open', send: link.send, renew: link.renew };
  const delivery = createDelivery(outbox, road, platform);

  /** Show another state, if it is another; what can be counted is counted here. */
  function update(to: ClientState<V>): void {
    const next = { ...to, pendingCount: outbox.count() };
    if (isSame(next, state)) return;
    state = next;
    for (const listener of [...listeners]) tell(listener);
  }

  function onStatus(status: LinkStatus): void {
    if (status.connection !== 'open') delivery.interrupt();
    const error = endingError(status);
    if (status.connection === 'superseded' && error) outbox.dropDrafts(error);
    else if (error?.code === 'INTERVIEW_ERASED') outbox.forget(error);
    else if (error) outbox.abandon(error);
    // What the new status does not have (an instant, a problem) is over.
    const { view, seq, serverOffsetMs, pendingCount } = state;
    update({ view, seq, serverOffsetMs, pendingCount, ...status });
    delivery.flush();
  }

  function receive(frame: Down, askedAt?: number): void {
    switch (frame.type) {
      case 'welcome':
        // A new owner of the interview shows what is stored, even when an old one had shown more.
        if (frame.epoch > epoch) recordSeq = Math.min(recordSeq, frame.seq);
        if (frame.epoch > epoch || frame.seq >= state.seq) show(frame, askedAt);
        epoch = Math.max(epoch, frame.epoch);
        return;
      case 'view':
        if (frame.seq >= state.seq) show(frame);
        return;
      case 'ack':
      case 'error':
        delivery.onAnswer(frame);
        update(state);
        return;
      case 'record':
        if (frame.seq <= recordSeq) return;
        recordSeq = frame.seq;
        for (const listener of [...listenersByType.record]) tell(listener, frame);
        return;
      case 'notice':
        for (const listener of [...listenersByType.notice]) tell(listener, frame);
        return;
      case 'pong':
        update({ ...state, serverOffsetMs: learnOffset(frame.at, askedAt) });
    }
  }

  function show({ seq, view }: { seq: number; view: View }, askedAt?: number): void {
    // The role of the token decides what comes; whoever made the client with a token has said which.
    update({ ...state, seq, view: view as V, serverOffsetMs: learnOffset(view.serverTime, askedAt) });
  }

  function learnOffset(serverAt: number, askedAt: number | undefined): number {
    bounds = narrowOffset(bounds, serverAt, platform.clock.now(), askedAt);
    return guessOffsetMs(bounds);
  }

  function connect(): void {
    outbox.recall();
    link.open();
  }

  outbox.recall();
  state = { ...state, pendingCount: outbox.count() };

  return {
    connect,
    close: link.close,
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send(ask) {
      const error = endingError(state);
      if (error) return reject(error);
      const added = outbox.add({ ...ask, id: createId() });
      update(state);
      delivery.flush();
      return added;
    },
    on(type, listener) {
      listenersByType[type].add(listener);
      return () => listenersByType[type].delete(listener);
    },
    takeOver: connect,
  };
}

function isSame(a: ClientState, b: ClientState): boolean {
  const keys = [...Object.keys(a), ...Object.keys(b)] as (keyof ClientState)[];
  return keys.every((key) => a[key] === b[key]);
}

/** Why nothing more is sent until the person connects again, when it is so. */
function endingError({ connection, problem }: LinkStatus): ClientError | undefined {
  const isEnded = connection === 'closed' || connection === 'refused' || connection === 'superseded';
  return isEnded ? new ClientError(connection === 'closed' ? undefined : problem) : undefined;
}

/** Call a listener. What it throws is its own defect: it is reported as one, and the client carries on. */
function tell<Frame extends unknown[]>(listener: (...frame: Frame) => void, ...frame: Frame): void {
  try {
    listener(...frame);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
