import type { z } from 'zod';
import { commandRoles, type Down, downSchema, limits, SUBPROTOCOL, type Up, upSchema } from '../protocol.ts';
import { createSchemas, type JsonSchema } from './schemas.ts';
import { version } from './version.ts';

// The WebSocket as AsyncAPI sees it: the service receives what is up and sends what is down.

/** What follows a frame from a client, as PROTOCOL.md has it. */
const upSummaries: Record<Up['type'], string> = {
  hello: 'first frame, once; answered by welcome',
  ping: 'answered by pong',
  'interview.start': 'asks the first question; consent: true where the plan has a consent text',
  'answer.submit': 'takes the answer to the current prompt and has it evaluated',
  'answer.draft': 'keeps the text; it becomes the answer if time runs out',
  'prompt.skip': 'goes on without an answer to this prompt',
  'interview.pause': "stops the candidate's clock, within the pause budget",
  'interview.resume': 'lets it run again',
  'interview.end': 'completes as ended, before the start as declined',
  'interview.cancel': 'completes as cancelled',
  'deadline.extend': 'adds time to the prompt and the whole interview, before the start to the invitation',
  'accommodation.change': "stretches the candidate's time or takes its limits away (M32); one of the two at least",
};

/** When the service sends a frame, as PROTOCOL.md has it. */
const downSummaries: Record<Down['type'], string> = {
  welcome: 'once, after hello',
  view: 'after each commit, and for reviewers when the candidate comes or goes: the whole state as this role may see it',
  ack: 'the command is committed; seq is its record',
  error: 'a command was refused (id), or the connection is about to close',
  record: 'after each commit, before its view',
  notice:
    'evaluating, superseded, restarting; deadline-soon a minute before a prompt, the interview or a pause runs out',
  pong: 'answer to ping',
};

/** One frame. */
export interface Message {
  name: string;
  title: string;
  summary: string;
  contentType: string;
  payload: JsonSchema;
  /** Who sends it, of frames up. */
  'x-role'?: string;
}

interface Ref {
  $ref: string;
}

/** One kind of exchange on the socket, from the service's side. */
export interface SocketOperation {
  action: 'receive' | 'send';
  channel: Ref;
  summary: string;
  messages: Ref[];
  reply?: { channel: Ref; messages: Ref[] };
}

/** An AsyncAPI document, as far as this service writes one. */
export interface AsyncApi {
  asyncapi: string;
  info: { title: string; version: string; description: string };
  defaultContentType: string;
  channels: Record<
    string,
    { address: string; description: string; messages: Record<string, Ref>; [more: string]: unknown }
  >;
  operations: Record<string, SocketOperation>;
  components: { messages: Record<string, Message>; schemas: Record<string, JsonSchema> };
}

const channel: Ref = { $ref: '#/channels/interview' };
const inChannel = (type: string): Ref => ({ $ref: `#/channels/interview/messages/${type}` });

function typeOf(schema: z.ZodObject): string {
  return (schema.shape.type as z.ZodLiteral<string>).value;
}

/** Build the AsyncAPI document of the socket. */
export function describeSocket(): AsyncApi {
  const schemas = createSchemas();
  const commands = Object.keys(commandRoles) as (keyof typeof commandRoles)[];

  function toMessage(schema: z.ZodObject): [string, Message] {
    const name = typeOf(schema);
    const isUp = name in upSummaries;
    const summary = isUp ? upSummaries[name as Up['type']] : downSummaries[name as Down['type']];
    return [
      name,
      {
        name,
        title: name,
        summary,
        contentType: 'application/json',
        payload: schemas.toJson(schema, isUp ? 'input' : 'output'),
        ...(isUp ? { 'x-role': commandRoles[name as (typeof commands)[number]] ?? 'anyone' } : {}),
      },
    ];
  }

  const messages = Object.fromEntries([...upSchema.options, ...downSchema.options].map(toMessage));

  return {
    asyncapi: '3.0.0',
    info: {
      title: `viva, ${SUBPROTOCOL}`,
      version,
      description: 'The WebSocket of one interview. PROTOCOL.md has its rules, /openapi.json the addresses around it.',
    },
    defaultContentType: 'application/json',
    channels: {
      interview: {
        address: '/api/interviews/{id}/socket',
        description: `Text frames, one JSON object each, at most ${limits.frameBytesMax} bytes.`,
        parameters: { id: { description: 'The interview.' } },
        messages: Object.fromEntries(
          Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: {
          ws: {
            method: 'GET',
            headers: {
              type: 'object',
              properties: { 'Sec-WebSocket-Protocol': { type: 'string', const: SUBPROTOCOL } },
            },
            bindingVersion: '0.1.0',
          },
        },
      },
    },
    operations: {
      connect: {
        action: 'receive',
        channel,
        summary: 'The first frame opens the interview with a ticket.',
        messages: [inChannel('hello')],
        reply: { channel, messages: ['welcome', 'error'].map(inChannel) },
      },
      command: {
        action: 'receive',
        channel,
        summary: 'An ask that may be refused. The same id again is the same outcome again.',
        messages: commands.map(inChannel),
        reply: { channel, messages: ['ack', 'error'].map(inChannel) },
      },
      ping: {
        action: 'receive',
        channel,
        summary: 'Whether somebody is there, and what time it is.',
        messages: [inChannel('ping')],
        reply: { channel, messages: [inChannel('pong')] },
      },
      follow: {
        action: 'send',
        channel,
        summary: 'What happens in the interview; records go to reviewers and operators.',
        messages: ['view', 'record', 'notice'].map(inChannel),
      },
      close: {
        action: 'send',
        channel,
        summary: 'Why the connection is about to close.',
        messages: [inChannel('error')],
      },
    },
    components: { messages, schemas: schemas.byName },
  };
}
