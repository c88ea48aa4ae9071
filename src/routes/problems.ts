import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type ErrorCode, type Problem, toProblem, VivaError } from '../errors.ts';
import { problemSchema } from '../protocol.ts';
import { named } from './schemas.ts';

const MEDIA_TYPE = 'application/problem+json';

const httpProblem = problemSchema
  .extend({
    /** The request, as it is named in the log. */
    instance: z.string().optional(),
  })
  .register(named, {
    id: 'HttpProblem',
    description: 'Why a request was refused (RFC 9457); programs go by `code`.',
    examples: [toProblem('INTERVIEW_NOT_FOUND', 'no interview has this id')],
  });

const httpProblemContent = { content: { [MEDIA_TYPE]: { schema: httpProblem } } };

/** The response schemas of everything that can go wrong; part of every route. */
export const problemResponses = { '4xx': httpProblemContent, '5xx': httpProblemContent };

const codesByFastifyCode: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_CTP_EMPTY_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
};

const details: Partial<Record<ErrorCode, string>> = {
  BODY_TOO_LARGE: 'send less, or send it in parts',
  MEDIA_TYPE_UNSUPPORTED: 'send `Content-Type: application/json`; plans may also be application/yaml',
  NOT_FOUND: 'there is nothing at this address',
  REQUEST_INVALID: 'the request cannot be read; bodies are JSON',
};

function toValidationProblem(error: FastifyError): Problem {
  const context = error.validationContext ?? 'request';
  const problems = (error.validation ?? []).slice(0, 20).map(({ instancePath, message }) => ({
    path: `${context}${instancePath === '/' ? '' : instancePath}`,
    message: message ?? 'not accepted',
  }));
  const first = problems[0];
  return toProblem('REQUEST_INVALID', first ? `${first.path}: ${first.message}` : 'not accepted', { problems });
}

function codeOf(error: FastifyError): ErrorCode {
  const known = codesByFastifyCode[error.code];
  if (known) return known;
  const status = error.statusCode ?? 500;
  if (status === 404) return 'NOT_FOUND';
  return status >= 400 && status < 500 ? 'REQUEST_INVALID' : 'INTERNAL';
}

function problemOf(error: FastifyError | VivaError): Problem {
  if (error instanceof VivaError) return toProblem(error.code, error.message, error.extra);
  if (hasZodFastifySchemaValidationErrors(error)) return toValidationProblem(error);
  const code = codeOf(error);
  return toProblem(code, details[code] ?? '');
}

/** Send a problem document. */
function sendProblem(reply: FastifyReply, problem: Problem & { instance?: string }): FastifyReply {
  return reply.code(problem.status).header('content-type', MEDIA_TYPE).send(problem);
}

/** Answer any error as a problem. A defect or an outage is logged and named by the request's id, never described. Returns the code. */
export function answerError(error: FastifyError | VivaError, request: FastifyRequest, reply: FastifyReply): ErrorCode {
  const problem = problemOf(error);
  if (problem.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  const retryAfterMs = problem.retryAfterMs ?? (problem.status === 503 ? 2_000 : null);
  if (retryAfterMs !== null && !reply.hasHeader('retry-after'))
    reply.header('retry-after', String(Math.ceil(retryAfterMs / 1_000)));
  if (problem.status < 500) {
    request.log.info({ code: problem.code }, 'refused');
    sendProblem(reply, problem);
    return problem.code;
  }
  if (problem.status === 500) request.log.error({ err: error }, 'a request failed');
  // Who is overloaded does not write about it at length.
  else if (problem.code === 'TRY_LATER') request.log.info({ code: problem.code }, 'turned away');
  else request.log.warn({ code: problem.code, err: error.cause ?? error }, 'unavailable');
  const detail =
    problem.status === 500 ? 'this failed; the log has more under the id in `instance`' : 'try again in a moment';
  sendProblem(reply, { ...toProblem(problem.code, detail), instance: `urn:uuid:${request.id}` });
  return problem.code;
}

/** Answer with a problem where there is no response to send it with, and end the connection. */
function endWithProblem(socket: Duplex, detail: string, headers: string[] = []): void {
  const body = JSON.stringify(toProblem('REQUEST_INVALID', detail));
  const head = [
    `HTTP/1.1 400 ${STATUS_CODES[400]}`,
    'Connection: close',
    `Content-Type: ${MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  // A peer that does not close its own side is not waited for.
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** A request that is not even HTTP: Fastify never sees it. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const isTimeout = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const isHeaderTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const detail = isHeaderTooLarge ? 'the headers are too large' : isTimeout ? 'too slow' : 'this is not HTTP/1.1';
  endWithProblem(socket, detail);
}

/** A WebSocket handshake that ws does not take; its words are its own and quote nothing of the request. */
export function answerHandshakeError(error: Error, socket: Duplex): void {
  endWithProblem(socket, error.message, ['Sec-WebSocket-Version: 13']);
}
