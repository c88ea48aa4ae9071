import type { Down, Up } from '../protocol.ts';
import { parseDown, SUBPROTOCOL } from '../wire.ts';
import { chooseBackoffMs, FLOOR_MS_MAX } from './backoff.ts';
import type { Platform } from './platform.ts';
import { judgeClose, type Problem, problemOfClose } from './problem.ts';
import { addressOf, requestTicket, type Target } from './ticket.ts';

/** Every how long the service is asked for a sign of life. */
const PING_MS = 20_000;
/** How long a ping may stay unanswered: with PING_MS, 45 s without a frame. Not counted from the last frame, because
 * browsers slow the timers of hidden pages down, and a late ping is not a dead connection. */
const PONG_MS = 25_000;
/** The same when the network has just changed, and the socket is probably dead. */
const PROBE_MS = 5_000;
/** From the first step of connecting to the welcome. */
const CONNECT_MS = 15_000;
/** A connection that lasted this long was a good one: the back-off starts over. */
const STABLE_MS = 10_000;
/** How long to stay away from a service that said it is busy; the back-off comes on top. */
const BUSY_MS = 5_000;

/** Where a connection stands; the three last ones end only by the person's will. */
type Connection = 'idle' | 'connecting' | 'open' | 'reconnecting' | 'superseded' | 'refused' | 'closed';

/** What a page may show of the connection. */
export interface LinkStatus {
  connection: Connection;
  /** Failed connections in a row; starts over once a connection lasted 10 s. */
  attempt: number;
  /** When the next attempt is made. Units: ms since 1970 UTC, on our clock. */
  retryAt?: number;
  /** Why the connection was refused, or failed the last time. */
  problem?: Problem;
}

/** Whoever uses the link. */
export interface LinkOwner {
  lastSeq(): number | undefined;
  onStatus(status: LinkStatus): void;
  /** `askedAt`: when that was sent which the frame answers; known for `welcome` and `pong`. */
  onFrame(frame: Down, askedAt?: number): void;
  /** The service could not read what it was sent. */
  onUnreadable(problem: Problem): void;
}

/** One connection that comes back by itself. */
export interface Link {
  open(): void;
  close(): void;
  send(frame: Up): void;
  /** Give the present socket up and connect again. */
  renew(): void;
}

type TimerName = 'connect' | 'ping' | 'silence' | 'retry';

