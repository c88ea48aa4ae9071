import { VivaError } from '../errors.ts';
import { eraseTexts } from './chain.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type {
  Append,
  Appended,
  Claimed,
  InterviewHead,
  Journal,
  JournalRecord,
  Outage,
  StoredPlan,
  StoredSnapshot,
} from './journal.ts';

interface Interview {
  head: InterviewHead;
  owner: string | null;
  leaseUntil: number;
  leaseMs: number;
  snapshot: StoredSnapshot | null;
  /** As JSON text, like in every other engine: what a caller changes later does not change the journal. */
  records: string[];
  commandsById: Map<string, Claimed['commands'][number]>;
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function recordsAfter({ records }: Interview, seq: number): JournalRecord[] {
  return records.slice(seq).map((json) => JSON.parse(json) as JournalRecord);
}

function write(interview: Interview, record: JournalRecord): void {
  interview.records.push(JSON.stringify(record));
  if (record.command) interview.commandsById.set(record.command.id, { ...record.command, seq: record.seq });
}

function byAge(a: InterviewHead, b: InterviewHead): number {
  return b.meta.createdAt - a.meta.createdAt || (a.id < b.id ? 1 : -1);
}

/** A journal that lives as long as the process: for tests and first looks. `now` is the clock of its leases. */
export function createMemoryJournal({ now = Date.now }: { now?: () => number } = {}): Journal {
  const interviewsById = new Map<string, Interview>();
  const createsByKey = new Map<string, { id: string; digest: string }>();
  const versionsByPlan = new Map<string, StoredPlan[]>();
  const outages: Outage[] = [];
  let beatAt: number | null = null;
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new VivaError('STORE_UNAVAILABLE', 'the journal is closed');
  }

  function isFree({ owner, leaseUntil }: Interview): boolean {
    return owner === null || leaseUntil <= now();
  }

  function appendNow({ interviewId, epoch, record, previousHash, state, wakeAt, snapshot }: Append): Appended {
    const interview = interviewsById.get(interviewId);
    if (!interview) return { ok: false, reason: 'fenced' };
    const { epoch: newestEpoch, headSeq: seqBefore, hash: headHash } = interview.head;
    if (newestEpoch !== epoch || seqBefore !== record.seq - 1 || headHash !== previousHash)
      return { ok: false, reason: 'fenced' };
    const known = record.command && interview.commandsById.get(record.command.id);
    if (known) return { ok: false, reason: 'duplicate', seq: known.seq, digest: known.digest };
    write(interview, record);
    const { seq: headSeq, at: updatedAt, hash, versions } = record;
    interview.head = { ...interview.head, headSeq, state, wakeAt, updatedAt, hash, versions };
    interview.leaseUntil = now() + interview.leaseMs;
    if (snapshot) interview.snapshot = { ...snapshot };
    return { ok: true };
  }

