import { expect, test } from 'vitest';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { COUNTED_MAX } from '../../src/routes/statistics.ts';
import { ADMIN_KEY, build, command, plan, type TestApp, viewWhere } from '../support/app.ts';
import { makeCreation } from '../support/journal.ts';
import { park } from '../support/parked.ts';

// Rules T40 and T44, and T41 on interviews that were really held.

const read = ({ request }: Pick<TestApp, 'request'>, query = '', planId = plan.id) =>
  request(`/api/plans/${planId}/statistics${query}`, { token: ADMIN_KEY });

/** One question answered in part, the follow-up to the second one left. */
async function hold(app: TestApp) {
  const { id, candidateToken } = await app.create();
  const candidate = await app.enter(id, candidateToken);
  candidate.send(command('interview.start'));
  await viewWhere(candidate, ({ prompt }) => prompt?.id === 'water');
  candidate.send(command('answer.submit', { promptId: 'water', text: 'boiling water for black leaves' }));
  await viewWhere(candidate, ({ prompt }) => prompt?.id === 'time');
  candidate.send(command('answer.submit', { promptId: 'time', text: 'It depends on the leaves in the pot.' }));
  await viewWhere(candidate, ({ prompt }) => prompt?.id === 'time.1');
  candidate.send(command('interview.end'));
  await viewWhere(candidate, ({ state }) => state === 'COMPLETE');
  return id;
}

test('[T41] interviews that were held are counted', async () => {
  const app = await build();
  const id = await hold(app);
  await app.create();
  const { body, status } = await read(app);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    planId: 'tea',
    version: 1,
    title: plan.title,
    lookedAt: 2,
    isComplete: true,
    interviews: { counted: 2, invited: 1, started: 1, ended: 1, finished: 0 },
  });
  const [water, time] = body.questions;
  expect(water).toMatchObject({ id: 'water', text: 'How hot should the water be?', reached: 1, answered: 1 });
  expect(water.scores.counted).toBe(1);
  expect(time).toMatchObject({
    reached: 1,
    answered: 1,
    dropped: { ended: 1 },
    followUps: { followedUp: 1, answered: 0 },
  });
  // It was answered, but not gone on from.
  expect([water.time.counted, time.time.counted]).toEqual([1, 0]);
  // What is erased stays in the numbers, as nobody's.
  await app.request(`/api/interviews/${id}`, { method: 'DELETE', token: ADMIN_KEY });
  expect((await read(app)).body).toEqual(body);
});

test('[T40] each version of a plan has its own statistics, and a plan that is none has none', async () => {
  const app = await build();
  await app.create();
  await app.create({}, { ...plan, title: 'Making tea again' } as typeof plan);
  expect((await read(app)).body).toMatchObject({ version: 2, title: 'Making tea again', interviews: { counted: 1 } });
  expect((await read(app, '?version=1')).body).toMatchObject({ version: 1, interviews: { counted: 1 } });
  expect((await read(app, '?version=3')).body.code).toBe('PLAN_NOT_FOUND');
  expect((await read(app, '?version=x')).body.code).toBe('REQUEST_INVALID');
  expect((await read(app, '', 'none')).body.code).toBe('PLAN_NOT_FOUND');
});

test('[T40] the newest thousand are counted, and that there are more is told', async () => {
  const journal = createMemoryJournal();
  const app = await build({ journal });
  await app.request('/api/plans', { token: ADMIN_KEY, json: plan });
  const add = async (createdAt: number) => {
    const { meta, record, ...creation } = makeCreation();
    const mine = { ...meta, planId: 'tea', planVersion: 1, createdAt };
    await journal.create({ ...creation, meta: mine, record: { ...record, facts: [] } });
  };
  for (let index = 0; index < COUNTED_MAX; index += 1) await add(index);
  expect((await read(app)).body).toMatchObject({ isComplete: true, interviews: { counted: COUNTED_MAX } });
  await add(COUNTED_MAX);
  expect((await read(app)).body).toMatchObject({ isComplete: false, interviews: { counted: COUNTED_MAX } });
});

test('[T40] what a newer build wrote is not counted, and missed', async () => {
  const journal = createMemoryJournal();
  const app = await build({ journal });
  const { id } = await app.create();
  await app.create();
  await park(journal, id);
  expect((await read(app)).body).toMatchObject({ isComplete: false, interviews: { counted: 1 } });
});

test('[T44] a journal is read once, and again when it has grown; who asks meanwhile shares the run', async () => {
  const store = createMemoryJournal();
  const loaded: string[] = [];
  let lists = 0;
  let plansRead = 0;
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const load: typeof store.load = (id, afterSeq) => {
    loaded.push(id);
    return store.load(id, afterSeq);
  };
  const list: typeof store.list = async (query) => {
    lists += 1;
    await gate;
    return store.list(query);
  };
  const getPlan: typeof store.getPlan = (id, version) => {
    plansRead += 1;
    return store.getPlan(id, version);
  };
  const app = await build({ journal: { ...store, load, list, getPlan } });
  const first = await app.create();
  const second = await app.create();
  loaded.length = 0;
  plansRead = 0;
  const asked = [read(app), read(app)];
  await expect.poll(() => plansRead).toBe(2);
  letGo();
  const [one, other] = await Promise.all(asked);
  expect(one?.body).toEqual(other?.body);
  expect(one?.status).toBe(200);
  expect(loaded.toSorted()).toEqual([first.id, second.id].toSorted());
  expect(lists).toBe(1);
  loaded.length = 0;
  await read(app);
  expect(loaded).toEqual([]);
  await app.request(`/api/interviews/${second.id}/commands`, { token: ADMIN_KEY, json: command('interview.cancel') });
  loaded.length = 0;
  expect((await read(app)).body.interviews).toMatchObject({ cancelled: 1, invited: 1 });
  expect(loaded).toEqual([second.id]);
});
