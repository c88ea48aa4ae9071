import type { Problem } from '../../src/client/problem.ts';
import { toProblem } from '../../src/errors.ts';
import type { FlowLayout, FlowPath } from '../../src/flow/shape.ts';
import type { Command, Down, ReviewerView, State } from '../../src/protocol.ts';

// The part of the HTTP API that the console uses. Expected failures are values.

export type Reply<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** One interview in the list. */
export interface Summary {
  id: string;
  state: string;
  planId: string;
  planVersion: number;
  candidate: { name?: string | undefined };
  externalId?: string | undefined;
  createdAt: number;
  updatedAt: number;
}

export interface PlanSummary {
  id: string;
  version: number;
  title: string;
  questionCount: number;
}

/** What the console reads of a report; the rest is for the file that people download. */
export interface ReportDigest {
  score: number | null;
  counts: { questions: number; answered: number; skipped: number; timedOut: number; needsReview: number };
  questions: { id: string; text: string; threshold: number; score: number | null }[];
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

export interface Created extends InterviewLinks {
  id: string;
}

export interface Api {
  listInterviews(
    query: { state: State | null; limit: number; cursor?: string },
    signal: AbortSignal,
  ): Promise<Reply<{ interviews: Summary[]; cursor: string | null }>>;
  listPlans(): Promise<Reply<{ plans: PlanSummary[] }>>;
  /** The same `key` again creates nothing and answers the same. */
  createInterview(interview: NewInterview, key: string): Promise<Reply<Created>>;
  giveCommand(interviewId: string, command: Command): Promise<Reply<{ seq: number }>>;
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
  async function call<T>(path: string, init: RequestInit = {}): Promise<Reply<T>> {
    let response: Response;
    try {
      const headers = { accept: 'application/json', ...init.headers, authorization: `Bearer ${secret}` };
      response = await fetchFrom(`${base}${path}`, { ...init, headers, cache: 'no-store' });
    } catch {
      return { ok: false, problem: unreachable };
    }
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
    listInterviews({ state, limit, cursor }, signal) {
      const query = new URLSearchParams({ limit: String(limit), ...(state && { state }), ...(cursor && { cursor }) });
      return call(`/api/interviews?${query}`, { signal });
    },
    listPlans: () => call('/api/plans'),
    createInterview: (interview, key) => post('/api/interviews', interview, { 'idempotency-key': key }),
    giveCommand: (interviewId, command) => post(at(interviewId, 'commands'), command),
    readLinks: (interviewId) => call(at(interviewId, 'links')),
    readReport: (interviewId, atSeq) => call(at(interviewId, atSeq === undefined ? 'report' : `report?atSeq=${atSeq}`)),
    readMoment: (interviewId, atSeq) => call(`/api/interviews/${encodeURIComponent(interviewId)}?atSeq=${atSeq}`),
    readPath: (interviewId) => call(at(interviewId, 'path')),
    readLayout: () => call('/api/machines/interview/layout'),
    readTranscript: (interviewId) => call(at(interviewId, 'transcript')),
    readJournal: (interviewId, afterSeq) => call(at(interviewId, `journal?afterSeq=${afterSeq}`)),
  };
}