  return {
    capabilities: { isDurable: false, isShared: false },

    async create({ id, meta, record, state, wakeAt, idempotency }) {
      assertOpen();
      const first = idempotency && createsByKey.get(idempotency.key);
      if (first) return { ...first, isNew: false };
      if (interviewsById.has(id)) return { id, isNew: false };
      const { at: updatedAt, hash, versions } = record;
      const place = { epoch: 0, headSeq: 1, state, wakeAt, updatedAt, erasedAt: null };
      const head = { id, meta: copy(meta), ...place, hash, versions };
      const lease = { owner: null, leaseUntil: 0, leaseMs: 0 };
      const interview: Interview = { head, ...lease, snapshot: null, records: [], commandsById: new Map() };
      write(interview, record);
      interviewsById.set(id, interview);
      if (idempotency) createsByKey.set(idempotency.key, { id, digest: idempotency.digest });
      return { id, isNew: true };
    },

    async claim(id, owner, { leaseMs, force }) {
      assertOpen();
      const interview = interviewsById.get(id);
      if (!interview || interview.head.erasedAt !== null) return null;
      if (!force && interview.owner !== owner && !isFree(interview)) return 'held';
      interview.head = { ...interview.head, epoch: interview.head.epoch + 1 };
      Object.assign(interview, { owner, leaseMs, leaseUntil: now() + leaseMs });
      const { head, snapshot, commandsById } = interview;
      const commands = [...commandsById.values()];
      return copy({ head, snapshot, tail: recordsAfter(interview, snapshot?.seq ?? 0), commands });
    },

    async append(append) {
      assertOpen();
      return appendNow(append);
    },

    async release(id, epoch, snapshot) {
      assertOpen();
      const interview = interviewsById.get(id);
      if (interview?.head.epoch !== epoch) return;
      interview.owner = null;
      if (snapshot) interview.snapshot = { ...snapshot };
    },

    async erase(id, at) {
      assertOpen();
      const interview = interviewsById.get(id);
      if (!interview) return false;
      const { head } = interview;
      if (head.erasedAt !== null) return true;
      const { meta, records } = eraseTexts(head.meta, recordsAfter(interview, 0));
      interview.head = { ...head, meta, epoch: head.epoch + 1, wakeAt: null, erasedAt: at };
      Object.assign(interview, { owner: null, snapshot: null, records: [], commandsById: new Map() });
      for (const record of records) write(interview, record);
      for (const [key, created] of createsByKey) if (created.id === id) createsByKey.delete(key);
      return true;
    },

    async load(id, afterSeq = 0) {
      assertOpen();
      const interview = interviewsById.get(id);
      return interview ? { head: copy(interview.head), records: recordsAfter(interview, afterSeq) } : null;
    },

    async list({ state, cursor, limit }) {
      assertOpen();
      const { createdAt, id } = readCursor(cursor);
      const heads = [...interviewsById.values()]
        .map(({ head }) => head)
        .filter((head) => state === undefined || head.state === state)
        .filter(({ meta, ...head }) => meta.createdAt < createdAt || (meta.createdAt === createdAt && head.id < id))
        .sort(byAge);
      const page = heads.slice(0, limit);
      const last = page.at(-1);
      return { heads: copy(page), cursor: last && heads.length > limit ? writeCursor(last) : null };
    },

    async due(at, limit) {
      assertOpen();
      return [...interviewsById.values()]
        .filter((interview) => isFree(interview))
        .map(({ head }) => ({ id: head.id, wakeAt: head.wakeAt ?? Number.POSITIVE_INFINITY }))
        .filter(({ wakeAt }) => wakeAt <= at)
        .sort((a, b) => a.wakeAt - b.wakeAt)
        .slice(0, limit)
        .map(({ id }) => id);
    },

    async beat({ at, gapMs, knownUntil }) {
      assertOpen();
      if (beatAt !== null && at - beatAt >= gapMs) outages.push({ from: beatAt, until: at });
      beatAt = Math.max(at, beatAt ?? at);
      return copy(outages.filter(({ until }) => until > knownUntil));
    },

    async putPlan({ id, hash, json, publishedAt }) {
      assertOpen();
      const versions = versionsByPlan.get(id) ?? [];
      const known = versions.find((plan) => plan.hash === hash);
      if (known) return { ...known };
      const plan = { id, version: versions.length + 1, hash, json, publishedAt };
      versionsByPlan.set(id, [...versions, plan]);
      return { ...plan };
    },

    async getPlan(id, version) {
      assertOpen();
      const versions = versionsByPlan.get(id) ?? [];
      const plan = version === undefined ? versions.at(-1) : versions[version - 1];
      return plan ? { ...plan } : null;
    },

    async listPlans() {
      assertOpen();
      return [...versionsByPlan.values()]
        .flatMap((versions) => versions.slice(-1))
        .map((plan) => ({ ...plan }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    async ping() {
      assertOpen();
    },

    async close() {
      isClosed = true;
    },
  };
}
