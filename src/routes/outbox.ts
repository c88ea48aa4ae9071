import type { Clock } from '../clock.ts';
import { type Down, format } from '../protocol.ts';
import type { ConnectionLimits } from './limits.ts';

/** The sending side of a WebSocket, as far as this service needs it. */
export interface Channel {
  /** Calls back when the text has left for the network, or cannot any more. */
  send(text: string, onFlushed: () => void): void;
  /** What is sent meanwhile leaves together, in one call to the network and not in one for each frame. */
  together(send: () => void): void;
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

const none: readonly number[] = [];

/** Whose outbox it is. */
export interface Sender {
  /** The reader is too slow to keep. Called once. */
  onHopeless(): void;
}

export interface OutboxDeps {
  channel: Channel;
  clock: Clock;
  limits: Pick<ConnectionLimits, 'lagBytes' | 'bufferedBytesMax' | 'lagMs' | 'unreadBytesMax' | 'frugalBytes'>;
  unread: Unread;
  sender: Sender;
}

class BoundedOutbox implements Outbox {
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #limits: OutboxDeps['limits'];
  readonly #unread: Unread;
  readonly #sender: Sender;
  #newest: (() => Down[]) | null = null;
  #callOff: (() => void) | null = null;
  #isClosed = false;
  /** Frames under way that are larger than the limit alone, in the order in which they leave. Units: bytes. */
  #giants: readonly number[] = none;

  constructor({ channel, clock, limits, unread, sender }: OutboxDeps) {
    this.#channel = channel;
    this.#clock = clock;
    this.#limits = limits;
    this.#unread = unread;
    this.#sender = sender;
  }

  close(): void {
    this.#isClosed = true;
    this.#newest = null;
    this.#callOff?.();
  }

  #giveUp(): void {
    if (this.#isClosed) return;
    this.close();
    this.#sender.onHopeless();
  }

  send(frame: Down): void {
    if (this.#isClosed) return;
    const { unreadBytesMax, frugalBytes, bufferedBytesMax } = this.#limits;
    // What the reader left unread before counts, not what is being handed over now: a frame may be larger than the
    // limit alone, and while it is under way the limit is for what has piled up beside it.
    const leftBytes = this.#channel.bufferedBytes - Math.max(0, ...this.#giants);
    const isTooMuch = this.#unread.bytes > unreadBytesMax && leftBytes > frugalBytes;
    if (isTooMuch || leftBytes > bufferedBytesMax) {
      this.#giveUp();
      return;
    }
    const text = format(frame);
    const byteCount = Buffer.byteLength(text);
    const isGiant = byteCount > bufferedBytesMax;
    if (isGiant) this.#giants = [...this.#giants, byteCount];
    this.#unread.bytes += byteCount;
    this.#channel.send(text, () => {
      this.#unread.bytes -= byteCount;
      if (isGiant) this.#giants = this.#giants.slice(1);
      this.#caughtUp();
    });
  }

  #caughtUp(): void {
    // Half the limit, so that a reader at the edge does not flip with every frame.
    if (this.#isClosed || !this.#callOff || this.#channel.bufferedBytes > this.#limits.lagBytes / 2) return;
    this.#callOff();
    this.#callOff = null;
    const make = this.#newest;
    this.#newest = null;
    for (const frame of make?.() ?? []) this.send(frame);
  }

  offer(make: () => Down[]): void {
    if (this.#isClosed) return;
    const { lagBytes, lagMs } = this.#limits;
    if (!this.#callOff && this.#channel.bufferedBytes > lagBytes)
      this.#callOff = this.#clock.wake(this.#clock.now() + lagMs, () => this.#giveUp());
    if (this.#callOff) this.#newest = make;
    else for (const frame of make()) this.send(frame);
  }
}

/** Create the outbox of a connection. */
export function createOutbox(deps: OutboxDeps): Outbox {
  return new BoundedOutbox(deps);
}
