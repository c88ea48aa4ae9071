import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ERASED, eraseTexts, verifyChain } from '../../src/journal/chain.ts';
import type { InterviewMeta } from '../../src/journal/journal.ts';
import { anyChained, type Chained, chain } from '../support/chain.ts';
import { takeSeed } from '../support/random.ts';
import { rule } from '../support/rules.ts';

const meta: InterviewMeta = {
  planId: 'p',
  planVersion: 1,
  planHash: 'h',
  machineVersion: '1',
  createdAt: 1,
  candidate: { name: 'Zoë Ode', email: 'zoe@example.org', locale: 'nl' },
  accommodations: { timeMultiplier: 1.5 },
  externalId: 'ats-77',
};
const point = {
  id: 'a',
  coverage: 1,
  evidence: [{ quote: 'quoted words', start: 0, end: 12 }],
  reason: 'reasoned words',
};
const contents = [
  { event: { type: 'interview.created', at: 1 }, facts: [], command: null },
  {
    event: { type: 'answer.draft', at: 2, promptId: 'q', text: 'drafted words' },
    facts: [],
    command: { id: 'c1', digest: 'digested words' },
  },
  { event: { type: 'answer.draft', at: 2, promptId: 'q', text: ' \n' }, facts: [], command: null },
  {
    event: { type: 'answer.submit', at: 3, promptId: 'q', text: 'drafted words' },
    facts: [],
    command: { id: 'c2', digest: 'digested words' },
  },
  {
    event: {
      type: 'xstate.done.actor.evaluate',
      at: 4,
      output: { ok: true, evaluation: { score: 1, points: [point] } },
    },
    facts: [],
    command: null,
  },
  {
    event: { type: 'interview.cancel', at: 5, reason: 'reasoned words' },
    facts: [],
    command: { id: 'c3', digest: 'digested words' },
  },
];
const personal = ['Zoë', 'zoe@', '"nl"', 'ats-77', 'drafted', 'quoted', 'reasoned', 'digested'];
const chained = chain('i-1', meta, contents);

function erase({ head, records }: Chained): Chained {
  const erased = eraseTexts(head.meta, records);
  return { head: { ...head, meta: erased.meta, erasedAt: 9 }, records: erased.records };
}

const brokenAt = ({ head, records }: Chained) => verifyChain(head, records).brokenAt;

type Json = { [key: string]: unknown };

/** Every place of a JSON value that can be changed: its leaves, and its empty objects. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, child]) => placesOf(child, [...path, key]));
  return below.length === 0 ? [path] : below;
}

/** Another value of the same kind. */
function alter(value: unknown, nth: number): unknown {
  if (typeof value === 'string') {
    const at = nth % Math.max(1, value.length);
    return value.slice(0, at) + (value[at] === 'x' ? 'y' : 'x') + value.slice(at + 1);
  }
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return Array.isArray(value) ? ['x'] : value === null ? 0 : { x: 1 };
}

function changeAt(root: Json, path: readonly string[], how: (holder: Json, key: string) => void): void {
  const holder = path.slice(0, -1).reduce<Json>((value, key) => value[key] as Json, root);
  how(holder, path.at(-1) ?? '');
}

test(rule('I1'), () => {
  const { head, records } = chained;
  expect(verifyChain(head, records)).toEqual({ isIntact: true, recordCount: 6, headHash: records[5]?.hash });
  expect(new Set(records.map(({ hash }) => hash)).size).toBe(6);
  // The same records of another interview, or under another meta, are another chain from the first record on.
  for (const other of [
    { ...head, id: 'i-2' },
    { ...head, meta: { ...meta, planHash: 'h2' } },
  ])
    expect(brokenAt({ head: other, records })).toEqual({ seq: 1, because: 'changed' });
  const [first = '', second = ''] = records.map(({ hash }) => hash);
  const others = chain('i-1', { ...meta, createdAt: 2 }, contents).records.map(({ hash }) => hash);
  expect([first, second]).not.toContain(others[1]);
});

test('[I1] the hash is the one that PROTOCOL.md describes', () => {
  // Computed with another program (Python: hashlib and json with sorted keys), so that others can verify too.
  const { records } = chain('i-1', { ...meta, candidate: {}, externalId: 'ats-77' }, [
    { event: { type: 'answer.draft', text: 'naïve 🧪' }, facts: [], command: null },
  ]);
  expect(records[0]?.hash).toBe('29fbf6c1264c537013f7ad9f882dc2f5feda687331160d45d4830c4569e4fcdb');
});

