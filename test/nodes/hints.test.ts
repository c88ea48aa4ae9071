import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { TEXT_BYTES_MAX } from '../../src/hints/bus.ts';
import { createHints } from '../../src/hints.ts';
import { createMetrics } from '../../src/metrics.ts';
import { ADMIN_KEY, type BuildOptions, build, command, type TestApp, viewWhere } from '../support/app.ts';
import { createLine, type Line, openBus } from '../support/bus.ts';
import * as postgres from '../support/journal.postgres.ts';
import * as redis from '../support/journal.redis.ts';
import { stores } from '../support/places.ts';
import { rule } from '../support/rules.ts';

// Rules N9 to N11: what hints do, and what they cannot do.

const secret = randomUUID().repeat(2);

/** A clock whose timers never come: whoever has it looks at nothing by itself. */
const timeless: Clock = { now: systemClock.now, wake: () => () => {} };

async function start(here: TestApp) {
  const made = await here.create();
  const socket = await here.enter(made.id, made.candidateToken);
  socket.send(command('interview.start'));
  const view = await viewWhere(socket, ({ prompt }) => prompt !== null);
  return { ...made, socket, promptId: view.prompt?.id ?? '' };
}

describe.each(stores)('hints on $name', ({ makePlace }) => {
  async function nodesOn(line: Line | null, options: BuildOptions = {}): Promise<[TestApp, TestApp]> {
    const place = await makePlace();
    const make = async (owner: string, more: BuildOptions = {}) => {
      const bus = line ? line.end() : place.openBus?.();
      return build({ journal: await place.open(), secret, owner, ...(bus && { bus }), ...more });
    };
    return [await make('a', options), await make('b', options)];
  }

  test('[N11] news comes by hints to nodes that never look by themselves', async () => {
    const [a, b] = await nodesOn(null, { clock: timeless });
    const { id, candidateToken, reviewerToken, socket, promptId } = await start(a);
    const watcher = await b.enter(id, reviewerToken);
    for (const text of ['Boiling', 'Boiling water']) {
      const draft = command('answer.draft', { promptId, text });
      socket.send(draft);
      const { seq } = await socket.next('ack');
      expect(await watcher.next('record')).toMatchObject({ seq, record: { event: { chars: text.length } } });
    }
    const newer = await b.enter(id, candidateToken);
    expect(await socket.next('notice')).toMatchObject({ notice: 'superseded' });
    expect(await socket.closed).toEqual({ code: 4409, reason: 'SUPERSEDED' });
    const onlooker = await a.enter(id, reviewerToken);
    expect((await a.request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY })).status).toBe(204);
    for (const each of [newer, watcher, onlooker])
      expect(await each.closed).toEqual({ code: 4410, reason: 'INTERVIEW_ERASED' });
  });

  test(rule('N9'), async () => {
    let dice = 20_261_123;
    const late: string[] = [];
    const line = createLine((text) => {
      dice = (dice * 48_271) % (2 ** 31 - 1);
      const fate = dice % 4;
      if (fate === 0) return [];
      if (fate === 1) return [text, text];
      if (fate === 2) return [text, ...late.splice(0).reverse()];
      late.push(text);
      return [];
    });
    const [a, b] = await nodesOn(line);
    const { id, reviewerToken, socket, promptId } = await start(a);
    const epoch = socket.welcome.epoch;
    const watcher = await b.enter(id, reviewerToken);
    const forge = (more: object) => line.inject(JSON.stringify({ from: randomUUID(), ...more }));
    for (const [index, text] of Array.from({ length: 4 }, (_, count) => 'x'.repeat(count + 1)).entries()) {
      for (const garbage of ['', '{', 'null', '[]', '{"from":7}', '\0', JSON.stringify({ from: 'x', ids: 'all' })])
        line.inject(garbage);
      forge({ ids: [id, randomUUID(), '__proto__', 'constructor'] });
      forge({ ids: Array.from({ length: 1_001 }, () => id) });
      forge({ to: 'a', letter: 'not sealed' });
      forge({ ids: [id], owner: 'b', epoch: 99, isErased: true });
      const draft = command('answer.draft', { promptId, text });
      socket.send(draft);
      const { seq } = await socket.next('ack');
      // Whatever became of the hint: each record once, in order.
      expect(await watcher.next('record')).toMatchObject({ seq, record: { event: { chars: text.length } } });
      expect(seq).toBe(watcher.welcome.seq + index + 1);
    }
    expect(line.said.length).toBeGreaterThan(0);
    expect((await b.journal.load(id))?.head.epoch).toBe(epoch);
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
    expect([...a.logs, ...b.logs].filter((text) => JSON.parse(text).level >= 50)).toEqual([]);
  });

  test(rule('N10'), async () => {
    const [a, b] = await nodesOn(createLine(() => null));
    const { id, reviewerToken, socket, promptId } = await start(a);
    const watcher = await b.enter(id, reviewerToken);
    socket.send(command('answer.draft', { promptId, text: 'Boiling' }));
    const { seq } = await socket.next('ack');
    expect(await watcher.next('record')).toMatchObject({ seq });
    for (const each of [a, b]) {
      expect((await each.request('/readyz')).status).toBe(200);
      expect((await each.request('/metrics')).text).toContain('\nviva_hints_live 0\n');
    }
    const warnings = a.logs.filter((text) => text.includes('hints are down'));
    expect(warnings.map((text) => JSON.parse(text).level)).toEqual([40]);
  });
});

