import type { InterviewFact } from '../../machines/interview.ts';
import type { Role } from '../protocol.ts';

/** Who caused a record. `service` = a deadline, an evaluation, the service itself. */
export type Cause = Role | 'service';

/** An event as the machine received it: plain JSON with a type and an instant. */
export type StoredEvent = { type: string; at?: number } & Record<string, unknown>;

/** What wrote a record: the form of its JSON, and the machine that decided it. The plan's version is in the meta. */
export interface Versions {
  record: number;
  machine: string;
}

/** One entry of one interview's journal. `at` in ms since 1970 UTC. */
export interface JournalRecord {
  seq: number;
  at: number;
  epoch: number;
  by: Cause;
  event: StoredEvent;
  facts: InterviewFact[];
  /** Dotted state path after the event, e.g. `QUESTIONING.ANSWERING`. */
  state: string;
  /** The command that caused it: its id and a digest of what it asked. */
  command?: { id: string; digest: string };
  versions: Versions;
  /** The record's link in the chain (chain.ts): hex SHA-256 over the hash before it and the record. */
  hash: string;
  /** What the commitments to the record's personal texts are salted with, as long as there are texts. */
  salt?: string;
  /** The commitments, by path, once texts and salt are erased. */
  commitments?: Record<string, string>;
}

/** What is known of an interview from its creation on; it never changes, unless it is erased. */
export interface InterviewMeta {
  planId: string;
  planVersion: number;
  planHash: string;
  machineVersion: string;
  createdAt: number;
  candidate: { name?: string; email?: string; locale?: string };
  accommodations: { timeMultiplier?: number; untimed?: boolean };
  externalId?: string;
}

/** The head row: where an interview stands and who may write. */
export interface InterviewHead {
  id: string;
  meta: InterviewMeta;
  epoch: number;
  headSeq: number;
  /** One of the five states. */
  state: string;
  /** The earliest instant at which the service must act, or null. */
  wakeAt: number | null;
  /** The `at` of the newest record. */
  updatedAt: number;
  /** The hash of the newest record. */
  hash: string;
  /** The versions of the newest record. */
  versions: Versions;
  /** When the personal texts were erased. */
  erasedAt: number | null;
}

/**
 * A snapshot is a cache: the machine and its host at a sequence number, as JSON. It holds nothing that a person wrote:
 * engines rewrite it often, and copies of what is rewritten may stay in their files.
 */
export interface StoredSnapshot {
  seq: number;
  json: string;
}

/** A restored interview: its head, the newest snapshot, the records after it, and all command ids, by sequence. */
export interface Claimed {
  head: InterviewHead;
  snapshot: StoredSnapshot | null;
  tail: JournalRecord[];
  commands: { id: string; digest: string; seq: number }[];
  /**
   * Only of an engine that is shared: for how long nobody had held it when it was claimed. Since it was given up, or
   * since the last sign of life of whoever held it, or, of one who never gave any, since their lease ran out. Units: ms,
   * on the engine's clock.
   */
  unheldMs?: number;
}

export interface Append {
  interviewId: string;
  /** The epoch that the writer got from `claim`. */
  epoch: number;
  /** `record.seq` must be the head's sequence + 1. */
  record: JournalRecord;
  /** The hash of the record that the writer goes on from; it must be the head's. */
  previousHash: string;
  state: string;
  wakeAt: number | null;
  snapshot?: StoredSnapshot;
}

/**
 * What became of an append. Whatever is refused has changed nothing.
 * `fenced`: epoch, head or its hash is not the writer's any more: forget the interview and claim again.
 * `duplicate`: the writer is the right one, but the command id is in the interview already, at `seq`.
 */
export type Appended =
  | { ok: true }
  | { ok: false; reason: 'fenced' }
  | { ok: false; reason: 'duplicate'; seq: number; digest: string };

/** From the last sign of life to the next one, `until` a process served again. */
export interface Outage {
  from: number;
  until: number;
}

/** Where an interview stands, for a node that does not run it, or does no longer. */
export interface Glance {
  id: string;
  epoch: number;
  headSeq: number;
  /** For whom its holder of now has claimed it; null = nobody holds it, or it is not known for whom. */
  heldFor: Cause | null;
  /** Who claimed it last and has not released it; null = nobody. Their lease may have run out. */
  owner: string | null;
  isErased: boolean;
}

/** What nodes that share an engine know of each other through it. */
export interface Sharing {
  /** Where interviews stand now; unknown ids are left out. Cheap: no record is read. */
  glance(ids: readonly string[]): Promise<Glance[]>;
  /** This owner lives. */
  sign(owner: string): Promise<void>;
  /** Renew the leases of those of the interviews that this owner still holds. */
  renew(owner: string, ids: readonly string[]): Promise<void>;
  /** Note for whom an owner holds an interview from now on, if it still does. */
  holdFor(id: string, owner: string, by: Cause): Promise<void>;
  /** Use up a ticket. False = some node has used it before. Units: `expiresAt` in ms since 1970 UTC. */
  redeem(ticketId: string, expiresAt: number): Promise<boolean>;
}

