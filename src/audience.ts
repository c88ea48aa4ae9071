import type { ErrorCode } from './errors.ts';
import type { JournalRecord } from './journal/journal.ts';
import type { Role, View } from './protocol.ts';

/** What a subscriber is told after a commit. `record` is null when only who is connected has changed. */
export interface Commit {
  seq: number;
  record: JournalRecord | null;
  /** Computed once per role and commit. */
  viewFor(role: Role): View;
}

/** A connection, as the actor sees it. None of these may throw. */
export interface Subscriber {
  readonly id: string;
  readonly role: Role;
  /** After each commit, in order, before the command's own promise resolves: `record.command` tells whose it was. */
  publish(commit: Commit): void;
  notice(notice: 'evaluating' | 'superseded' | 'deadline-soon', at: number): void;
  /** The connection has to end: SUPERSEDED, RESTARTING, STORE_UNAVAILABLE, INTERNAL. */
  end(code: ErrorCode): void;
}

/** Who follows one interview. */
export interface Audience {
  /** A candidate's connection supersedes older ones. */
  join(subscriber: Subscriber, now: number): void;
  /** True when it was here. */
  leave(subscriberId: string): boolean;
  publish(seq: number, record: JournalRecord | null, isForCandidates?: boolean): void;
  notice(notice: 'evaluating' | 'deadline-soon', at: number): void;
  end(code: ErrorCode): void;
  /** The candidate has come back in another place: the connections here are told so. */
  supersede(now: number): void;
  size(): number;
  isCandidateConnected(): boolean;
  /** Somebody follows who sees the whole transcript. */
  hasWatchers(): boolean;
}

/** Create an audience; `viewFor` computes the view of a role as of now. */
export function createAudience(viewFor: (role: Role) => View): Audience {
  const subscribersById = new Map<string, Subscriber>();
  const all = () => [...subscribersById.values()];

  function publish(seq: number, record: JournalRecord | null, isForCandidates = record !== null): void {
    const viewsByRole = new Map<Role, View>();
    const commit: Commit = {
      seq,
      record,
      viewFor(role) {
        const view = viewsByRole.get(role) ?? viewFor(role);
        viewsByRole.set(role, view);
        return view;
      },
    };
    for (const subscriber of all()) if (isForCandidates || subscriber.role !== 'candidate') subscriber.publish(commit);
  }

  function supersede(now: number): void {
    for (const older of all().filter(({ role }) => role === 'candidate')) {
      subscribersById.delete(older.id);
      older.notice('superseded', now);
      older.end('SUPERSEDED');
    }
  }

  return {
    publish,
    supersede,
    join(subscriber, now) {
      if (subscriber.role === 'candidate') supersede(now);
      subscribersById.set(subscriber.id, subscriber);
    },
    leave: (subscriberId) => subscribersById.delete(subscriberId),
    notice(notice, at) {
      for (const subscriber of all()) subscriber.notice(notice, at);
    },
    end(code) {
      for (const subscriber of all()) subscriber.end(code);
      subscribersById.clear();
    },
    size: () => subscribersById.size,
    isCandidateConnected: () => all().some(({ role }) => role === 'candidate'),
    hasWatchers: () => all().some(({ role }) => role !== 'candidate'),
  };
}
