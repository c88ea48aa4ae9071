import type { Problem } from '../../src/client/problem.ts';
import { toProblem } from '../../src/errors.ts';
import type { FlowLayout, FlowPath } from '../../src/flow/shape.ts';
import type { Command, Down, ReviewerView, ReviewView } from '../../src/protocol.ts';
import type { Agreement } from '../../src/report/agreement.ts';
import { type Filter, toQuery } from './filter.ts';

// The part of the HTTP API that the console uses. Expected failures are values.

export type Reply<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** What somebody should look at. `at` = since when; of an invitation, until when. */
export interface Concern {
  code: string;
  level: 'stuck' | 'notice';
  at: number;
  text: string;
}

/** One interview in the list. What is not known of it is null. */
export interface Line {
  id: string;
  state: string;
  stateSince: number | null;
  outcome: NonNullable<ReviewerView['outcome']> | null;
  deadlineAt: number | null;
  planId: string;
  planVersion: number;
  candidate: { name?: string | undefined };
  externalId?: string | undefined;
  progress: { answered: number; total: number } | null;
  connection: 'connected' | 'away' | null;
  awaySince: number | null;
  node: string | null;
  needsReview: number | null;
  concerns: Concern[];
  createdAt: number;
  updatedAt: number;
  erasedAt?: number | undefined;
}

/** A page of the list, and what to name it by when asking whether it has changed. */
export interface Listed {
  /** Null = as it was under the `etag` that was asked with. */
  page: { interviews: Line[]; cursor: string | null; lookedAt: number } | null;
  etag: string | null;
  /** The service's clock at the answer, to the second; null = it was not told. */
  servedAt: number | null;
}

export interface PlanSummary {
  id: string;
  version: number;
  title: string;
  questionCount: number;
}

/** Whether the records are as they were written. */
export interface Chain {
  isIntact: boolean;
  recordCount: number;
  headHash: string;
  brokenAt?: { seq: number } | undefined;
  erasedAt?: number | undefined;
  lateCount?: number | undefined;
}

/** What the console reads of a report; the rest is for the file that people download. */
export interface ReportDigest {
  plan: { hash: string };
  machineVersion: string;
  chain: Chain;
  accommodations: { timeMultiplier: number; untimed: boolean };
  score: number | null;
  reviewedScore: number | null;
  agreement: Agreement[];
  counts: { questions: number; answered: number; skipped: number; timedOut: number; needsReview: number };
  questions: {
    id: string;
    text: string;
    threshold: number;
    points: { id: string; text: string; weight: number }[];
    score: number | null;
    reviewedScore: number | null;
  }[];
}

/** One question of a plan in the interviews by it. Scores and shares are 0 to 1. */
export interface QuestionStatistics {
  id: string;
  text: string;
  threshold: number;
  reached: number;
  answered: number;
  skipped: number;
  expired: number;
  left: number;
  open: number;
  dropped: { ended: number; expired: number; cancelled: number };
  scores: { counted: number; bins: number[]; median: number | null; atThreshold: number };
  followUps: {
    followedUp: number;
    asked: number;
    answered: number;
    compared: number;
    gained: number;
    gainMean: number | null;
  };
  time: { counted: number; medianMs: number | null; p90Ms: number | null };
  needsReview: number;
}

/** How the interviews by one version of a plan went. */
export interface Statistics {
  planId: string;
  version: number;
  title: string;
  countedMax: number;
  lookedAt: number;
  isComplete: boolean;
  interviews: Record<
    'counted' | 'invited' | 'underWay' | 'started' | 'finished' | 'ended' | 'declined' | 'expired' | 'cancelled',
    number
  >;
  questions: QuestionStatistics[];
}

export type JournalEntry = Extract<Down, { type: 'record' }>['record'];

export interface NewInterview {
  planId: string;
  version: number;
  candidate: { name?: string };
  accommodations: { timeMultiplier?: number; untimed?: boolean };
}

export interface InterviewLinks {
  candidateUrl: string;
  reviewerUrl: string;
}

/** A question whose judgement waits for a person. Confidence null = nothing could judge the answer. */
export interface QueueCase {
  interviewId: string;
  candidate: { name?: string | undefined };
  planId: string;
  planVersion: number;
  questionId: string;
  confidence: number | null;
  at: number;
}

export interface QueueRead {
  cases: QueueCase[];
  found: number;
  lookedAt: number;
  cursor: string | null;
}

/** What a person says of an interview. */
export type NewReview = Omit<ReviewView, 'seq' | 'at' | 'by'> & { id: string };

export interface Created extends InterviewLinks {
  id: string;
}

