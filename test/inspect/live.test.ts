import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { expect, test, vi } from 'vitest';
import { inspectJournal, RECORDS_WAITING_MAX } from '../../src/inspect/live.ts';
import { connectReceiver } from '../../src/inspect/receiver.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { ADMIN_KEY, build, command, viewWhere } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { openRelay, type Relay, receiveFrom } from '../support/relay.ts';

// A service that tells an inspector what it commits, while it commits it.

async function serve(url: string, clock = manualClock()) {
  const warnings: string[] = [];
  const log = { warn: (_details: object, message: string) => void warnings.push(message) };
  const journal = inspectJournal(createMemoryJournal(), { url, clock, log });
  return { app: await build({ journal }), clock, warnings };
}

type Served = Awaited<ReturnType<typeof serve>>;

async function begin({ app }: Served) {
  const { id, candidateToken } = await app.create({ candidate: { name: 'Ada Lovelace' } });
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'water');
  return { id, socket };
}

/** Wait until a relay hears a service, which tells by the interviews that it is told of. */
async function untilHeard(served: Served, relay: Relay): Promise<void> {
  await vi.waitFor(async () => {
    await served.app.create();
    expect(relay.heardCount).toBeGreaterThan(0);
  });
}

const eventsOf = (events: readonly StatelyInspectionEvent[], id: string) =>
  events.flatMap((one) => (one.type === '@xstate.event' && one.sessionId === id ? one.event.type : []));

const stateOf = (one: StatelyInspectionEvent | undefined) =>
  one && 'snapshot' in one ? (one.snapshot as { value?: unknown }).value : undefined;

test("[X3] every commit is told in order to the package's own receiver, without what people wrote", async () => {
  const relay = await openRelay();
  const events = await receiveFrom(relay);
  const served = await serve(relay.url);
  await untilHeard(served, relay);
  const { id, socket } = await begin(served);
  socket.send(command('answer.submit', { promptId: 'water', text: 'the hottest that a kettle makes' }));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
  socket.send(command('prompt.skip', { promptId: 'time' }));
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  const course = ['interview.start', 'answer.submit', 'xstate.done.actor.evaluate', 'prompt.skip'];
  await vi.waitFor(() => expect(eventsOf(events, id)).toEqual(['xstate.init', ...course]));
  await vi.waitFor(() => expect(stateOf(events.findLast(({ sessionId }) => sessionId === id))).toBe('COMPLETE'));
  const first = events.find(({ sessionId }) => sessionId === id);
  expect(first).toMatchObject({ type: '@xstate.actor', name: 'interview', rootId: id, snapshot: { value: 'IDLE' } });
  expect(JSON.stringify(events)).not.toMatch(/kettle|Ada|Lovelace/);
  expect(served.warnings).toEqual([]);
});

test('[X3] [X4] a receiver that comes late, or back, hears each interview from where it stands then', async () => {
  const gone = await openRelay();
  await gone.close();
  const served = await serve(gone.url);
  const { id, socket } = await begin(served);
  const relay = await openRelay(gone.port);
  const events = await receiveFrom(relay);
  const connected = relay.next();
  // The first try found nobody; it is repeated by the service's clock.
  await vi.waitFor(() => expect(served.clock.waitingCount).toBe(1));
  served.clock.advance(1_000);
  const inspector = await connected;
  await untilHeard(served, relay);
  socket.send(command('answer.draft', { promptId: 'water', text: 'nearly' }));
  await vi.waitFor(() => expect(eventsOf(events, id)).toEqual(['answer.draft']));
  expect(events.find(({ sessionId }) => sessionId === id)).toMatchObject({
    type: '@xstate.actor',
    snapshot: { value: { QUESTIONING: 'ANSWERING' } },
  });

  inspector.terminate();
  await vi.waitFor(() => expect(served.clock.waitingCount).toBe(1));
  socket.send(command('interview.pause'));
  await viewWhere(socket, ({ paused }) => paused);
  const again = relay.next();
  served.clock.advance(1_000);
  await again;
  const before = relay.heardCount;
  await vi.waitFor(async () => {
    await served.app.create();
    expect(relay.heardCount).toBeGreaterThan(before);
  });
  socket.send(command('interview.resume'));
  await vi.waitFor(() => expect(eventsOf(events, id)).toEqual(['answer.draft', 'interview.resume']));
  const actors = events.filter(({ type, sessionId }) => type === '@xstate.actor' && sessionId === id);
  expect(actors.map(stateOf)).toEqual([{ QUESTIONING: 'ANSWERING' }, { QUESTIONING: 'PAUSED' }]);
});

