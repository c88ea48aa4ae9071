import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { expect, test, vi } from 'vitest';
import { ADMIN_KEY, build, command, viewWhere } from '../support/app.ts';
import { run, runWith } from '../support/cli.ts';
import { makePath, openSqlite } from '../support/journal.sqlite.ts';
import { openRelay, receiveFrom } from '../support/relay.ts';

/** A service on a file, with one interview that is over. */
async function serve() {
  const path = makePath();
  const app = await build({ journal: openSqlite(path) });
  const { id, candidateToken } = await app.create({ candidate: { name: 'Ada' } });
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'water');
  socket.send(command('answer.submit', { promptId: 'water', text: 'the hottest that a kettle makes' }));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
  socket.send(command('interview.end'));
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  return { app, id, store: `sqlite:${path}` };
}

const course = ['xstate.init', 'interview.start', 'answer.submit', 'xstate.done.actor.evaluate', 'interview.end'];
const eventsOf = (events: readonly StatelyInspectionEvent[], id: string) =>
  events.flatMap((one) => (one.type === '@xstate.event' && one.sessionId === id ? one.event.type : []));

test("[X1] [X5] a finished interview is sent to the package's own receiver, beside the service", async () => {
  const { app, id, store } = await serve();
  const before = await app.journal.load(id);
  const relay = await openRelay();
  const events = await receiveFrom(relay);
  const ran = await run('inspect', id, '--url', relay.url, '--store', store);
  expect(ran).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^interview \S+: \d+ events sent\n$/) });
  await vi.waitFor(() => expect(ran.out).toContain(`: ${events.length} events sent`));
  expect(eventsOf(events, id)).toEqual(course);
  expect(events[0]).toMatchObject({ type: '@xstate.actor', sessionId: id, rootId: id, name: 'interview' });
  expect(events.at(-1)).toMatchObject({ type: '@xstate.snapshot', snapshot: { status: 'done', value: 'COMPLETE' } });
  expect(JSON.stringify(events)).not.toMatch(/kettle|Ada/);
  expect(await app.journal.load(id)).toEqual(before);
});

test('[X2] [X5] without a receiver the events are lines of JSON, with what people wrote where that is asked for', async () => {
  const { id, store } = await serve();
  const read = async (...more: string[]) => {
    const { code, out } = await run('inspect', id, '--store', store, ...more);
    expect(code).toBe(0);
    return out;
  };
  const lines = (await read()).trim().split('\n');
  expect(
    eventsOf(
      lines.map((line) => JSON.parse(line)),
      id,
    ),
  ).toEqual(course);
  expect(lines.join()).not.toMatch(/kettle|Ada/);
  const full = await read('--with-text');
  expect(full).toContain('the hottest that a kettle makes');
  expect(full).not.toContain('Ada');
});

test('[X5] the receiver of VIVA_INSPECT is the one where none is named', async () => {
  const { id, store } = await serve();
  const relay = await openRelay();
  const events = await receiveFrom(relay);
  expect(await runWith({ VIVA_INSPECT: relay.url }, 'inspect', id, '--store', store)).toMatchObject({ code: 0 });
  await vi.waitFor(() => expect(eventsOf(events, id)).toEqual(course));
});

test('[X2] [X5] of an erased interview the course is left, whatever is asked for', async () => {
  const { app, id, store } = await serve();
  await app.request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY });
  const { code, out } = await run('inspect', id, '--store', store, '--with-text');
  expect(code).toBe(0);
  expect(out).toContain('answer.submit');
  expect(out).not.toMatch(/kettle|Ada/);
});

test('[X5] an interview that is not there is told with 1, a wrong command or receiver with 2', async () => {
  const { id, store } = await serve();
  expect(await run('inspect', 'nobody', '--store', store)).toMatchObject({ code: 1, out: '' });
  const gone = await openRelay();
  await gone.close();
  for (const [argv, words] of [
    [[], 'name one interview'],
    [['a', 'b'], 'name one interview'],
    [[id, '--loud'], '--loud'],
    [[id, '--url', 'http://127.0.0.1'], 'ws://127.0.0.1:8080'],
    [[id, '--store', 'nonsense'], 'VIVA_STORE'],
    [[id, '--store', store, '--url', gone.url], 'nobody receives'],
  ] as const) {
    const { code, out, err } = await run('inspect', ...argv);
    expect([argv, code, out]).toEqual([argv, 2, '']);
    expect(err).toContain(words);
  }
  const { code, out } = await run('inspect', '--help');
  expect([code, out]).toEqual([0, expect.stringMatching(/^Usage: viva inspect ID /)]);
});