/** Create the link to one interview. It does nothing until it is opened. */
export function createLink(target: Target, platform: Platform, owner: LinkOwner): Link {
  const { clock, random, WebSocket } = platform;
  let status: LinkStatus = { connection: 'idle', attempt: 0 };
  let life = new AbortController();
  let socket: WebSocket | null = null;
  let stopSignals = () => {};
  let openedAt: number | null = null;
  let pingedAt: number | undefined;
  let notBeforeAt = 0;
  let isTicketRenewed = false;

  const stopsByTimer = new Map<TimerName, () => void>();

  function start(name: TimerName, ms: number, fn: () => void): void {
    stop(name);
    const run = () => {
      stopsByTimer.delete(name);
      fn();
    };
    stopsByTimer.set(name, clock.wake(clock.now() + ms, run));
  }

  function stop(name: TimerName): void {
    stopsByTimer.get(name)?.();
    stopsByTimer.delete(name);
  }

  function report(connection: Connection, more: Partial<LinkStatus> = {}): void {
    status = { connection, attempt: status.attempt, ...more };
    owner.onStatus(status);
  }

  /** End whatever is under way; what it still delivers is not listened to. Every attempt is a life of its own. */
  function beginLife(): AbortSignal {
    life.abort();
    for (const name of [...stopsByTimer.keys()]) stop(name);
    // No waiting for the closing handshake: with a dead network it takes minutes.
    socket?.close(1000);
    socket = null;
    pingedAt = undefined;
    life = new AbortController();
    return life.signal;
  }

  async function dial(): Promise<void> {
    const signal = beginLife();
    start('connect', CONNECT_MS, () => retry());
    const { problem } = status;
    report(status.connection === 'connecting' ? 'connecting' : 'reconnecting', problem && { problem });
    const answer = await requestTicket(target, platform, signal);
    if (signal.aborted) return;
    if (answer.kind === 'ticket') listen(answer.ticket, signal);
    else if (answer.kind === 'refused') finish('refused', answer.problem);
    else retry(answer.afterMs, answer.problem);
  }

  function listen(ticket: string, signal: AbortSignal): void {
    const opened = new WebSocket(addressOf(target, 'socket').replace(/^http/, 'ws'), SUBPROTOCOL);
    socket = opened;
    let askedAt: number | undefined;
    let problem: Problem | undefined;
    let restartMs = 0;

    function hello(): void {
      askedAt = clock.now();
      const lastSeq = owner.lastSeq();
      const frame: Up = { type: 'hello', ticket, ...(lastSeq !== undefined && { lastSeq }) };
      opened.send(JSON.stringify(frame));
    }

    function receive(frame: Down): void {
      stop('silence');
      if (frame.type === 'pong') {
        owner.onFrame(frame, pingedAt);
        pingedAt = undefined;
        return;
      }
      if (frame.type === 'error' && frame.id === undefined) problem = frame.problem;
      if (frame.type === 'notice' && frame.notice === 'restarting') restartMs = frame.retryAfterMs ?? 0;
      owner.onFrame(frame, frame.type === 'welcome' ? askedAt : undefined);
      // A listener may have closed the client.
      if (signal.aborted) return;
      if (frame.type === 'welcome') welcome();
      if (frame.type === 'notice' && frame.notice === 'superseded')
        finish('superseded', problem ?? problemOfClose(4409));
    }

    // Asked for each time: sockets may not know the option `signal`, and Node forgets it of some listeners.
    const ifAlive =
      <News>(handle: (event: News) => void) =>
      (event: News) => {
        if (!signal.aborted) handle(event);
      };
    opened.addEventListener('open', ifAlive(hello));
    opened.addEventListener(
      'close',
      ifAlive((event: CloseEvent) => ended(event.code, problem, restartMs)),
    );
    opened.addEventListener(
      'message',
      ifAlive((event: MessageEvent) => {
        const frame = typeof event.data === 'string' ? parseDown(event.data) : null;
        if (frame) receive(frame);
      }),
    );
  }

  function welcome(): void {
    stop('connect');
    openedAt = clock.now();
    isTicketRenewed = false;
    start('ping', PING_MS, beat);
    report('open');
  }

  function beat(): void {
    start('ping', PING_MS, beat);
    if (!stopsByTimer.has('silence')) ping(PONG_MS);
  }

  function ping(answerMs: number): void {
    pingedAt ??= clock.now();
    start('silence', answerMs, () => retry());
    send({ type: 'ping' });
  }

  function send(frame: Up): void {
    if (status.connection === 'open') socket?.send(JSON.stringify(frame));
  }

  function ended(closeCode: number, known: Problem | undefined, restartMs: number): void {
    const verdict = judgeClose(closeCode);
    const problem = known ?? problemOfClose(closeCode);
    if (verdict === 'superseded') finish('superseded', problem);
    else if (verdict === 'refused') finish('refused', problem);
    else if (verdict === 'new-ticket') renewTicket(problem);
    else if (verdict === 'retry-later') retry(BUSY_MS, problem);
    else {
      if (verdict === 'drop-command') owner.onUnreadable(problem);
      retry(restartMs, problem);
    }
  }

  function renewTicket(problem: Problem): void {
    if (isTicketRenewed) finish('refused', problem);
    else {
      isTicketRenewed = true;
      void dial();
    }
  }

  function retry(floorMs = 0, problem?: Problem): void {
    beginLife();
    const now = clock.now();
    const isStable = openedAt !== null && now - openedAt >= STABLE_MS;
    openedAt = null;
    const attempt = isStable ? 1 : status.attempt + 1;
    notBeforeAt = now + Math.min(floorMs, FLOOR_MS_MAX);
    status = { connection: 'reconnecting', attempt };
    dialAt(notBeforeAt + chooseBackoffMs(attempt, random), problem);
  }

  function dialAt(retryAt: number, problem: Problem | undefined): void {
    start('retry', retryAt - clock.now(), () => void dial());
    report('reconnecting', { retryAt, ...(problem && { problem }) });
  }

  function finish(connection: 'superseded' | 'refused' | 'closed', problem?: Problem): void {
    beginLife();
    stopSignals();
    report(connection, problem && { problem });
  }

  /** The network or the person is back: do not sit a back-off out, and do not trust a socket that slept. */
  function onSignal(): void {
    if (stopsByTimer.has('retry')) {
      if (clock.now() >= notBeforeAt) void dial();
      else dialAt(notBeforeAt, status.problem);
    } else if (status.connection === 'open') ping(PROBE_MS);
  }

  return {
    open() {
      if (['connecting', 'open', 'reconnecting'].includes(status.connection)) return;
      openedAt = null;
      isTicketRenewed = false;
      stopSignals = platform.signals(onSignal);
      status = { connection: 'connecting', attempt: 0 };
      void dial();
    },
    close() {
      if (status.connection !== 'closed') finish('closed');
    },
    send,
    renew: () => retry(),
  };
}
