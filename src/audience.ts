import type { ErrorCode } from './errors.ts';
import type { JournalRecord } from './journal/journal.ts';
import type { Role, View } from './protocol.ts';

/** What a subscriber is told after a commit. `record` is null when only who is connected has changed. */
export interface Commit {
  seq: number;
  record: JournalRecord | null;
  /** An evaluation begins with it. */
  isEvaluating: boolean;
  /** Computed once per role and commit. */
  viewFor(role: Role): View;
}

/** A connection, as the actor sees it. None of these may throw. */
export interface Subscriber {
  readonly id: string;
  readonly role: Role;
  /** Of one that lost the interview with its store and finds it again: the epoch under which it came first. */
  readonly firstEpoch?: number | null;
  /** After each commit, in order, before the command's own promise resolves: `record.command` tells whose it was. */
  publish(commit: Commit): void;
  notice(notice: 'superseded' | 'deadline-soon', at: number): void;
  /** The connection has to end: SUPERSEDED, RESTARTING, STORE_UNAVAILABLE, INTERNAL. */
  end(code: ErrorCode): void;
}

/** Who follows one interview. */
export interface Audience {
  /** A candidate's connection supersedes older ones; one that comes back is ended where a newer one is. */
  join(subscriber: Subscriber, now: number): void;
  /** True when it was here. */
  leave(subscriberId: string): boolean;
  publish(
    seq: number,
    record: JournalRecord | null,
    options?: { isForCandidates?: boolean; isEvaluating?: boolean },
  ): void;
  notice(notice: 'deadline-soon', at: number): void;
  end(code: ErrorCode): void;
  /** The candidate has come back in another place: the connections here are told so. */
  supersede(now: number): void;
  size(): number;
  isCandidateConnected(): boolean;
  /** Somebody follows who sees the whole transcript. */
  hasWatchers(): boolean;
}

/** What an audience is told about. */
export interface Stage {
  /** The view of a role as of now. */
  currentView(role: Role): View;
}

class StageAudience implements Audience {
  readonly #stage: Stage;
  // Few follow an interview, and mostly one: a map would weigh more than they do.
  #subscribers: readonly Subscriber[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  publish(
    seq: number,
    record: JournalRecord | null,
    {
      isForCandidates = record !== null,
      isEvaluating = false,
    }: { isForCandidates?: boolean; isEvaluating?: boolean } = {},
  ): void {
    const viewsByRole: { [R in Role]?: View } = {};
    const stage = this.#stage;
    const commit: Commit = {
      seq,
      record,
      isEvaluating,
      viewFor(role) {
        viewsByRole[role] ??= stage.currentView(role);
        return viewsByRole[role];
      },
    };
    for (const subscriber of this.#subscribers)
      if (isForCandidates || subscriber.role !== 'candidate') subscriber.publish(commit);
  }

  supersede(now: number): void {
    for (const older of this.#subscribers.filter(({ role }) => role === 'candidate')) {
      this.leave(older.id);
      dismiss(older, now);
    }
  }

  join(subscriber: Subscriber, now: number): void {
    if (subscriber.role === 'candidate') {
      if (this.#subscribers.some((other) => isNewer(other, subscriber))) {
        dismiss(subscriber, now);
        return;
      }
      this.supersede(now);
    }
    this.#subscribers = [...this.#subscribers, subscriber];
  }

  leave(subscriberId: string): boolean {
    const staying = this.#subscribers.filter(({ id }) => id !== subscriberId);
    const wasHere = staying.length < this.#subscribers.length;
    if (wasHere) this.#subscribers = staying;
    return wasHere;
  }

  notice(notice: 'deadline-soon', at: number): void {
    for (const subscriber of this.#subscribers) subscriber.notice(notice, at);
  }

  end(code: ErrorCode): void {
    const leaving = this.#subscribers;
    for (const subscriber of leaving) subscriber.end(code);
    this.#subscribers = [];
  }

  size(): number {
    return this.#subscribers.length;
  }

  isCandidateConnected(): boolean {
    return this.#subscribers.some(({ role }) => role === 'candidate');
  }

  hasWatchers(): boolean {
    return this.#subscribers.some(({ role }) => role !== 'candidate');
  }
}

function dismiss(older: Subscriber, now: number): void {
  older.notice('superseded', now);
  older.end('SUPERSEDED');
}

/** Whoever comes for the first time is newer than all that come back. */
function isNewer(one: Subscriber, other: Subscriber): boolean {
  const newest = Number.POSITIVE_INFINITY;
  return one.role === 'candidate' && (one.firstEpoch ?? newest) > (other.firstEpoch ?? newest);
}

/** Create an audience. */
export function createAudience(stage: Stage): Audience {
  return new StageAudience(stage);
}