export interface ListQuery {
  state?: string;
  /** Opaque, from the page before. */
  cursor?: string;
  limit: number;
}

/**
 * The durable store of interviews and plans. One contract suite (test/contract) runs on every engine.
 *
 * Leases run on the engine's own clock; they only decide who tries. Epoch and head sequence decide who writes.
 * Errors: every method rejects with VivaError STORE_UNAVAILABLE when the engine fails, is overloaded or closed; an
 * append that rejects may or may not have been written, so the writer must claim again and look.
 */
export interface Journal {
  /**
   * What the engine promises; differences between engines are declared here, not hidden in skipped tests.
   * `isDurable`: what was acknowledged survives the process. `isShared`: several processes may run interviews on it;
   * an engine that is not shared releases every lease when it opens, for whoever held them is gone.
   * `mayLoseOnFailover`: where a replica takes over, appends that were acknowledged may be lost, and an epoch be given
   * out again.
   */
  readonly capabilities: { isDurable: boolean; isShared: boolean; mayLoseOnFailover?: true };

  /** Only of an engine that is shared. */
  readonly shared?: Sharing;

  /**
   * Create an interview with its first record (seq 1, epoch 0). With `idempotency`, a second create with the same
   * key creates nothing and returns the first one's id and digest; comparing the digests is the caller's part.
   */
  create(interview: {
    id: string;
    meta: InterviewMeta;
    record: JournalRecord;
    state: string;
    wakeAt: number | null;
    idempotency?: { key: string; digest: string };
  }): Promise<{ id: string; isNew: boolean; digest?: string }>;

  /**
   * Become the writer of an interview: epoch + 1. Without `force` only if nobody else holds an unexpired lease; an
   * owner may always claim its own again. `by` is for whom it is claimed; other nodes are told. Returns null when the
   * interview does not exist or is erased, `held` when somebody else holds it.
   */
  claim(
    id: string,
    owner: string,
    options: { leaseMs: number; force: boolean; by?: Cause },
  ): Promise<Claimed | 'held' | null>;

  /**
   * Write one record and move the head in one transaction, guarded by epoch, head sequence and head hash. The hash
   * tells apart what the other two cannot: after a failover that lost something, both may be given out a second time.
   * Renews the lease by the length asked for at the claim. What is appended is what the arguments held at the call.
   */
  append(append: Append): Promise<Appended>;

  /** Give the lease up, optionally leaving a snapshot. A stale epoch is ignored. */
  release(id: string, epoch: number, snapshot?: StoredSnapshot): Promise<void>;

  /**
   * Erase everything personal of an interview for good, and its snapshot and idempotency key with it; the writer of now
   * is fenced, and nothing is due any more. When it resolves nothing that can be asked of the engine tells the texts;
   * what of them its files may still hold, PROTOCOL.md says of each engine. False = there is no such interview. Erasing
   * again finishes what a failure left undone, and keeps the first instant.
   *
   * Errors: STORE_UNAVAILABLE also when the texts are gone from the interview, but not yet from the files of an engine
   * that answers for them; VERSION_PARKED where a shared engine finds that a newer build wrote it.
   */
  erase(id: string, at: number): Promise<boolean>;

  /** Read without becoming the writer: head and the records after `afterSeq` (default 0). */
  load(id: string, afterSeq?: number): Promise<{ head: InterviewHead; records: JournalRecord[] } | null>;

  /**
   * Heads, newest first by `meta.createdAt`, then id. A null cursor ends the list.
   *
   * Errors: REQUEST_INVALID for a cursor that this method did not give out.
   */
  list(query: ListQuery): Promise<{ heads: InterviewHead[]; cursor: string | null }>;

  /** Ids whose `wakeAt` is not after `now` and whose lease is free, most overdue first, at most `limit`. */
  due(now: number, limit: number): Promise<string[]>;

  /**
   * A sign of life: some process of the service serves at this instant. If the last one is at least `gapMs` older, the
   * time between is remembered as an outage. Returns the outages that ended after `knownUntil`, oldest first.
   */
  beat(sign: { at: number; gapMs: number; knownUntil: number }): Promise<Outage[]>;

  /** Plans: immutable, addressed by content. The same hash again returns the stored version; another is version + 1. */
  putPlan(plan: { id: string; hash: string; json: string; publishedAt: number }): Promise<StoredPlan>;
  /** The given version of a plan, or its newest. */
  getPlan(id: string, version?: number): Promise<StoredPlan | null>;
  /** The newest version of every plan, by id. */
  listPlans(): Promise<StoredPlan[]>;

  /** Reject if the engine cannot be reached. */
  ping(): Promise<void>;
  /** Finish the appends under way, then let go of the engine. Whatever is asked afterwards rejects. */
  close(): Promise<void>;
}

export interface StoredPlan {
  id: string;
  version: number;
  hash: string;
  json: string;
  publishedAt: number;
}
