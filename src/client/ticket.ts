import { toProblem } from '../errors.ts';
import { readRetryAfterMs } from './backoff.ts';
import type { Platform } from './platform.ts';
import type { Problem } from './problem.ts';

/** Which interview, and the right to take part in it. */
export interface Target {
  /** Base address, absolute, without a slash at the end. */
  url: string;
  interviewId: string;
  token: string;
}

/** What became of a request for a ticket. */
export type TicketAnswer =
  | { kind: 'ticket'; ticket: string }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'retry'; afterMs: number; problem?: Problem };

interface TicketBody {
  ticket?: unknown;
  code?: unknown;
}

const codesByStatus: Record<number, Problem['code']> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'INTERVIEW_NOT_FOUND',
  410: 'INTERVIEW_ERASED',
};

/** Where the parts of an interview are. */
export function addressOf(target: Target, part: 'tickets' | 'socket'): string {
  return `${target.url}/api/interviews/${encodeURIComponent(target.interviewId)}/${part}`;
}

/** Ask for the single-use ticket that opens a socket. Never rejects: what fails is an answer. */
export async function requestTicket(target: Target, platform: Platform, signal: AbortSignal): Promise<TicketAnswer> {
  // Taken out of its object: the browser's own fetch refuses to be called as a method of something else.
  const { fetch } = platform;
  let response: Response;
  let body: TicketBody | null;
  try {
    const headers = { authorization: `Bearer ${target.token}` };
    response = await fetch(addressOf(target, 'tickets'), { method: 'POST', headers, signal });
    body = (await response.json().catch(() => null)) as TicketBody | null;
  } catch {
    return { kind: 'retry', afterMs: 0 };
  }
  if (response.ok && typeof body?.ticket === 'string') return { kind: 'ticket', ticket: body.ticket };
  // A page of some hotel's network also answers 200, but not with a ticket.
  const problem = typeof body?.code === 'string' ? (body as Problem) : undefined;
  const { status } = response;
  if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) {
    const detail = `the service refused a ticket with status ${status}`;
    return { kind: 'refused', problem: problem ?? toProblem(codesByStatus[status] ?? 'REQUEST_INVALID', detail) };
  }
  const afterMs = readRetryAfterMs(response.headers.get('retry-after'), platform.clock.now());
  return { kind: 'retry', afterMs, ...(problem && { problem }) };
}