export interface Api {
  listInterviews(
    query: { filter: Filter; limit: number; cursor?: string },
    signal: AbortSignal,
    etag?: string,
  ): Promise<Reply<Listed>>;
  listPlans(): Promise<Reply<{ plans: PlanSummary[] }>>;
  /** Of a version, or of the newest. */
  readStatistics(planId: string, version: number | null): Promise<Reply<Statistics>>;
  /** The same `key` again creates nothing and answers the same. */
  createInterview(interview: NewInterview, key: string): Promise<Reply<Created>>;
  giveCommand(interviewId: string, command: Command): Promise<Reply<{ seq: number }>>;
  /** From the newest interviews on, or from older ones. */
  readQueue(cursor?: string): Promise<Reply<QueueRead>>;
  /** The same `id` again adds nothing and answers the same. */
  addReview(interviewId: string, review: NewReview): Promise<Reply<{ seq: number }>>;
  readLinks(interviewId: string): Promise<Reply<InterviewLinks>>;
  /** As of now, or of an earlier record. */
  readReport(interviewId: string, atSeq?: number): Promise<Reply<ReportDigest>>;
  /** The view as it was when a record had just been written. */
  readMoment(interviewId: string, atSeq: number): Promise<Reply<ReviewerView>>;
  readPath(interviewId: string): Promise<Reply<FlowPath>>;
  readLayout(): Promise<Reply<FlowLayout>>;
  readTranscript(interviewId: string): Promise<Reply<unknown>>;
  readJournal(interviewId: string, afterSeq: number): Promise<Reply<{ records: JournalEntry[] }>>;
}

/** Tell whether the secret itself was refused, so that asking again is useless. */
export function isLockedOut({ status }: Problem): boolean {
  return status === 401;
}

const unreachable = toProblem('TRY_LATER', 'The service cannot be reached from here.');
const unreadable = toProblem('INTERNAL', 'The service answered with something that this page does not understand.');

/** Create the API for one secret. `base` is the address of the service. */
export function createApi(base: string, secret: string, fetchFrom: typeof fetch = fetch): Api {
  /** Null = nobody answers. */
  async function ask(path: string, init: RequestInit): Promise<Response | null> {
    const headers = { accept: 'application/json', ...init.headers, authorization: `Bearer ${secret}` };
    return fetchFrom(`${base}${path}`, { ...init, headers, cache: 'no-store' }).catch(() => null);
  }

  async function call<T>(path: string, init: RequestInit = {}): Promise<Reply<T>> {
    const response = await ask(path, init);
    return response ? read(response) : { ok: false, problem: unreachable };
  }

  async function read<T>(response: Response): Promise<Reply<T>> {
    const body: unknown = await response.json().catch(() => null);
    if (response.ok && body !== null) return { ok: true, value: body as T };
    const isProblem = typeof body === 'object' && body !== null && 'code' in body;
    return { ok: false, problem: isProblem ? (body as Problem) : { ...unreadable, status: response.status } };
  }

  function post<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply<T>> {
    const json = { 'content-type': 'application/json', ...headers };
    return call(path, { method: 'POST', headers: json, body: JSON.stringify(body) });
  }

  const at = (interviewId: string, part: string) => `/api/interviews/${encodeURIComponent(interviewId)}/${part}`;

  return {
    async listInterviews({ filter, limit, cursor }, signal, etag) {
      const query = new URLSearchParams({ limit: String(limit), ...toQuery(filter), ...(cursor && { cursor }) });
      const headers = etag === undefined ? {} : { 'if-none-match': etag };
      const response = await ask(`/api/interviews?${query}`, { signal, headers });
      if (!response) return { ok: false, problem: unreachable };
      const servedAt = Date.parse(response.headers.get('date') ?? '') || null;
      const named = { etag: response.headers.get('etag'), servedAt };
      if (response.status === 304) return { ok: true, value: { page: null, ...named } };
      const reply = await read<NonNullable<Listed['page']>>(response);
      return reply.ok ? { ok: true, value: { page: reply.value, ...named } } : reply;
    },
    listPlans: () => call('/api/plans'),
    readStatistics: (planId, version) =>
      call(`/api/plans/${encodeURIComponent(planId)}/statistics${version === null ? '' : `?version=${version}`}`),
    createInterview: (interview, key) => post('/api/interviews', interview, { 'idempotency-key': key }),
    giveCommand: (interviewId, command) => post(at(interviewId, 'commands'), command),
    readQueue: (cursor) =>
      call(`/api/reviews/queue?${new URLSearchParams({ limit: '500', ...(cursor && { cursor }) })}`),
    addReview: (interviewId, review) => post(at(interviewId, 'reviews'), review),
    readLinks: (interviewId) => call(at(interviewId, 'links')),
    readReport: (interviewId, atSeq) => call(at(interviewId, atSeq === undefined ? 'report' : `report?atSeq=${atSeq}`)),
    readMoment: (interviewId, atSeq) => call(`/api/interviews/${encodeURIComponent(interviewId)}?atSeq=${atSeq}`),
    readPath: (interviewId) => call(at(interviewId, 'path')),
    readLayout: () => call('/api/machines/interview/layout'),
    readTranscript: (interviewId) => call(at(interviewId, 'transcript')),
    readJournal: (interviewId, afterSeq) => call(at(interviewId, `journal?afterSeq=${afterSeq}`)),
  };
}
