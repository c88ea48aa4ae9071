import { setTimeout as delay } from 'node:timers/promises';
import { APICallError, generateText, NoObjectGeneratedError, Output } from 'ai';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhenResult,
  retry,
  wrap,
} from 'cockatiel';
import { type Endpoint, TOO_LARGE } from './endpoint.ts';
import { plainLine } from './hidden.ts';
import { type Judgement, judgementSchema, readJudgement } from './judgement.ts';
import type { Messages } from './prompt.ts';

/** Why a model gave no judgement. Those that may pass by themselves are worth another attempt. */
export type CallFailure =
  | 'ABORTED'
  | 'BUSY'
  | 'FAILED'
  | 'INVALID_OUTPUT'
  | 'OUTPUT_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'REFUSED'
  | 'TIMEOUT'
  | 'UNAVAILABLE';

/** What one call gave. `tokens`: what the endpoint says that it cost, or an estimate where it says nothing. */
export type Called =
  | { ok: true; judgement: Judgement; text: string; answeredBy: string; tokens: Tokens }
  | { ok: false; code: CallFailure; isRetryable: boolean; status?: number | undefined; text?: string; tokens: Tokens };

export interface Tokens {
  input: number;
  output: number;
}

export interface CallLimits {
  /** One call may take so long. Units: ms. */
  timeoutMs: number;
  /** So many calls at once; as many again a hundred times wait. */
  concurrency: number;
  /** A call waits at most so long for an endpoint that wants to be left alone. Units: ms. */
  patienceMs: number;
  /** After so many failures in a row the endpoint is left alone for so long. */
  failuresMax: number;
  breakMs: number;
}

export interface CallOptions {
  signal: AbortSignal;
  outputTokensMax: number;
  /** When the judgement comes too late. Units: ms since 1970 UTC. */
  dueAt?: number;
}

export type Call = (messages: Messages, options: CallOptions) => Promise<Called>;

const RETRIES = 1;
const QUEUE_PER_CALL = 100;
/** Characters that make a token, at most: estimates rather say too much. */
const CHARS_PER_TOKEN = 3;
/** No call costs more; an endpoint that says so is not believed. Units: tokens. */
const TOKENS_MAX = 1_000_000_000;
/** A model is told by so much of the name that it gives itself. */
const NAME_CHARS_MAX = 200;

/** About how many tokens a text is. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** Thrown past the circuit breaker, which must not count a call that was never made, nor one that was given up. */
const leftAlone = new Error('the endpoint wants to be left alone');
const tooLateToAsk = new Error('a judgement would come too late');

const isFailed = (result: unknown) => (result as Called).ok === false;
/** What says that the endpoint is down, not that it is asked too much or wrongly. */
const isDown = (result: unknown) => {
  const called = result as Called;
  return !called.ok && (called.code === 'FAILED' || called.code === 'TIMEOUT');
};

/** How an endpoint says that it does not take a request in this form. */
const formRefused: ReadonlySet<number | undefined> = new Set([400, 422]);
const sum = (a: Tokens, b: Tokens): Tokens => ({ input: a.input + b.input, output: a.output + b.output });

/**
 * Call an endpoint within limits: so many calls at once, a time limit each, one retry after a failure that may pass, a
 * circuit breaker, and no call while the endpoint wants to be left alone. It never throws.
 *
 * An endpoint that takes no schema, temperature or seed is asked without them from then on.
 */
