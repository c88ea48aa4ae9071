import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { LlmSettings } from '../../src/config.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';

/** What a model was asked, as its endpoint reads it. */
export interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
  body: { model: string; messages: { role: string; content: string }[] } & Record<string, unknown>;
  system: string;
  prompt: string;
  points: { id: string; text: string; alsoSaidAs?: string[] }[];
  question: string;
  /** The answers, as data. */
  data: { answer: string; answersToFollowUps?: string[] };
  /** The word that must not be repeated. */
  canary: string;
}

export type Behaviour = (asked: Asked, response: ServerResponse, nth: number) => void;

/** A judged point as a model says it. */
export interface Said {
  id: string;
  quote: string;
  reason: string;
  verdict: string;
}

function read(path: string, headers: IncomingHttpHeaders, text: string): Asked {
  const body = JSON.parse(text) as Asked['body'];
  const [system = '', prompt = ''] = body.messages.map(({ content }) => content);
  const rubric = JSON.parse(system.slice(system.lastIndexOf('\n') + 1)) as {
    question: string;
    rubric: Asked['points'];
  };
  return {
    path,
    headers,
    body,
    system,
    prompt,
    points: rubric.rubric,
    question: rubric.question,
    data: JSON.parse(prompt.split('\n')[1] ?? '') as Asked['data'],
    canary: /Never write the word (\w+)/.exec(system)?.[1] ?? '',
  };
}

/** Answer as an endpoint that speaks like OpenAI's does. */
export function complete(
  response: ServerResponse,
  content: unknown,
  usage: unknown = { prompt_tokens: 900, completion_tokens: 100 },
): void {
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      id: 'c1',
      created: 1,
      model: 'm-2026-01-01',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: typeof content === 'string' ? content : JSON.stringify(content) },
        },
      ],
      usage,
    }),
  );
}

/** A model that reads: it finds what the embedded evaluator finds, and quotes it. */
export function honest({ question, points, data }: Asked): { points: Said[]; flags: string[] } {
  const found = evaluateRubric({
    question,
    rubric: {
      threshold: 0.6,
      points: points.map(({ id, text, alsoSaidAs = [] }) => ({ id, text, weight: 1, alternatives: alsoSaidAs })),
    },
    answer: data.answer,
    followUps: (data.answersToFollowUps ?? []).map((answer) => ({ prompt: '', answer })),
  });
  return {
    points: found.points.map(({ id, verdict, evidence }) => ({
      id,
      verdict,
      quote: evidence[0]?.quote.slice(0, 200) ?? '',
      reason: `It is ${verdict}.`,
    })),
    flags: found.flags.filter((flag) => flag === 'non-answer'),
  };
}

/** Every point with one verdict and one quote. */
export function sayAll(
  points: readonly { id: string }[],
  verdict: string,
  quote: string,
): { points: Said[]; flags: string[] } {
  return { points: points.map(({ id }) => ({ id, verdict, quote, reason: 'So it is.' })), flags: [] };
}

/** A server in the place of a model. */
export interface ModelServer {
  settings: LlmSettings;
  asked: Asked[];
  close(): void;
}

export async function startModelServer(behave: Behaviour): Promise<ModelServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const one = read(request.url ?? '', request.headers, text);
      behave(one, response, asked.push(one));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
    settings: {
      url: `http://127.0.0.1:${port}/v1`,
      model: 'm',
      key: 'key-of-the-endpoint',
      timeoutMs: 10_000,
      callsMax: 8,
      interviewTokensMax: 1_000_000,
    },
  };
}

/** One that ends with the test. */
export async function modelServer(behave: Behaviour): Promise<ModelServer> {
  const server = await startModelServer(behave);
  onTestFinished(server.close);
  return server;
}