test(`${rule('I2')}: any value of any record, erased or not`, () => {
  const property = fc.property(anyChained, fc.boolean(), fc.nat(), fc.nat(), fc.nat(), (whole, isErased, a, b, c) => {
    const intact = isErased ? erase(whole) : whole;
    expect(brokenAt(intact)).toBeUndefined();
    const changed = structuredClone(intact);
    const index = a % changed.records.length;
    const record = changed.records[index] as unknown as Json;
    const places = placesOf(record);
    const place = places[b % places.length] ?? [];
    changeAt(record, place, (holder, key) => {
      if (c % 4 === 0) delete holder[key];
      else if (c % 4 === 1) holder[`${key}x`] = 1;
      else holder[key] = alter(holder[key], c);
    });
    // A list has no members but its own: a name beside them is not stored.
    fc.pre(JSON.stringify(changed) !== JSON.stringify(intact));
    expect(brokenAt(JSON.parse(JSON.stringify(changed)) as Chained)).toMatchObject({ seq: index + 1 });
  });
  fc.assert(property, { seed: takeSeed('I2 values'), numRuns: 3_000 });
});

test('[I2] any value of the opening, erased or not', () => {
  const property = fc.property(anyChained, fc.boolean(), fc.nat(), fc.nat(), (whole, isErased, a, b) => {
    const changed = structuredClone(isErased ? erase(whole) : whole);
    const opening = { id: changed.head.id, meta: changed.head.meta };
    const places = placesOf(opening);
    changeAt(opening, places[a % places.length] ?? [], (holder, key) => {
      holder[key] = alter(holder[key], b);
    });
    Object.assign(changed.head, opening);
    expect(brokenAt(changed)).toMatchObject({ seq: 1 });
  });
  fc.assert(property, { seed: takeSeed('I2 opening'), numRuns: 1_000 });
});

test('[I2] records that are moved, taken away, repeated or put in, and the end that is cut off', () => {
  const property = fc.property(anyChained, fc.nat(), fc.nat(), (whole, a, b) => {
    const { head, records } = whole;
    const [at, to] = [a % records.length, b % records.length];
    const without = records.toSpliced(at, 1);
    expect(brokenAt({ head, records: without })).toEqual({ seq: at + 1, because: 'missing' });
    expect(brokenAt({ head, records: [] })).toEqual({ seq: 1, because: 'missing' });
    // With their numbers made good, as somebody would who wants it to look right.
    const numbered = (list: typeof records) => list.map((record, index) => ({ ...record, seq: index + 1 }));
    if (at < records.length - 1) expect(brokenAt({ head, records: numbered(without) })).toMatchObject({ seq: at + 1 });
    const repeated = records.toSpliced(at, 0, records[at] as (typeof records)[number]);
    expect(brokenAt({ head, records: numbered(repeated) })?.seq).toBe(at + 2);
    if (at !== to) {
      const moved = without.toSpliced(to, 0, records[at] as (typeof records)[number]);
      expect(brokenAt({ head, records: numbered(moved) })).toMatchObject({ seq: Math.min(at, to) + 1 });
    }
    if (records.length > 1) {
      const cut = records.slice(0, -1);
      expect(brokenAt({ head: { ...head, headSeq: cut.length }, records: cut })).toEqual({
        seq: cut.length,
        because: 'head',
      });
    }
    expect(brokenAt({ head: { ...head, headSeq: head.headSeq - 1 }, records })).toMatchObject({ because: 'head' });
  });
  fc.assert(property, { seed: takeSeed('I2 order'), numRuns: 500 });
});

test(rule('I3'), () => {
  const { records } = chained;
  expect(records.map(({ salt }) => salt)).toEqual(['salt-0', 'salt-1', undefined, 'salt-3', 'salt-4', 'salt-5']);
  const commitmentsOf = (all: Chained) =>
    erase(all).records.flatMap((record) => Object.entries(record.commitments ?? {}));
  const commitments = commitmentsOf(chained);
  expect(commitments.map(([path]) => path).sort()).toEqual([
    '/command/digest',
    '/command/digest',
    '/command/digest',
    '/event/output/evaluation/points/0/evidence/0/quote',
    '/event/output/evaluation/points/0/reason',
    '/event/reason',
    '/event/text',
    '/event/text',
    '/meta/candidate/email',
    '/meta/candidate/locale',
    '/meta/candidate/name',
    '/meta/externalId',
  ]);
  // Equal texts have different commitments: which records say the same is not told either.
  expect(new Set(commitments.map(([, commitment]) => commitment)).size).toBe(commitments.length);
});

