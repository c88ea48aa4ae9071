import specs from '@asyncapi/specs';
import { Ajv, type AnySchema } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { commandRoles, downSchema, upSchema } from '../../src/protocol.ts';
import { describeSocket, type SocketOperation } from '../../src/routes/asyncapi.ts';
import { ADMIN_KEY, build, command, type TestSocket, viewWhere } from '../support/app.ts';
import { toPointer, validatorOf } from '../support/described.ts';
import { readText, section, tableRows } from '../support/pages.ts';

// Rule T25: the description of the socket.

const document = describeSocket();
const { messages } = document.components;
const problemsOf = validatorOf(document);
const problemsOfFrame = (frame: { type: string }) =>
  problemsOf(toPointer('components', 'messages', frame.type, 'payload'), frame);

test('[T25] the AsyncAPI document is valid and what is served', async () => {
  const { request } = await build();
  const { body, headers } = await request('/asyncapi.json');
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(body).toEqual(JSON.parse(JSON.stringify(document)));
  // The schema brings its own copy of the dialect it is written in.
  const ajv = new Ajv({ strict: false, logger: false, meta: false, validateSchema: false });
  addFormats.default(ajv);
  const validate = ajv.compile(specs.schemas['3.0.0'] as AnySchema);
  validate(body);
  expect(validate.errors).toBe(null);
  expect(body.asyncapi).toBe('3.0.0');
});

test('[T25] every frame is in it, in the words of PROTOCOL.md, and no other', () => {
  const page = readText('PROTOCOL.md');
  const up = tableRows(section(page, '## Up: client to service')).map(([type, , who, what]) => [type, what, who]);
  const down = tableRows(section(page, '## Down: service to client')).map(([type, , , what]) => [
    type,
    what,
    undefined,
  ]);
  const described = Object.values(messages).map((message) => [message.name, message.summary, message['x-role']]);
  expect(described).toEqual([...up, ...down]);
  expect(Object.keys(document.channels.interview?.messages ?? {})).toEqual(Object.keys(messages));
});

test('[T25] every frame has its operation, and goes in its direction', () => {
  const types = (operations: SocketOperation[], of: (operation: SocketOperation) => { $ref: string }[]) =>
    new Set(operations.flatMap(of).map(({ $ref }) => $ref.split('/').at(-1)));
  const operations = Object.values(document.operations);
  const isSent = ({ action }: SocketOperation) => action === 'send';
  const received = types(
    operations.filter((operation) => !isSent(operation)),
    (operation) => operation.messages,
  );
  const sent = types(operations, (operation) => [
    ...(isSent(operation) ? operation.messages : []),
    ...(operation.reply?.messages ?? []),
  ]);
  expect(received).toEqual(new Set(upSchema.options.map(({ shape }) => shape.type.value)));
  expect(sent).toEqual(new Set(downSchema.options.map(({ shape }) => shape.type.value)));
});

test('[T25] a frame of every type, as it went over a socket, is what the document says', async () => {
  const { create, enter, ticket, open } = await build();
  const { id, candidateToken, reviewerToken } = await create({ candidate: { name: 'Ada' } });
  const sent: { type: string }[] = [];
  function say(socket: TestSocket, frame: { type: string }): void {
    sent.push(frame);
    socket.send(frame);
  }
  const reviewer = await enter(id, reviewerToken);
  const operator = await enter(id, ADMIN_KEY);
  const candidate = open(id);
  say(candidate, { type: 'hello', ticket: await ticket(id, candidateToken), lastSeq: 1 } as { type: string });
  await candidate.next('welcome');
  say(candidate, { type: 'ping' });
  await candidate.next('pong');
  async function give(socket: TestSocket, frame: { type: string }) {
    say(socket, frame);
    await socket.next('ack');
  }
  await give(candidate, command('interview.start', { consent: true }));
  await give(candidate, command('interview.pause'));
  await give(candidate, command('interview.resume'));
  await give(candidate, command('answer.draft', { promptId: 'water', text: 'boi' }));
  await give(operator, command('deadline.extend', { byMs: 60_000, reason: 'a call' }));
  await give(operator, command('accommodation.change', { timeMultiplier: 1.5 }));
  await give(candidate, command('answer.submit', { promptId: 'water', text: 'boiling water' }));
  await viewWhere(candidate, ({ prompt }) => prompt?.id === 'time');
  await give(candidate, command('prompt.skip', { promptId: 'time' }));
  await viewWhere(candidate, ({ state }) => state === 'COMPLETE');
  say(candidate, command('interview.end'));
  await candidate.next('error');
  say(operator, command('interview.cancel'));
  await operator.next('error');
  await viewWhere(reviewer, ({ state }) => state === 'COMPLETE');

  const received = [candidate, reviewer, operator].flatMap(({ texts }) => texts.map((text) => JSON.parse(text)));
  for (const frame of [...sent, ...received]) expect([frame.type, problemsOfFrame(frame)]).toEqual([frame.type, []]);
  expect(new Set(sent.map(({ type }) => type))).toEqual(new Set(['hello', 'ping', ...Object.keys(commandRoles)]));
  expect(new Set(received.map(({ type }) => type))).toEqual(
    new Set(downSchema.options.map(({ shape }) => shape.type.value)),
  );
});

test('[T25] what no client may send is not what the document says', () => {
  const id = '9f0c3a52-6d0b-4c7e-8f7e-0d9a4f6b2c11';
  expect(problemsOfFrame({ type: 'prompt.skip', id, promptId: 'q' } as { type: string })).toEqual([]);
  expect(problemsOfFrame({ type: 'prompt.skip', id: '1', promptId: 'q' } as { type: string })).not.toEqual([]);
  expect(problemsOfFrame({ type: 'prompt.skip', id } as { type: string })).not.toEqual([]);
  expect(problemsOfFrame({ type: 'deadline.extend', id, byMs: 0 } as { type: string })).not.toEqual([]);
});
