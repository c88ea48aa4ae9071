import { closeCodeOf, type ErrorCode, errorTable, toProblem } from '../errors.ts';
import type { Down } from '../protocol.ts';

/** A refusal as the service words it, RFC 9457. */
export type Problem = Extract<Down, { type: 'error' }>['problem'];

/** Why a command was not accepted. `code` is the problem's, or CLOSED when the client was closed before an answer. */
export class ClientError extends Error {
  readonly code: ErrorCode | 'CLOSED';
  readonly problem: Problem | undefined;
  constructor(problem?: Problem) {
    super(problem?.detail ?? 'the client was closed before the command was answered; it is sent on the next connect');
    this.name = 'ClientError';
    this.code = problem?.code ?? 'CLOSED';
    this.problem = problem;
  }
}

/** Fail a command before it is sent; nobody has to listen, as with every promise of this client. */
export function reject(error: ClientError): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => {});
  return promise;
}

/** What a close code asks of the client. */
export type CloseVerdict = 'retry' | 'retry-later' | 'drop-command' | 'new-ticket' | 'refused' | 'superseded';

const verdictsByCloseCode: Record<number, CloseVerdict> = {
  // A command which the service can never read would close every connection after this one.
  1009: 'drop-command',
  4400: 'drop-command',
  1013: 'retry-later',
  4429: 'retry-later',
  4401: 'new-ticket',
  4403: 'refused',
  4404: 'refused',
  4406: 'refused',
  4409: 'superseded',
  4410: 'refused',
};

/** Decide what follows from a close code; what is not known is worth another try. */
export function judgeClose(closeCode: number): CloseVerdict {
  return verdictsByCloseCode[closeCode] ?? 'retry';
}

/** Tell whether the connection ends after this error because a command could not be read. */
export function isUnreadable(problem: Problem): boolean {
  // A later version of the service may send codes that are not in this table.
  const closeCode = problem.code in errorTable ? closeCodeOf(problem.code) : undefined;
  return closeCode !== undefined && judgeClose(closeCode) === 'drop-command';
}

/** Word the problem of a connection that was closed without one. */
export function problemOfClose(closeCode: number): Problem {
  const codes = Object.keys(errorTable) as ErrorCode[];
  const code = codes.find((each) => closeCodeOf(each) === closeCode) ?? 'INTERNAL';
  return toProblem(code, `the service closed the connection with code ${closeCode}`);
}

/** Tell whether waiting may cure a problem. The status decides, so that codes of later versions are understood. */
export function isWorthRetry(problem: Problem): boolean {
  return problem.status === 429 || problem.status >= 500;
}
