import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModel } from 'ai';
import { type EndpointSettings, namedProviders } from '../../config.ts';
import { waitAsked } from './ratelimit.ts';

/** Of a response no more is read; a judgement of 50 points is a tenth of it. Units: bytes. */
const RESPONSE_BYTES_MAX = 256 * 1024;

/** Its message is all that is told of a response that is too large. */
export const TOO_LARGE = 'the response is too large';

export interface Endpoint {
  model: LanguageModel;
  /** Provider and model as they are stored with an evaluation. */
  provider: string;
  name: string;
  /** Until when the endpoint wants to be left alone. Units: ms since 1970 UTC; 0 = it is free. */
  closedUntil(): number;
}

/** Said here, because the libraries would otherwise let OPENAI_BASE_URL or ANTHROPIC_BASE_URL say where the key goes. */
const addresses: Record<(typeof namedProviders)[number], string> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
};

/** A fetch that follows no redirect, with its key, to another address, and reads only so much. */
function boundedFetch(onHeaders: (headers: Headers) => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error' });
    onHeaders(response.headers);
    let bytes = 0;
    const bounded = response.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength;
          if (bytes > RESPONSE_BYTES_MAX) controller.error(new Error(TOO_LARGE));
          else controller.enqueue(chunk);
        },
      }),
    );
    return new Response(bounded ?? null, response);
  };
}

function modelOf({ url, model, key }: EndpointSettings, fetch: typeof globalThis.fetch): LanguageModel {
  // Whoever asks for no key, as a server on the own machine, is given none.
  const settings = { apiKey: key ?? '', fetch };
  const byName: Record<(typeof namedProviders)[number], (baseURL: string) => LanguageModel> = {
    openai: (baseURL) => createOpenAI({ ...settings, baseURL })(model),
    anthropic: (baseURL) => createAnthropic({ ...settings, baseURL })(model),
    google: (baseURL) => createGoogle({ ...settings, baseURL })(model),
  };
  const named = namedProviders.find((name) => name === url);
  if (named) return byName[named](addresses[named]);
  return createOpenAICompatible({
    name: 'llm',
    baseURL: url.replace(/\/+$/, ''),
    ...(key === undefined ? {} : { apiKey: key }),
    supportsStructuredOutputs: true,
    fetch,
  }).chatModel(model);
}

// What a provider does not support it leaves out; that is not worth a line on stderr with each call.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** Open an endpoint. Nothing is asked of it yet. */
export function openEndpoint(settings: EndpointSettings, now: () => number): Endpoint {
  let closedUntil = 0;
  const fetch = boundedFetch((headers) => {
    const wait = waitAsked(headers, now());
    if (wait > 0) closedUntil = Math.max(closedUntil, now() + wait);
  });
  return {
    model: modelOf(settings, fetch),
    provider: namedProviders.find((name) => name === settings.url) ?? new URL(settings.url).host,
    name: settings.model,
    closedUntil: () => closedUntil,
  };
}