test(rule('I4'), () => {
  const erased = erase(chained);
  const before = verifyChain(chained.head, chained.records);
  expect(verifyChain(erased.head, erased.records)).toEqual({ ...before, erasedAt: 9 });
  expect(erased.records.map(({ hash }) => hash)).toEqual(chained.records.map(({ hash }) => hash));
  const left = JSON.stringify(erased);
  for (const text of [...personal, 'salt']) expect(left).not.toContain(text);
  // Whether a draft was blank decides what the machine does, and stays.
  expect(erased.records.map(({ event }) => event.text)).toEqual([
    undefined,
    ERASED,
    ' \n',
    ERASED,
    undefined,
    undefined,
  ]);
  expect(erased.records[4]?.event).toMatchObject({ output: { evaluation: { score: 1, points: [{ coverage: 1 }] } } });
  expect(erase(erased)).toEqual(erased);
});

test('[I4] any interview', () => {
  const property = fc.property(anyChained, (whole) => {
    const erased = erase(whole);
    expect(verifyChain(erased.head, erased.records)).toMatchObject({ isIntact: true, headHash: whole.head.hash });
    expect(erased.records.every(({ salt }) => salt === undefined)).toBe(true);
    expect(erase(erased)).toEqual(erased);
  });
  fc.assert(property, { seed: takeSeed('I4'), numRuns: 500 });
});

test(rule('I5'), () => {
  const { head, records } = erase(chained);
  const forge = (seq: number, change: (record: (typeof records)[number]) => object) =>
    brokenAt({
      head,
      records: records.map((record) => (record.seq === seq ? { ...record, ...change(record) } : record)),
    });
  const said = (text: string) => ({ event: { type: 'answer.submit', at: 3, promptId: 'q', text } });
  expect(forge(4, () => said('forged words'))).toEqual({ seq: 4, because: 'changed' });
  expect(forge(4, () => ({ ...said('forged words'), salt: 'a salt' }))).toEqual({ seq: 4, because: 'changed' });
  expect(forge(4, () => said(''))).toEqual({ seq: 4, because: 'changed' });
  // A place that no hash covers would take anything.
  expect(forge(1, ({ commitments }) => ({ commitments: { ...commitments, '/more': 'x' } }))?.seq).toBe(1);
  expect(forge(3, () => ({ commitments: {} }))?.seq).toBe(3);
  expect(forge(3, () => ({ salt: 'a salt' }))?.seq).toBe(3);
});

test('[I5] what was changed before the erasure is as broken after it, and is erased all the same', () => {
  const changed = structuredClone(chained);
  const record = changed.records[3];
  if (!record) throw new Error('no such record');
  record.event.text = 'other drafted words';
  expect(brokenAt(erase(changed))).toEqual({ seq: 4, because: 'changed' });
  delete record.salt;
  expect(brokenAt(erase(changed))).toEqual({ seq: 4, because: 'changed' });
  expect(JSON.stringify(erase(changed))).not.toContain('drafted');
  const headless = { ...changed, records: changed.records.slice(1) };
  expect(JSON.stringify(erase(headless))).not.toContain('Zoë');
});

test(rule('I6'), () => {
  const property = fc.property(fc.uuid(), fc.array(fc.jsonValue(), { minLength: 1, maxLength: 4 }), (id, values) => {
    const odd = { nothing: undefined, list: [undefined, Number.NaN, -0, 1e300, 1e-7], at: Number.MAX_SAFE_INTEGER };
    const stored = chain(
      id,
      meta,
      values.map((value) => ({ event: { type: 'later', at: 1, value, odd }, facts: [], command: null })),
    );
    const read = JSON.parse(JSON.stringify(stored)) as Chained;
    expect(verifyChain(read.head, read.records).isIntact).toBe(true);
  });
  fc.assert(property, { seed: takeSeed('I6'), numRuns: 500 });
});
