import { randomUUID } from 'node:crypto';
import { describe, test as every, expect } from 'vitest';
import { ADMIN_KEY, build, command, type TestApp, viewWhere } from '../support/app.ts';
import { type Place, places } from '../support/places.ts';

// Rules T30, T31 and T41 on the engines that nodes share: a list and statistics tell the same at whatever node.

const secret = randomUUID().repeat(2);

async function node(place: Place, owner: string): Promise<TestApp> {
  const bus = place.openBus?.();
  return build({ journal: await place.open(), secret, owner, ...(bus && { bus }) });
}

describe.each(places)('the list of interviews on $name', ({ isMissing, makePlace }) => {
  const test = every.skipIf(isMissing);
  const list = async ({ request }: TestApp, query = '') =>
    (await request(`/api/interviews${query}`, { token: ADMIN_KEY })).body;

  test('[T30] whoever asks is told which process holds an interview, and that the candidate is connected there', async () => {
    const place = await makePlace();
    const [a, b] = [await node(place, 'host-a/1/uuid'), await node(place, 'host-b/2/uuid')];
    const { id, candidateToken } = await a.create({ candidate: { name: 'Ada' } });
    expect((await list(b)).interviews).toMatchObject([{ id, node: null, connection: 'away' }]);
    const candidate = await a.enter(id, candidateToken);
    candidate.send(command('interview.start'));
    await viewWhere(candidate, ({ prompt }) => prompt !== null);
    const atA = await list(a);
    expect(atA.interviews).toMatchObject([
      { id, state: 'QUESTIONING', node: 'host-a/1', connection: 'connected', progress: { answered: 0, total: 2 } },
    ]);
    expect(await list(b)).toEqual(atA);
    // Asking took nothing from who runs it.
    candidate.send(command('answer.submit', { promptId: 'water', text: 'boiling water' }));
    await viewWhere(candidate, ({ prompt }) => prompt?.id === 'time');
    expect((await list(b)).interviews).toMatchObject([{ progress: { answered: 1 }, node: 'host-a/1' }]);
    expect((await b.request('/api/plans/tea/statistics', { token: ADMIN_KEY })).body).toMatchObject({
      interviews: { counted: 1, underWay: 1 },
      questions: [{ answered: 1 }, { open: 1 }],
    });
  });

  test('[T31] pages, filters and search are those of one node', async () => {
    const place = await makePlace();
    const here = await node(place, 'host-a/1/uuid');
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const { id } = await here.create(index % 2 === 0 ? { candidate: { name: 'Zoë Quux' } } : {});
      if (index % 2 === 0) ids.push(id);
    }
    const [first = ''] = ids;
    await here.request(`/api/interviews/${first}/commands`, { token: ADMIN_KEY, json: command('interview.cancel') });
    const paged: string[] = [];
    let query = '?q=quux&limit=3';
    do {
      const { interviews, cursor } = await list(here, query);
      paged.push(...interviews.map(({ id }: { id: string }) => id));
      query = cursor === null ? '' : `?q=quux&limit=3&cursor=${cursor}`;
    } while (query !== '');
    expect(paged.toSorted()).toEqual(ids.toSorted());
    expect((await list(here, '?outcome=cancelled&q=ZOË')).interviews).toMatchObject([{ id: first }]);
    expect((await list(here, '?attention=stuck')).interviews).toEqual([]);
  });
});
