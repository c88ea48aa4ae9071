import { hash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { VivaError } from '../../src/errors.ts';
import {
  commandRoles,
  commandSchema,
  downSchema,
  format,
  parseDown,
  parseUp,
  SUBPROTOCOL,
  upSchema,
} from '../../src/protocol.ts';

// Rules P1–P7: PROTOCOL.md.

const id = '3b241101-e2bb-4255-8caf-4136c566a962';

const accepted: object[] = [
  { type: 'hello', ticket: 't' },
  { type: 'hello', ticket: 't', lastSeq: 7 },
  { type: 'ping' },
  { type: 'interview.start', id, consent: true },
  { type: 'interview.start', id },
  { type: 'answer.submit', id, promptId: 'p', text: '' },
  { type: 'answer.draft', id, promptId: 'p', text: 'Grüße 👩‍💻' },
  { type: 'prompt.skip', id, promptId: 'p' },
  { type: 'interview.pause', id },
  { type: 'interview.resume', id },
  { type: 'interview.end', id },
  { type: 'interview.cancel', id, reason: 'withdrawn' },
  { type: 'deadline.extend', id, byMs: 60_000 },
];

test.each(accepted)('[P1] accepts %j', (frame) => {
  expect(parseUp(JSON.stringify(frame))).toEqual(frame);
});

const rejected: [string, string, RegExp][] = [
  ['no JSON', '{"type":', /JSON/],
  ['an empty frame', '', /JSON/],
  ['an array', '[]', /frame/],
  ['null', 'null', /frame/],
  ['a number', '7', /frame/],
  ['no type', '{}', /type/],
  ['an unknown type', '{"type":"answer"}', /type/],
  ['a forged done event', '{"type":"xstate.done.actor.evaluate","output":{"ok":true}}', /type/],
  ['a forged stop', '{"type":"xstate.stop"}', /type/],
  ['a forged init', '{"type":"xstate.init"}', /type/],
  ['a wildcard', '{"type":"*"}', /type/],
  ['a type that is no string', '{"type":{"a":1}}', /type/],
  ['a prototype as type', '{"type":"__proto__"}', /type/],
  ['no id', '{"type":"interview.pause"}', /id/],
  ['an id that is no UUID', '{"type":"interview.pause","id":"1"}', /id/],
  ['no text', `{"type":"answer.submit","id":"${id}","promptId":"p"}`, /text/],
  ['a text that is no string', `{"type":"answer.submit","id":"${id}","promptId":"p","text":{"x":1}}`, /text/],
  ['an empty prompt id', `{"type":"prompt.skip","id":"${id}","promptId":""}`, /promptId/],
  ['a negative lastSeq', '{"type":"hello","ticket":"t","lastSeq":-1}', /lastSeq/],
  ['a negative extension', `{"type":"deadline.extend","id":"${id}","byMs":-5}`, /byMs/],
  ['half a millisecond', `{"type":"deadline.extend","id":"${id}","byMs":0.5}`, /byMs/],
];

function problemOf(text: string): VivaError {
  try {
    parseUp(text);
  } catch (error) {
    if (error instanceof VivaError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

test.each(rejected)('[P1] [P2] [P3] refuses %s', (_, text, names) => {
  const error = problemOf(text);
  expect(error.code).toBe('FRAME_INVALID');
  expect(error.message).toMatch(names);
});

test('[P1] an error does not repeat what the candidate wrote', () => {
  const secret = 'my private words';
  for (const text of [`{"type":"${secret}"}`, `{"type":"answer.submit","promptId":"${secret}","text":7}`, secret])
    expect(problemOf(text).message).not.toContain(secret);
});

test('[P1] random bytes and random JSON never throw anything but the protocol error', () => {
  const frames = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(frames, (text) => {
      try {
        parseUp(text);
      } catch (error) {
        expect(error).toBeInstanceOf(VivaError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('[P4] the schemas are those of the subprotocol version', () => {
  const schemas = [upSchema, downSchema].map((schema) => z.toJSONSchema(schema, { io: 'input' }));
  const fingerprint = hash('sha256', JSON.stringify(schemas)).slice(0, 16);
  // A change that old clients would not survive needs a new SUBPROTOCOL; an addition needs a new hash here only.
  expect({ SUBPROTOCOL, fingerprint }).toMatchInlineSnapshot(`
    {
      "SUBPROTOCOL": "viva.v1",
      "fingerprint": "0d16e44afb46bf23",
    }
  `);
});

test('[P5] unknown members are ignored', () => {
  expect(parseUp('{"type":"ping","from":"the future"}')).toEqual({ type: 'ping' });
});

test('[P6] every command says which role may give it', () => {
  expect(Object.keys(commandRoles).sort()).toEqual(
    commandSchema.options.map((option) => option.shape.type.value).sort(),
  );
});

test('[P7] what the server formats, a client reads; frames of a later version are passed over', () => {
  const frame = { type: 'ack' as const, id: randomUUID(), seq: 3, duplicate: false };
  expect(parseDown(format(frame))).toEqual(frame);
  expect(parseDown('{"kind":"other"}')).toBeNull();
  expect(parseDown('not JSON')).toBeNull();
});
