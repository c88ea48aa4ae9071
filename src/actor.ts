import type { Annotation } from './annotations.ts';
import type { Subscriber } from './audience.ts';
import type { ErrorCode, Problem } from './errors.ts';
import type { Glance } from './journal/journal.ts';
import type { Command, Role, View } from './protocol.ts';

// What a live interview is to the rest of the service. live.ts is the one that there is.

export type DispatchResult = { ok: true; seq: number; duplicate: boolean } | { ok: false; problem: Problem };

/** An annotation without its instant, which the actor gives it. */
export type Undated = Annotation extends infer One ? (One extends Annotation ? Omit<One, 'at'> : never) : never;

/** What a connection joins. */
export interface Joined {
  seq: number;
  /** The newest record that anybody would notice. */
  newsSeq: number;
  view: View;
}

/** One live interview: the only place that moves it. */
export interface Actor {
  readonly id: string;
  readonly epoch: number;
  readonly seq: number;
  /** Resolves after the commit. Never rejects. */
  dispatch(command: Command, by: Role): Promise<DispatchResult>;
  /** Add something beside the course of the interview, under a command id of its own. As `dispatch` otherwise. */
  annotate(id: string, annotation: Undated, by: Role): Promise<DispatchResult>;
  /** Follow the interview. A candidate's connection supersedes older ones. */
  attach(subscriber: Subscriber): Promise<Joined>;
  detach(subscriberId: string): void;
  read(role: Role): Promise<View>;
  /** Nothing waits, nobody listens, no evaluation runs and no deadline is due: it may leave memory. */
  readonly isIdle: boolean;
  /** Somebody is connected. */
  readonly isWatched: boolean;
  readonly isCandidateConnected: boolean;
  /** The earliest instant at which it has to act, or null. */
  readonly wakeAt: number | null;
  /** What the store tells of the interview: another node may have taken it over. */
  see(glance: Glance): void;
  /** When something last happened, or somebody asked for it. */
  readonly usedAt: number;
  /** An outage has become known. */
  catchUp(): void;
  /** Somebody is about to use it: it must not leave memory under their hands. */
  touch(): void;
  /** Finish what is in the mailbox, stop the effects, give the lease up with a snapshot, end the connections. */
  stop(code: ErrorCode): Promise<void>;
}

/** Where the service writes what went wrong. Never candidate text. */
export interface Log {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
}
