import type { Clock } from '../clock.ts';
import { type Down, format } from '../protocol.ts';
import type { ConnectionLimits } from './limits.ts';

/** The sending side of a WebSocket, as far as this service needs it. */
export interface Channel {
  /** Calls back when the text has left for the network, or cannot any more. */
  send(text: string, onFlushed: () => void): void;
  close(code: number, reason: string): void;
  /** What waits in memory for a slow reader. */
  readonly bufferedBytes: number;
}

/** What all readers of this process have left unread, together. Units: bytes. */
export interface Unread {
  bytes: number;
}

/** What goes out to one connection; memory is bounded however slowly it reads. */
export interface Outbox {
  /** A frame that must not be skipped: an ack, an error, a notice. */
  send(frame: Down): void;
  /** The state after a commit. A lagging reader gets only the newest; `make` runs when it is sent. */
  offer(make: () => Down[]): void;
  close(): void;
}

/** Create the outbox of a connection; `onHopeless` is called once when the reader is too slow to keep. */
export function createOutbox(deps: {
  channel: Channel;
  clock: Clock;
  limits: Pick<ConnectionLimits, 'lagBytes' | 'bufferedBytesMax' | 'lagMs' | 'unreadBytesMax' | 'frugalBytes'>;
  unread: Unread;
  onHopeless: () => void;
}): Outbox {
  const { channel, clock, limits, unread, onHopeless } = deps;
  let newest: (() => Down[]) | null = null;
  let callOff: (() => void) | null = null;
  let isClosed = false;
  /** Frames under way that are larger than the limit alone, in the order in which they leave. Units: bytes. */
  const giants: number[] = [];

  function close(): void {
    isClosed = true;
    newest = null;
    callOff?.();
  }

  function giveUp(): void {
    if (isClosed) return;
    close();
    onHopeless();
  }

  function write(frame: Down): void {
    if (isClosed) return;
    // What the reader left unread before counts, not what is being handed over now: a frame may be larger than the
    // limit alone, and while it is under way the limit is for what has piled up beside it.
    const leftBytes = channel.bufferedBytes - Math.max(0, ...giants);
    const isTooMuch = unread.bytes > limits.unreadBytesMax && leftBytes > limits.frugalBytes;
    if (isTooMuch || leftBytes > limits.bufferedBytesMax) {
      giveUp();
      return;
    }
    const text = format(frame);
    const byteCount = Buffer.byteLength(text);
    const isGiant = byteCount > limits.bufferedBytesMax;
    if (isGiant) giants.push(byteCount);
    unread.bytes += byteCount;
    channel.send(text, () => {
      unread.bytes -= byteCount;
      if (isGiant) giants.shift();
      caughtUp();
    });
  }

  function caughtUp(): void {
    // Half the limit, so that a reader at the edge does not flip with every frame.
    if (isClosed || !callOff || channel.bufferedBytes > limits.lagBytes / 2) return;
    callOff();
    callOff = null;
    const make = newest;
    newest = null;
    for (const frame of make?.() ?? []) write(frame);
  }

  return {
    close,
    send: write,
    offer(make) {
      if (isClosed) return;
      if (!callOff && channel.bufferedBytes > limits.lagBytes) callOff = clock.wake(clock.now() + limits.lagMs, giveUp);
      if (callOff) newest = make;
      else for (const frame of make()) write(frame);
    },
  };
}