test('[X4] nobody at the address, and a receiver that takes nothing, hold up no interview', async () => {
  const gone = await openRelay();
  await gone.close();
  const deaf = await openRelay();
  const connected = deaf.next();
  for (const { url } of [gone, deaf]) {
    const served = await serve(url);
    if (url === deaf.url) (await connected).pause();
    const made = await Promise.all(Array.from({ length: 40 }, () => served.app.create()));
    const { socket } = await begin(served);
    // Each draft is told with the whole context: more than a socket that nobody reads may hold.
    for (let sent = 0; sent < 200; sent += 1) {
      socket.send(command('answer.draft', { promptId: 'water', text: `${'kettle '.repeat(100)}${sent}` }));
      await socket.next('ack');
    }
    socket.send(command('prompt.skip', { promptId: 'water' }));
    await viewWhere(socket, ({ prompt }) => prompt?.id === 'time');
    expect(made).toHaveLength(40);
    expect(served.warnings).toEqual([]);
  }
});

test('[X4] a receiver that takes nothing is sent nothing more from some MiB on, and is not waited for', async () => {
  const relay = await openRelay();
  const connected = relay.next();
  const receiver = await connectReceiver(relay.url);
  (await connected).pause();
  const told = { type: '@xstate.event', event: { type: 'x'.repeat(100_000) }, sessionId: 'i', rootId: 'i' } as const;
  let sentCount = 0;
  for (; receiver.isReady && sentCount < 1_000; sentCount += 1)
    receiver.send([{ ...told, createdAt: '1', id: null, _version: '0' }]);
  expect(sentCount).toBeLessThan(100);
  expect(await receiver.close(1)).toBe(false);
});

test('[X4] of records that come faster than they are told the oldest are left out, and what follows is whole', async () => {
  const relay = await openRelay();
  const events = await receiveFrom(relay);
  const served = await serve(relay.url);
  await untilHeard(served, relay);
  const { id } = await begin(served);
  const { journal } = served.app;
  // Straight into the journal, in one turn: nothing can be told in between.
  const loaded = await journal.load(id);
  const last = loaded?.records.at(-1);
  if (!loaded || !last) throw new Error('the interview is gone');
  const told = eventsOf(events, id).length;
  const count = RECORDS_WAITING_MAX + 50;
  const appends = [];
  for (let index = 1; index <= count; index += 1) {
    const seq = last.seq + index;
    const event = { type: 'answer.draft', at: last.at + index, promptId: 'water', text: `draft ${index}` };
    const record = { ...last, seq, at: event.at, event, facts: [], hash: `h${seq}`, command: undefined };
    const previousHash = index === 1 ? last.hash : `h${seq - 1}`;
    appends.push(
      journal.append({
        interviewId: id,
        epoch: loaded.head.epoch,
        record: JSON.parse(JSON.stringify(record)),
        previousHash,
        state: 'QUESTIONING',
        wakeAt: null,
      }),
    );
  }
  expect((await Promise.all(appends)).every(({ ok }) => ok)).toBe(true);
  const seqs = () =>
    events.flatMap((one) =>
      one.type === '@xstate.event' && one.sessionId === id && one.event.type === 'answer.draft' ? one.createdAt : [],
    );
  await vi.waitFor(() => expect(seqs().at(-1)).toBe(String(last.at + count)), { timeout: 20_000 });
  const drafts = seqs().map((at) => Number(at) - last.at);
  expect(drafts.length).toBeGreaterThanOrEqual(RECORDS_WAITING_MAX);
  expect(drafts.length).toBeLessThan(count);
  // From the first that was not left out on, none is missing.
  const from = drafts.at(-RECORDS_WAITING_MAX) ?? 0;
  expect(drafts.slice(-RECORDS_WAITING_MAX)).toEqual(
    Array.from({ length: RECORDS_WAITING_MAX }, (_, index) => from + index),
  );
  expect(told).toBeGreaterThan(0);
}, 30_000);

test('[X2] an interview that is erased is told no further', async () => {
  const relay = await openRelay();
  const events = await receiveFrom(relay);
  const served = await serve(relay.url);
  await untilHeard(served, relay);
  const { id } = await begin(served);
  await vi.waitFor(() => expect(eventsOf(events, id)).toContain('interview.start'));
  const { status } = await served.app.request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY });
  expect(status).toBe(204);
  const count = events.filter(({ rootId }) => rootId === id).length;
  const next = await begin(served);
  await vi.waitFor(() => expect(eventsOf(events, next.id)).toContain('interview.start'));
  expect(events.filter(({ rootId }) => rootId === id)).toHaveLength(count);
});
