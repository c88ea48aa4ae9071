import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { InterviewHead, Journal, ListQuery } from '../../src/journal/journal.ts';
import { claim, create, fill, type JournalHarness, makeAppend, makeCreation, makeRecord } from '../support/journal.ts';
import { rule } from '../support/rules.ts';

async function createAt(journal: Journal, createdAt: number, state = 'IDLE'): Promise<string> {
  const creation = makeCreation({ state });
  return create(journal, { ...creation, meta: { ...creation.meta, createdAt } });
}

async function listAll(
  journal: Journal,
  query: ListQuery,
  between: () => Promise<unknown> = async () => {},
): Promise<InterviewHead[]> {
  const heads: InterviewHead[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; cursor !== null && page < 50; page += 1) {
    const found = await journal.list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    expect(found.heads.length).toBeLessThanOrEqual(query.limit);
    heads.push(...found.heads);
    cursor = found.cursor;
    await between();
  }
  return heads;
}

const awkwardTexts = [
  '',
  'Größe, naïve, 日本語, العربية, עברית',
  '👩🏽‍💻🇳🇱 e\u0301 vs \u00e9',
  'null \u0000, line \u2028, bom \ufeff, lone \ud800 surrogate',
  '"quoted" \\ back, {"type":"xstate.done"}, \'; DROP TABLE record; --',
  'x'.repeat(19_990) + '🧪'.repeat(5),
];