export function createCall(endpoint: Endpoint, limits: CallLimits, now: () => number): Call {
  const policy = wrap(
    bulkhead(limits.concurrency, limits.concurrency * QUEUE_PER_CALL),
    retry(
      handleWhenResult((result) => isFailed(result) && (result as { code: CallFailure }).code === 'FAILED'),
      { maxAttempts: RETRIES, backoff: new ExponentialBackoff({ initialDelay: 250, maxDelay: 2_000 }) },
    ),
    circuitBreaker(handleWhenResult(isDown), {
      halfOpenAfter: limits.breakMs,
      breaker: new ConsecutiveBreaker(limits.failuresMax),
    }),
  );
  const nothing = { input: 0, output: 0 };
  let isPlain = false;

  /** Wait until the endpoint may be asked; it may ask for more time meanwhile. */
  async function rest({ signal, dueAt }: Pick<AttemptOptions, 'signal' | 'dueAt'>): Promise<void> {
    for (let waitMs = endpoint.closedUntil() - now(); waitMs > 0; waitMs = endpoint.closedUntil() - now()) {
      if (waitMs > Math.min(limits.patienceMs, dueAt - now())) throw leftAlone;
      await delay(waitMs, undefined, { signal });
    }
  }

  const timeoutMsOf = ({ dueAt }: AttemptOptions) => Math.ceil(Math.max(0, Math.min(limits.timeoutMs, dueAt - now())));

  async function attempt(messages: Messages, options: AttemptOptions): Promise<Called> {
    await rest(options);
    const called = await callOnce(endpoint, messages, { ...options, timeoutMs: timeoutMsOf(options), isPlain });
    if (isPlain || called.ok || !formRefused.has(called.status)) return called;
    await rest(options);
    const plain = await callOnce(endpoint, messages, { ...options, timeoutMs: timeoutMsOf(options), isPlain: true });
    // Only what came of it shows that it was the form which was refused, and not this answer or this moment.
    if (plain.ok || plain.code === 'INVALID_OUTPUT') isPlain = true;
    return plain;
  }

  return async (messages, { signal, outputTokensMax, dueAt = Number.POSITIVE_INFINITY }) => {
    // A call that is made again costs again.
    let spent = nothing;
    const fail = (code: CallFailure, isRetryable: boolean): Called => ({ ok: false, code, isRetryable, tokens: spent });
    const tooLate = new AbortController();
    const timer = Number.isFinite(dueAt) ? setTimeout(() => tooLate.abort(), Math.max(0, dueAt - now())) : undefined;
    const waiting = untilAborted(AbortSignal.any([signal, tooLate.signal]));
    try {
      const called = policy.execute(async (context): Promise<Called> => {
        waiting.end();
        if (dueAt <= now()) throw tooLateToAsk;
        const attempted = await attempt(messages, { signal: context.signal, outputTokensMax, dueAt });
        spent = sum(spent, attempted.tokens);
        if (!attempted.ok && attempted.code === 'ABORTED') throw context.signal.reason;
        return { ...attempted, tokens: spent };
      }, signal);
      return await Promise.race([called, waiting.aborted]);
    } catch (error) {
      if (signal.aborted) return fail('ABORTED', true);
      if (error === leftAlone) return fail('RATE_LIMITED', false);
      if (error instanceof BrokenCircuitError) return fail('UNAVAILABLE', false);
      if (error instanceof BulkheadRejectedError) return fail('BUSY', true);
      if (error === tooLateToAsk || tooLate.signal.aborted) return fail('TIMEOUT', true);
      throw error;
    } finally {
      waiting.end();
      clearTimeout(timer);
    }
  };
}

/** A promise that rejects when a signal is aborted before it ends: who waits in a row must not be kept there. */
function untilAborted(signal: AbortSignal): { aborted: Promise<never>; end: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return { aborted: promise, end: () => signal.removeEventListener('abort', onAbort) };
}

type AttemptOptions = Required<CallOptions>;

async function callOnce(
  { model }: Endpoint,
  { system, prompt }: Messages,
  { signal, outputTokensMax, timeoutMs, isPlain }: AttemptOptions & { timeoutMs: number; isPlain: boolean },
): Promise<Called> {
  const limit = AbortSignal.timeout(timeoutMs);
  // What was sent is paid for, whatever becomes of it.
  const sent = { input: estimateTokens(system + prompt), output: 0 };
  const asked = {
    model,
    system,
    prompt,
    maxOutputTokens: outputTokensMax,
    maxRetries: 0,
    abortSignal: AbortSignal.any([signal, limit]),
  };
  const steady = { temperature: 0, seed: 1, output: Output.object({ schema: judgementSchema }) };
  try {
    const { text, usage, response } = isPlain ? await generateText(asked) : await generateText({ ...asked, ...steady });
    const tokens = tokensOf(usage, sent, text);
    const judgement = readJudgement(text);
    if (!judgement) return { ok: false, code: 'INVALID_OUTPUT', isRetryable: false, text, tokens };
    return { ok: true, judgement, text, answeredBy: plainLine(response.modelId, NAME_CHARS_MAX), tokens };
  } catch (error) {
    if (NoObjectGeneratedError.isInstance(error)) {
      const text = error.text ?? '';
      return { ok: false, code: 'INVALID_OUTPUT', isRetryable: false, text, tokens: tokensOf(error.usage, sent, text) };
    }
    return { ok: false, ...failureOf(error, { signal, limit }), tokens: sent };
  }
}

function tokensOf(
  usage: { inputTokens: number | undefined; outputTokens: number | undefined } | undefined,
  sent: Tokens,
  text: string,
): Tokens {
  const trusted = (count: number | undefined, estimate: number) =>
    count !== undefined && Number.isInteger(count) && count > 0 && count <= TOKENS_MAX ? count : estimate;
  return { input: trusted(usage?.inputTokens, sent.input), output: trusted(usage?.outputTokens, estimateTokens(text)) };
}

function failureOf(
  error: unknown,
  { signal, limit }: { signal: AbortSignal; limit: AbortSignal },
): { code: CallFailure; isRetryable: boolean; status?: number | undefined } {
  if (signal.aborted) return { code: 'ABORTED', isRetryable: true };
  if (limit.aborted) return { code: 'TIMEOUT', isRetryable: true };
  if (isTooLarge(error)) return { code: 'OUTPUT_TOO_LARGE', isRetryable: false };
  const status = APICallError.isInstance(error) ? error.statusCode : undefined;
  if (status === 429) return { code: 'RATE_LIMITED', isRetryable: true };
  const isAskedWrongly = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 409;
  return isAskedWrongly ? { code: 'REFUSED', isRetryable: false, status } : { code: 'FAILED', isRetryable: true };
}

function isTooLarge(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++)
    // What an endpoint says of itself in an error is not believed.
    if (cause.message === TOO_LARGE && !APICallError.isInstance(cause)) return true;
  return false;
}
