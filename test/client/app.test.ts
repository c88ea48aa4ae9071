import { expect, onTestFinished, test } from 'vitest';
import { type Client, type ClientOptions, createClient } from '../../src/client.ts';
import type { CandidateView, ReviewerView, View } from '../../src/protocol.ts';
import { ADMIN_KEY, build } from '../support/app.ts';
import { memoryStorage, until } from './setup.ts';

// The client and the real service:
// Rules C50–C52: PROTOCOL.md.

type Place = Pick<ClientOptions, 'url' | 'interviewId' | 'token'>;

function enter<V extends View>(place: Place, more: Partial<ClientOptions> = {}): Client<V> {
  const client = createClient<V>({ ...place, ...more });
  onTestFinished(() => client.close());
  client.connect();
  return client;
}

test('[C50] a candidate is interviewed while a reviewer follows', async () => {
  const app = await build();
  const { id, candidateToken, reviewerToken } = await app.create();
  const storage = memoryStorage();
  const candidate = enter<CandidateView>({ url: app.url, interviewId: id, token: candidateToken }, { storage });
  const reviewer = enter<ReviewerView>({ url: app.url, interviewId: id, token: reviewerToken });
  const eventTypes: string[] = [];
  reviewer.on('record', ({ record }) => eventTypes.push(record.event.type));
  await until(reviewer, ({ connection }) => connection === 'open');
  await until(candidate, ({ connection }) => connection === 'open');

  const skip = candidate.send({ type: 'interview.resume' });
  await expect(skip).rejects.toMatchObject({ code: 'NOT_ACCEPTED', problem: { state: 'IDLE' } });
  await candidate.send({ type: 'interview.start', consent: true });
  const answered = new Set<string>();
  for (;;) {
    const { view } = await until(
      candidate,
      ({ view: seen }) => seen?.state === 'COMPLETE' || (!!seen?.prompt && !answered.has(seen.prompt.id)),
    );
    if (!view?.prompt) break;
    const promptId = view.prompt.id;
    answered.add(promptId);
    const drafts = ['three', 'three to', 'three to five'].map((text) =>
      candidate.send({ type: 'answer.draft', promptId, text }),
    );
    const submitted = candidate.send({ type: 'answer.submit', promptId, text: 'three to five minutes, boiling water' });
    const receipts = await Promise.all([...drafts, submitted]);
    expect(receipts.every(({ duplicate }) => !duplicate)).toBe(true);
  }
  expect(answered.size).toBeGreaterThanOrEqual(2);
  expect(candidate.getState()).toMatchObject({ view: { outcome: 'finished' }, pendingCount: 0 });
  expect(storage.keys()).toEqual([]);
  // Both clocks are the same here; what is left is the time on the way.
  expect(Math.abs(candidate.getState().serverOffsetMs)).toBeLessThan(1_000);
  const { view } = await until(reviewer, ({ view: seen }) => seen?.state === 'COMPLETE');
  expect((view as ReviewerView).transcript.entries).toHaveLength(answered.size);
  expect(eventTypes.filter((type) => type === 'answer.submit')).toHaveLength(answered.size);
});

test('[C51] a newer tab takes over until the older one takes back', async () => {
  const app = await build();
  const { id, candidateToken: token } = await app.create();
  const older = enter({ url: app.url, interviewId: id, token });
  await until(older, ({ connection }) => connection === 'open');
  const newer = enter({ url: app.url, interviewId: id, token });
  await until(newer, ({ connection }) => connection === 'open');
  const { problem } = await until(older, ({ connection }) => connection === 'superseded');
  expect(problem?.code).toBe('SUPERSEDED');
  older.takeOver();
  await until(newer, ({ connection }) => connection === 'superseded');
  await until(older, ({ connection }) => connection === 'open');
});

test('[C26] [I9] an interview that is erased is refused for good, to who is there and to who comes back', async () => {
  const app = await build();
  const { id, candidateToken: token } = await app.create();
  const place = { url: app.url, interviewId: id, token };
  const candidate = enter(place);
  await until(candidate, ({ connection }) => connection === 'open');
  await app.request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY });
  for (const client of [candidate, enter(place)]) {
    const { problem } = await until(client, ({ connection }) => connection === 'refused');
    expect(problem?.code).toBe('INTERVIEW_ERASED');
  }
});

test('[C52] a wrong token and an unknown interview are refused for good', async () => {
  const app = await build();
  const { id, candidateToken } = await app.create();
  const places: Place[] = [
    { url: app.url, interviewId: id, token: 'forged' },
    { url: app.url, interviewId: 'unknown', token: candidateToken },
  ];
  for (const place of places) {
    const { problem } = await until(enter(place), ({ connection }) => connection === 'refused');
    expect(['UNAUTHENTICATED', 'FORBIDDEN', 'INTERVIEW_NOT_FOUND']).toContain(problem?.code);
    expect(problem?.detail).not.toContain(place.token);
  }
});

test('[C33] `close` ends what a socket still says that forgets the option `signal`', async () => {
  const app = await build();
  const { id, candidateToken } = await app.create();
  const sockets: WebSocket[] = [];
  class ForgetfulSocket extends WebSocket {
    constructor(...address: ConstructorParameters<typeof WebSocket>) {
      super(...address);
      sockets.push(this);
    }
    override addEventListener(...[type, listener]: Parameters<EventTarget['addEventListener']>): void {
      super.addEventListener(type, listener);
    }
  }
  const candidate = enter({ url: app.url, interviewId: id, token: candidateToken }, { WebSocket: ForgetfulSocket });
  await until(candidate, ({ connection }) => connection === 'open');
  const ended = new Promise((resolve) => sockets[0]?.addEventListener('close', resolve));
  candidate.close();
  await ended;
  expect(candidate.getState().connection).toBe('closed');
  expect(sockets).toHaveLength(1);
});