/** Rules J25 to J35: what is read, plans, and the end. */
export function readingContract(open: () => Promise<JournalHarness>): void {
  describe('load, list, due', () => {
    test(rule('J25'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      await fill(journal, id, 4);
      const sequences = async (afterSeq?: number) => (await journal.load(id, afterSeq))?.records.map(({ seq }) => seq);
      expect(await sequences()).toEqual([1, 2, 3, 4, 5]);
      expect(await sequences(3)).toEqual([4, 5]);
      expect(await sequences(5)).toEqual([]);
      expect((await journal.load(id, 5))?.head.headSeq).toBe(5);
      expect(await journal.load(randomUUID())).toBeNull();
    });

    test(rule('J26'), async () => {
      const { journal } = await open();
      const creation = makeCreation();
      creation.meta.candidate = { name: 'Zoë 🧑‍🚀', email: 'z@example.org', locale: 'nl-NL' };
      const id = await create(journal, creation);
      const { head } = await claim(journal, id);
      const expected = [];
      for (const [index, text] of awkwardTexts.entries()) {
        const event = { type: 'answer.submit', at: -1, text, list: [1.5, -0.1, true, null, { nested: [text] }] };
        const record = makeRecord(index + 2, head.epoch, { event, facts: [] });
        expected.push(structuredClone(record));
        const snapshot = { seq: record.seq, json: JSON.stringify({ text }) };
        const appending = journal.append(makeAppend(id, head.epoch, record.seq, { record, snapshot }));
        // The journal took what the record was at the call.
        record.event.text = 'changed later';
        record.facts.push({ type: 'defect', actorId: 'late' });
        expect(await appending).toEqual({ ok: true });
        expect((await claim(journal, id)).snapshot?.json).toBe(snapshot.json);
        head.epoch += 1;
      }
      const loaded = await journal.load(id, 1);
      expect(loaded?.records).toEqual(expected);
      expect(loaded?.head.meta).toEqual(creation.meta);
      for (const record of loaded?.records ?? []) record.event.text = 'changed by a reader';
      expect((await journal.load(id, 1))?.records).toEqual(expected);
    });

    test(rule('J27'), async () => {
      const { journal } = await open();
      // Three share an instant, so the id has to decide.
      const ids = [];
      for (const createdAt of [50, 10, 30, 30, 30, 20, 40]) ids.push(await createAt(journal, createdAt));
      const all = await listAll(journal, { limit: 100 });
      expect(all.map(({ meta }) => meta.createdAt)).toEqual([50, 40, 30, 30, 30, 20, 10]);
      expect(new Set(all.map(({ id }) => id))).toEqual(new Set(ids));
      for (const limit of [1, 2, 3, 7]) {
        const paged = await listAll(journal, { limit }, () => createAt(journal, 1_000 + limit));
        expect(paged.filter(({ meta }) => meta.createdAt <= 50)).toEqual(all);
      }
    });

    test(rule('J28'), async () => {
      const { journal } = await open();
      const moved = await createAt(journal, 1);
      const stayed = await createAt(journal, 2);
      await createAt(journal, 3, 'COMPLETE');
      await fill(journal, moved, 1);
      const idsIn = async (state: string) => (await listAll(journal, { state, limit: 1 })).map(({ id }) => id);
      expect(await idsIn('IDLE')).toEqual([stayed]);
      expect(await idsIn('EVALUATING')).toEqual([moved]);
      expect(await idsIn('FOLLOW_UP')).toEqual([]);
    });

    test('[J28] a list by state is in one order, whether somebody holds what is in it or not', async () => {
      const { journal } = await open();
      const ids: string[] = [];
      for (const createdAt of [1, 2, 3, 4, 5, 6]) ids.unshift(await createAt(journal, createdAt, 'EVALUATING'));
      for (const id of ids.filter((_, index) => index % 2 === 0)) await fill(journal, id, 1);
      await createAt(journal, 7);
      for (const limit of [1, 2, 4, 6]) {
        const listed = await listAll(journal, { state: 'EVALUATING', limit });
        expect(listed.map(({ id }) => id)).toEqual(ids);
      }
    });

    test(rule('J29'), async () => {
      const { journal } = await open();
      const foreign = ['', 'x', 'bnVsbA', Buffer.from('["a",1]').toString('base64url')];
      for (const cursor of foreign)
        await expect(journal.list({ limit: 1, cursor })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });

    test(rule('J30'), async () => {
      const { journal, passTime } = await open();
      const ids: Record<string, string> = {};
      for (const [name, wakeAt] of Object.entries({ later: 300, second: 200, first: 100, never: null, held: 150 }))
        ids[name] = await create(journal, { wakeAt });
      await claim(journal, ids.held ?? '', 'a', false, 1_000);
      expect(await journal.due(200, 10)).toEqual([ids.first, ids.second]);
      expect(await journal.due(299, 1)).toEqual([ids.first]);
      expect(await journal.due(99, 10)).toEqual([]);
      await passTime(1_001);
      expect(await journal.due(300, 10)).toEqual([ids.first, ids.held, ids.second, ids.later]);
      const epoch = await fill(journal, ids.first ?? '', 1);
      await journal.release(ids.first ?? '', epoch);
      // The append moved its wake-up to 2002.
      expect(await journal.due(2_001, 1)).toEqual([ids.held]);
      expect(await journal.due(2_002, 10)).toContain(ids.first);
    });
  });

  describe('plans', () => {
    const plan = { id: 'basics', hash: 'h1', json: '{"title":"Größe 🧪"}', publishedAt: 5 };

    test(rule('J31'), async () => {
      const { journal } = await open();
      expect(await journal.putPlan(plan)).toEqual({ ...plan, version: 1 });
      expect(await journal.putPlan({ ...plan, publishedAt: 9 })).toEqual({ ...plan, version: 1 });
      expect(await journal.putPlan({ ...plan, id: 'other' })).toMatchObject({ id: 'other', version: 1 });
    });

    test(rule('J32'), async () => {
      const { journal } = await open();
      await journal.putPlan(plan);
      const next = { ...plan, hash: 'h2', json: '{}', publishedAt: 6 };
      expect(await journal.putPlan(next)).toEqual({ ...next, version: 2 });
      expect(await journal.putPlan(plan)).toEqual({ ...plan, version: 1 });
      expect(await journal.getPlan('basics', 1)).toEqual({ ...plan, version: 1 });
      expect(await journal.putPlan({ ...plan, hash: 'h3' })).toMatchObject({ version: 3 });
    });

    test(rule('J33'), async () => {
      const { journal } = await open();
      for (const [id, hash] of ['b1', 'a1', 'b2', 'b3'].map((text) => [text[0] ?? '', text] as const))
        await journal.putPlan({ ...plan, id, hash });
      expect(await journal.getPlan('b')).toMatchObject({ id: 'b', version: 3, hash: 'b3' });
      expect(await journal.getPlan('b', 2)).toMatchObject({ id: 'b', version: 2, hash: 'b2' });
      for (const version of [0, 4]) expect(await journal.getPlan('b', version)).toBeNull();
      expect(await journal.getPlan('c')).toBeNull();
      expect(await journal.listPlans()).toMatchObject([
        { id: 'a', version: 1 },
        { id: 'b', version: 3 },
      ]);
    });
  });

  describe('life', () => {
    test(rule('J34'), async () => {
      const { journal } = await open();
      await expect(journal.ping()).resolves.toBeUndefined();
    });

    test(rule('J35'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      await claim(journal, id);
      const underWay = journal.append(makeAppend(id, 1, 2));
      await Promise.all([journal.close(), journal.close()]);
      expect(await underWay).toEqual({ ok: true });
      const uses: Record<Exclude<keyof Journal, 'capabilities' | 'shared' | 'close'>, () => Promise<unknown>> = {
        create: () => create(journal),
        claim: () => claim(journal, id),
        append: () => journal.append(makeAppend(id, 1, 3)),
        release: () => journal.release(id, 1),
        erase: () => journal.erase(id, 1),
        load: () => journal.load(id),
        list: () => journal.list({ limit: 1 }),
        due: () => journal.due(1, 1),
        beat: () => journal.beat({ at: 1, gapMs: 1, knownUntil: 0 }),
        putPlan: () => journal.putPlan({ id: 'p', hash: 'h', json: '{}', publishedAt: 1 }),
        getPlan: () => journal.getPlan('p'),
        listPlans: () => journal.listPlans(),
        ping: () => journal.ping(),
      };
      for (const [name, use] of Object.entries(uses))
        await expect(use(), name).rejects.toMatchObject({ name: 'VivaError', code: 'STORE_UNAVAILABLE' });
    });
  });
}