test.skipIf(stores.length === 0)('[N11] a bus that never answers holds nothing up', async () => {
  const place = await stores[0]?.makePlace();
  if (!place) throw new Error('there is a store');
  const bus = { ...createLine().end(), say: () => new Promise<void>(() => {}) };
  const app = await build({ journal: await place.open(), secret, bus });
  const { socket, promptId } = await start(app);
  socket.send(command('answer.submit', { promptId, text: 'boiling water' }));
  await socket.next('ack');
  await viewWhere(socket, ({ progress }) => progress.answered === 1);
});

test(rule('N11'), async () => {
  const trips: { texts: readonly string[]; arrive(): void }[] = [];
  const hints = createHints({
    bus: {
      say: (texts) => new Promise<void>((arrive) => void trips.push({ texts, arrive })),
      listen: () => {},
      end: async () => {},
    },
    clock: timeless,
    log: { error: () => {}, warn: () => {} },
    metrics: createMetrics(),
    owner: 'a',
    secret,
  });
  const idsOf = (index: number) => (trips[index]?.texts ?? []).flatMap((text) => JSON.parse(text).ids as string[]);
  const ids = Array.from({ length: 1_000 }, () => randomUUID());
  const more = Array.from({ length: 3 }, () => `${randomUUID()}"\u{1f375}`);
  for (const id of [...ids, ...ids]) hints.tell(id);
  await vi.waitFor(() => expect(trips).toHaveLength(1));
  for (const id of [...more, ...more]) hints.tell(id);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(trips).toHaveLength(1);
  trips[0]?.arrive();
  await vi.waitFor(() => expect(trips).toHaveLength(2));
  expect([idsOf(0), idsOf(1)]).toEqual([ids, more]);
  for (const { texts } of trips)
    for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(TEXT_BYTES_MAX);
});

/** How to break every connection of a bus at its server, and where such a bus is. */
const servers = [
  {
    name: 'PostgreSQL',
    isMissing: postgres.isPostgresMissing,
    makeUrl: postgres.makeSchema,
    async cut(url: string) {
      const name = new URL(url).searchParams.get('application_name');
      await postgres.ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = '${name}' AND pid <> pg_backend_pid()`);
    },
  },
  {
    name: 'Redis',
    isMissing: redis.isRedisMissing,
    makeUrl: async () => redis.makePrefix(),
    async cut(url: string) {
      const prefix = new URL(url).searchParams.get('prefix');
      const clients = String(await redis.ask(url, 'CLIENT', 'LIST')).split('\n');
      for (const client of clients.filter((text) => text.includes(` name=${prefix}:`)))
        await redis.ask(url, 'CLIENT', 'KILL', 'ID', /id=(\d+)/.exec(client)?.[1] ?? '');
    },
  },
];

describe.each(servers.filter(({ isMissing }) => !isMissing))('the bus on $name', ({ makeUrl, cut }) => {
  async function open(url: string) {
    const heard: string[] = [];
    const ups = { count: 0, downCount: 0 };
    const bus = openBus(url);
    bus.listen({
      onText: (text) => void heard.push(text),
      onUp() {
        ups.count += 1;
      },
      onDown() {
        ups.downCount += 1;
      },
    });
    await vi.waitFor(() => expect(ups.count).toBe(1), 5_000);
    return { bus, heard, ups };
  }

  test('[N9] what is said is heard by all, the longest text too, and elsewhere not', async () => {
    const url = await makeUrl();
    const [one, other, stranger] = [await open(url), await open(url), await open(await makeUrl())];
    const texts = ['', '"\\\'; --', 'Zoë 茶 \u{1f375}', 'x'.repeat(TEXT_BYTES_MAX)];
    await one.bus.say(texts);
    for (const { heard } of [one, other]) await vi.waitFor(() => expect(heard).toEqual(texts), 5_000);
    expect(stranger.heard).toEqual([]);
  });

  test('[N10] connections that break are made again, and saying so meanwhile rejects', async () => {
    const url = await makeUrl();
    const { bus, heard, ups } = await open(url);
    await cut(url);
    await vi.waitFor(() => expect(ups.count).toBe(2), 5_000);
    expect(ups.downCount).toBeGreaterThan(0);
    await vi.waitFor(async () => {
      await bus.say(['back']);
      expect(heard).toContain('back');
    }, 5_000);
  });

  test('[N10] a server that is not there is tried again and again, and ends with the bus', async () => {
    const bus = openBus(`${new URL(await makeUrl()).protocol}//127.0.0.1:9/0`);
    const errors: unknown[] = [];
    bus.listen({ onText: () => {}, onUp: () => {}, onDown: (error) => void errors.push(error) });
    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(2), 5_000);
    expect(errors[0]).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(bus.say(['lost'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await bus.end();
  });
});

test.skipIf(redis.isRedisMissing)('[N10] a bus that may not listen at first listens as soon as it may', async () => {
  const url = new URL(redis.makePrefix());
  const admin = url.href;
  const name = `viva-${randomUUID()}`;
  const allow = (...rules: string[]) => redis.ask(admin, 'ACL', 'SETUSER', name, ...rules);
  onTestFinished(async () => void (await redis.ask(admin, 'ACL', 'DELUSER', name)));
  await allow('on', '>geheim', '+@all', '~*', 'resetchannels');
  [url.username, url.password] = [name, 'geheim'];
  const heard: string[] = [];
  const errors: unknown[] = [];
  const bus = openBus(url.href);
  bus.listen({
    onText: (text) => void heard.push(text),
    onUp: () => {},
    onDown: (error) => void errors.push(error),
  });
  await vi.waitFor(() => expect(errors).not.toEqual([]), 5_000);
  expect(errors[0]).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('NOPERM') });
  await allow('allchannels');
  await vi.waitFor(async () => {
    await bus.say(['now']);
    expect(heard).toContain('now');
  }, 5_000);
});
