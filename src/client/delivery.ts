import type { Command, Down } from '../protocol.ts';
import { chooseBackoffMs, FLOOR_MS_MAX } from './backoff.ts';
import type { Outbox } from './outbox.ts';
import type { Platform } from './platform.ts';
import { ClientError, isUnreadable, isWorthRetry, type Problem } from './problem.ts';

/** How long a command may stay unanswered on a connection that looks alive. */
const ANSWER_MS = 45_000;
/** How often a command is given to a service that answers INTERNAL to it: waiting does not cure every defect. */
const INTERNAL_COUNT_MAX = 3;

/** Where commands go. */
export interface Road {
  isOpen(): boolean;
  send(command: Command): void;
  /** Give the present connection up for a new one. */
  renew(): void;
}

/** The commands' way from the outbox to their answers. */
export interface Delivery {
  /** Send what is next, when nothing is under way. */
  flush(): void;
  /** The connection ended: what was under way is sent again on the next one. */
  interrupt(): void;
  onAnswer(frame: Extract<Down, { type: 'ack' | 'error' }>): void;
  /** The service could not read what it was sent last, and will not tomorrow. */
  onUnreadable(problem: Problem): void;
}

/** Deliver commands one at a time: the order holds, whatever has to be sent again, and a bad one is known by that. */
export function createDelivery(outbox: Outbox, road: Road, { clock, random }: Platform): Delivery {
  let inFlight: { id: string; stop: () => void } | null = null;
  let stopHold: (() => void) | null = null;
  /** The command which the service could not take for now, and how often. */
  let held = { id: '', count: 0, internalCount: 0 };

  function flush(): void {
    const command = outbox.head();
    // An answer does not wait for the draft whose place it has taken.
    if (stopHold && command?.type === 'answer.submit' && command.id !== held.id) endHold();
    if (!command || inFlight || stopHold || !road.isOpen()) return;
    inFlight = { id: command.id, stop: clock.wake(clock.now() + ANSWER_MS, road.renew) };
    road.send(command);
  }

  function endHold(): void {
    stopHold?.();
    stopHold = null;
  }

  function land(id: string): void {
    if (inFlight?.id !== id) return;
    inFlight.stop();
    inFlight = null;
  }

  /** Keep a command that may be accepted later, and its place in the order. */
  function hold(id: string, problem: Problem): void {
    if (held.id !== id) held = { id, count: 0, internalCount: 0 };
    held.count += 1;
    if (problem.status === 500) held.internalCount += 1;
    if (held.internalCount >= INTERNAL_COUNT_MAX) {
      outbox.refuse(id, new ClientError(problem));
      return;
    }
    endHold();
    const floorMs = Math.min(problem.retryAfterMs ?? 0, FLOOR_MS_MAX);
    stopHold = clock.wake(clock.now() + floorMs + chooseBackoffMs(held.count, random), () => {
      stopHold = null;
      flush();
    });
  }

  return {
    flush,
    interrupt() {
      inFlight?.stop();
      inFlight = null;
      endHold();
    },
    onAnswer(frame) {
      if (frame.id === undefined) return;
      if (frame.type === 'ack') {
        outbox.accept(frame.id, { seq: frame.seq, duplicate: frame.duplicate });
        land(frame.id);
      } else if (isWorthRetry(frame.problem)) {
        hold(frame.id, frame.problem);
        land(frame.id);
      } else {
        outbox.refuse(frame.id, new ClientError(frame.problem));
        // The connection closes after an unreadable one: nothing else may be under way then, or it would be blamed.
        if (!isUnreadable(frame.problem)) land(frame.id);
      }
      flush();
    },
    onUnreadable(problem) {
      if (inFlight) outbox.refuse(inFlight.id, new ClientError(problem));
    },
  };
}
