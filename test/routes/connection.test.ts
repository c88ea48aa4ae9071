import { expect, test } from 'vitest';
import type { Actor } from '../../src/actor.ts';
import type { Commit, Subscriber } from '../../src/audience.ts';
import { VivaError } from '../../src/errors.ts';
import type { JournalRecord } from '../../src/journal/journal.ts';
import { createMetrics } from '../../src/metrics.ts';
import type { Down, View } from '../../src/protocol.ts';
import { createConnection } from '../../src/routes/connection.ts';
import { socketLimits } from '../../src/routes/limits.ts';
import { createSeats } from '../../src/routes/seats.ts';
import { command } from '../support/app.ts';
import { manualClock } from '../support/clock.ts';
import { untiring } from '../support/pressure.ts';

// What needs an actor that does one thing at one exact moment; everything else is proved over real sockets.

const view = { role: 'candidate', interviewId: 'i1', state: 'QUESTIONING' } as View;

function commitOf(seq: number, commandId?: string): Commit {
  const record: JournalRecord = {
    seq,
    at: 0,
    epoch: 1,
    by: 'candidate',
    event: { type: 'x' },
    facts: [],
    versions: { record: 2, machine: '1' },
    hash: '',
    state: 'IDLE',
  };
  const by = commandId === undefined ? {} : { command: { id: commandId, digest: '' } };
  return { seq, record: { ...record, ...by }, isEvaluating: false, viewFor: () => view };
}

/** A connection over a channel that keeps what it is given, to an actor made of the given parts. */
async function connected(parts: Partial<Actor> & { open?: (attempt: number) => Promise<void> } = {}) {
  const sent: Down[] = [];
  const closes: { code: number; reason: string }[] = [];
  const errors: object[] = [];
  const detached: string[] = [];
  const clock = manualClock();
  let subscriber: Subscriber | undefined;
  let attempt = 0;
  const actor = {
    id: 'i1',
    epoch: 1,
    attach: async (joining: Subscriber) => {
      subscriber = joining;
      return { seq: 1, newsSeq: 1, view };
    },
    detach: (id: string) => void detached.push(id),
    ...parts,
  } as Actor;
  const connection = createConnection(
    {
      service: {
        clock,
        metrics: createMetrics(),
        pressure: untiring(),
        tickets: {
          issue: async () => ({ ticket: '', expiresAt: 0 }),
          redeem: async () => ({ role: 'candidate', interviewId: 'i1' }),
        },
        actors: {
          open: async () => {
            attempt += 1;
            await parts.open?.(attempt);
            return actor;
          },
        } as unknown as Parameters<typeof createConnection>[0]['service']['actors'],
      },
      limits: socketLimits,
      log: { info: () => {}, error: (details) => void errors.push(details) },
      spend: () => true,
      takeSeat: createSeats(1),
      unread: { bytes: 0 },
      random: () => 0.5,
    },
    { interviewId: 'i1', connectionId: 'c1' },
    {
      send: (text, onFlushed) => {
        sent.push(JSON.parse(text));
        onFlushed();
      },
      together: (send) => send(),
      close: (code, reason) => void closes.push({ code, reason }),
      bufferedBytes: 0,
    },
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  connection.receive(JSON.stringify({ type: 'hello', ticket: 't' }));
  await settle();
  return { connection, sent, closes, errors, detached, clock, settle, subscriber: () => subscriber as Subscriber };
}

const briefly = (frames: Down[]) => frames.map((frame) => ('seq' in frame ? `${frame.type} ${frame.seq}` : frame.type));

test('[S22] what is committed between joining and the welcome follows the welcome, once', async () => {
  const { sent } = await connected({
    attach: async (joining) => {
      joining.publish(commitOf(1));
      joining.publish(commitOf(2));
      return { seq: 1, newsSeq: 1, view };
    },
  });
  expect(briefly(sent)).toEqual(['welcome 1', 'view 2']);
});

test('[S1] the ack precedes the view whichever way the actor tells of the commit', async () => {
  const { connection, sent, settle, subscriber } = await connected({
    dispatch: async ({ id }) => {
      await Promise.resolve();
      subscriber().publish(commitOf(2, id));
      return { ok: true, seq: 2, duplicate: false };
    },
  });
  connection.receive(JSON.stringify(command('interview.pause')));
  await settle();
  expect(briefly(sent)).toEqual(['welcome 1', 'ack 2', 'view 2']);
});

test('a commit of somebody else is no ack', async () => {
  const { sent, subscriber } = await connected();
  subscriber().publish(commitOf(2, 'of-another-connection'));
  expect(briefly(sent)).toEqual(['welcome 1', 'view 2']);
});

test('[S24] a connection that is gone before it has joined leaves nothing behind', async () => {
  let open = () => {};
  const opening = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { connection, sent, detached, clock, settle } = await connected({ open: () => opening });
  connection.closed();
  open();
  await settle();
  expect(detached).toEqual(['c1']);
  expect(sent).toEqual([]);
  expect(clock.waitingCount).toBe(0);
});

test('[S23] a defect in a callback closes this connection with 1011, is logged, and reaches nobody else', async () => {
  const { sent, closes, errors, subscriber, detached } = await connected();
  const broken = {
    ...commitOf(2),
    viewFor: () => {
      throw new TypeError('no view');
    },
  };
  expect(() => subscriber().publish(broken)).not.toThrow();
  expect(sent.at(-1)).toMatchObject({ type: 'error', problem: { code: 'INTERNAL' } });
  expect(JSON.stringify(sent)).not.toContain('no view');
  expect(closes).toEqual([{ code: 1011, reason: 'INTERNAL' }]);
  expect(errors).toMatchObject([{ err: { message: 'no view' }, connectionId: 'c1' }]);
  expect(detached).toEqual(['c1']);
});

test('[S25] an interview that failed for good closes its connections', async () => {
  const { closes, subscriber } = await connected();
  subscriber().end('INTERNAL');
  expect(closes).toEqual([{ code: 1011, reason: 'INTERNAL' }]);
});

test('[S25] an interview that is gone when the store is back closes the connection', async () => {
  const { closes, subscriber, clock, settle } = await connected({
    open: async (attempt) => {
      if (attempt === 2) throw new VivaError('STORE_UNAVAILABLE', 'not yet');
      if (attempt === 3) throw new VivaError('INTERVIEW_NOT_FOUND', 'erased');
    },
  });
  subscriber().end('TRY_LATER');
  clock.advance(250);
  await settle();
  expect(closes).toEqual([]);
  clock.advance(500);
  await settle();
  expect(closes).toEqual([{ code: 4404, reason: 'INTERVIEW_NOT_FOUND' }]);
});
