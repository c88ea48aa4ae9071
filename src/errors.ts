/** Who must act on an error: the client's author, the person, nobody (wait and retry), or us. */
export type ErrorClass = 'malformed' | 'refused' | 'unavailable' | 'defect';

interface ErrorRow {
  title: string;
  class: ErrorClass;
  status: number;
  /** WebSocket close code; absent = the connection stays. */
  closeCode?: number;
  isRetryable: boolean;
}

/** Every error that leaves the service. PROTOCOL.md lists the same table; a test holds them together. */
export const errorTable = {
  FRAME_INVALID: {
    title: 'The frame is not a valid message',
    class: 'malformed',
    status: 400,
    closeCode: 4400,
    isRetryable: false,
  },
  FRAME_TOO_LARGE: {
    title: 'The frame is larger than allowed',
    class: 'malformed',
    status: 413,
    closeCode: 1009,
    isRetryable: false,
  },
  VERSION_UNSUPPORTED: {
    title: 'The protocol version is not spoken here',
    class: 'malformed',
    status: 426,
    closeCode: 4406,
    isRetryable: false,
  },
  HELLO_TIMEOUT: {
    title: 'No hello arrived in time',
    class: 'malformed',
    status: 408,
    closeCode: 4408,
    isRetryable: true,
  },
  REQUEST_INVALID: { title: 'The request is not valid', class: 'malformed', status: 400, isRetryable: false },
  NOT_FOUND: { title: 'There is nothing at this address', class: 'malformed', status: 404, isRetryable: false },
  METHOD_NOT_ALLOWED: {
    title: 'This address does not take that method',
    class: 'malformed',
    status: 405,
    isRetryable: false,
  },
  BODY_TOO_LARGE: { title: 'The body is larger than allowed', class: 'malformed', status: 413, isRetryable: false },
  MEDIA_TYPE_UNSUPPORTED: {
    title: 'The body is in a format that is not read here',
    class: 'malformed',
    status: 415,
    isRetryable: false,
  },
  PLAN_INVALID: { title: 'The plan is not valid', class: 'malformed', status: 422, isRetryable: false },
  PLAN_NOT_FOUND: { title: 'No such plan', class: 'refused', status: 404, isRetryable: false },
  UNAUTHENTICATED: {
    title: 'Credentials are missing, wrong or used up',
    class: 'refused',
    status: 401,
    closeCode: 4401,
    isRetryable: false,
  },
  FORBIDDEN: { title: 'This role may not do that', class: 'refused', status: 403, closeCode: 4403, isRetryable: false },
  INTERVIEW_NOT_FOUND: {
    title: 'No such interview',
    class: 'refused',
    status: 404,
    closeCode: 4404,
    isRetryable: false,
  },
  INTERVIEW_ERASED: {
    title: 'This interview is erased',
    class: 'refused',
    status: 410,
    closeCode: 4410,
    isRetryable: false,
  },
  SUPERSEDED: {
    title: 'A newer tab has taken over',
    class: 'refused',
    status: 409,
    closeCode: 4409,
    isRetryable: false,
  },
  RATE_LIMITED: {
    title: 'Too many messages in a short time',
    class: 'refused',
    status: 429,
    closeCode: 4429,
    isRetryable: true,
  },
  NOT_ACCEPTED: { title: 'Not possible in this state', class: 'refused', status: 409, isRetryable: false },
  STALE_PROMPT: { title: 'This prompt is no longer open', class: 'refused', status: 409, isRetryable: false },
  ANSWER_BLANK: { title: 'The answer is blank', class: 'refused', status: 422, isRetryable: false },
  ANSWER_TOO_LONG: { title: 'The answer is too long', class: 'refused', status: 422, isRetryable: false },
  COMMAND_ID_REUSED: {
    title: 'This command id was used for another command',
    class: 'refused',
    status: 422,
    isRetryable: false,
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: 'This idempotency key was used for another request',
    class: 'refused',
    status: 422,
    isRetryable: false,
  },
  REVIEWS_FULL: {
    title: 'This interview has as many reviews as it may have',
    class: 'refused',
    status: 409,
    isRetryable: false,
  },
  MAILBOX_FULL: {
    title: 'Too many commands are waiting for this interview',
    class: 'unavailable',
    status: 429,
    isRetryable: true,
  },
  VERSION_PARKED: {
    title: 'This interview waits for a newer version of the service',
    class: 'unavailable',
    status: 503,
    closeCode: 1013,
    isRetryable: true,
  },
  STORE_UNAVAILABLE: { title: 'The store cannot be reached', class: 'unavailable', status: 503, isRetryable: true },
  RESTARTING: {
    title: 'The service is restarting',
    class: 'unavailable',
    status: 503,
    closeCode: 1012,
    isRetryable: true,
  },
  TRY_LATER: { title: 'The service is busy', class: 'unavailable', status: 503, closeCode: 1013, isRetryable: true },
  INTERNAL: { title: 'A defect in the service', class: 'defect', status: 500, closeCode: 1011, isRetryable: true },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/**
 * RFC 9457 problem details, the same in HTTP bodies and `error` frames.
 *
 * Source: RFC 9457 §3; `code`, `state` and `allowed` are extension members.
 */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  state?: string;
  allowed?: string[];
  /** Where in the request it is wrong, and what is accepted there. */
  problems?: { path: string; message: string; line?: number }[];
  /** Ask again, but not sooner. */
  retryAfterMs?: number;
}

/** The one error class; `instanceof` is used at the edges only. `detail` never holds candidate text. */
export class VivaError extends Error {
  readonly code: ErrorCode;
  readonly extra: Partial<Pick<Problem, 'state' | 'allowed' | 'problems' | 'retryAfterMs'>>;
  constructor(code: ErrorCode, detail: string, extra: VivaError['extra'] = {}, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'VivaError';
    this.code = code;
    this.extra = extra;
  }
}

/** Build the problem document of an error code. */
export function toProblem(code: ErrorCode, detail: string, extra: VivaError['extra'] = {}): Problem {
  const { title, status } = errorTable[code];
  return { type: `urn:viva:problem:${code}`, title, status, code, detail, ...extra };
}

/** The WebSocket close code of an error, or undefined when the connection stays. */
export function closeCodeOf(code: ErrorCode): number | undefined {
  return (errorTable[code] as ErrorRow).closeCode;
}
