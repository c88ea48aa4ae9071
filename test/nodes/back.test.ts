import { randomUUID } from 'node:crypto';
import { describe, test as every, expect } from 'vitest';
import { VivaError } from '../../src/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { build, command, type TestApp, viewWhere } from '../support/app.ts';
import { places } from '../support/places.ts';

// A connection stays when the store fails under it, and finds the interview again. Meanwhile the candidate may have come
// back by another one: whoever walks out of a network leaves a connection behind that nobody has told to end.

const secret = randomUUID().repeat(2);

/** A journal that can be cut off. */
function cuttable(journal: Journal) {
  const cut = { isCut: false };
  const guard = <Args extends unknown[], Value>(use: (...args: Args) => Promise<Value>) => {
    return async (...args: Args) => {
      if (cut.isCut) throw new VivaError('STORE_UNAVAILABLE', 'cut off');
      return use(...args);
    };
  };
  const { append, claim, load, shared } = journal;
  const guarded: Journal = {
    ...journal,
    append: guard(append),
    claim: guard(claim),
    load: guard(load),
    ...(shared && { shared: { ...shared, glance: guard(shared.glance) } }),
  };
  return Object.assign(cut, { journal: guarded });
}

/** A candidate whose connection has lost the interview, and waits to find it again. */
async function strand(app: TestApp, cut: { isCut: boolean }) {
  const made = await app.create();
  const socket = await app.enter(made.id, made.candidateToken);
  socket.send(command('interview.start'));
  const { prompt } = await viewWhere(socket, (view) => view.prompt !== null);
  cut.isCut = true;
  socket.send(command('answer.draft', { promptId: prompt?.id, text: 'lost' }));
  expect(await socket.next('error')).toMatchObject({ problem: { code: 'STORE_UNAVAILABLE' } });
  return { ...made, socket };
}

const superseded = { code: 4409, reason: 'SUPERSEDED' };

describe.each(places)('a connection that finds its interview again on $name', ({ isMissing, makePlace }) => {
  every.skipIf(isMissing)('[N1] does not take it from a newer one at another node', async () => {
    const place = await makePlace();
    const cut = cuttable(await place.open());
    const make = async (owner: string, journal: Journal) => {
      const bus = place.openBus?.();
      return build({ journal, secret, owner, ...(bus && { bus }) });
    };
    const [a, b] = [await make('a', cut.journal), await make('b', await place.open())];
    const { id, candidateToken, socket } = await strand(a, cut);
    const newer = await b.enter(id, candidateToken);
    cut.isCut = false;
    expect(await socket.next('notice')).toMatchObject({ notice: 'superseded' });
    expect(await socket.closed).toEqual(superseded);
    expect((await b.journal.load(id))?.head.epoch).toBe(newer.welcome.epoch);
    expect(newer.ws.readyState).toBe(newer.ws.OPEN);
  });
});

every('[S12] a connection that finds its interview again does not take it from a newer tab', async () => {
  const cut = cuttable(createMemoryJournal());
  const app = await build({ journal: cut.journal, secret });
  const { id, candidateToken, socket } = await strand(app, cut);
  cut.isCut = false;
  const newer = await app.enter(id, candidateToken);
  expect(await socket.next('notice')).toMatchObject({ notice: 'superseded' });
  expect(await socket.closed).toEqual(superseded);
  expect(newer.ws.readyState).toBe(newer.ws.OPEN);
});
