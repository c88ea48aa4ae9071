import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  claim,
  create,
  fenced,
  fill,
  type JournalHarness,
  makeAppend,
  makeCreation,
  makeRecord,
  read,
} from '../support/journal.ts';
import { rule } from '../support/rules.ts';

/** Rules J1 to J24: who may write, and what a write does. */
export function writingContract(open: () => Promise<JournalHarness>): void {
  describe('create', () => {
    test(rule('J1'), async () => {
      const { journal } = await open();
      const creation = makeCreation({ state: 'IDLE', wakeAt: 77 });
      expect(await journal.create(creation)).toMatchObject({ id: creation.id, isNew: true });
      const { id, meta, record, state, wakeAt } = creation;
      const { at: updatedAt, hash, versions } = record;
      const head = { id, meta, epoch: 0, headSeq: 1, state, wakeAt, updatedAt, hash, versions, erasedAt: null };
      expect(await journal.load(id)).toEqual({ head, records: [record] });
    });

    test(rule('J2'), async () => {
      const { journal } = await open();
      const first = makeCreation({ idempotency: { key: 'k', digest: 'one' } });
      await journal.create(first);
      const again = makeCreation({ idempotency: { key: 'k', digest: 'two' } });
      expect(await journal.create(again)).toEqual({ id: first.id, isNew: false, digest: 'one' });
      expect(await journal.load(again.id)).toBeNull();
      const other = makeCreation({ idempotency: { key: 'other', digest: 'one' } });
      expect(await journal.create(other)).toMatchObject({ id: other.id, isNew: true });
    });

    test(rule('J3'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const before = await read(journal, id);
      const again = makeCreation({ id, wakeAt: 5, idempotency: { key: 'late', digest: 'd' } });
      expect(await journal.create(again)).toMatchObject({ id, isNew: false });
      expect(await read(journal, id)).toEqual(before);
      expect(await journal.create(makeCreation({ idempotency: { key: 'late', digest: 'd' } }))).toMatchObject({
        isNew: true,
      });
    });
  });

  describe('claim', () => {
    test(rule('J4'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      expect((await claim(journal, id, 'a')).head.epoch).toBe(1);
      expect((await claim(journal, id, 'b')).head.epoch).toBe(2);
      expect((await journal.load(id))?.head.epoch).toBe(2);
    });

    test(rule('J5'), async () => {
      const { journal } = await open();
      expect(await journal.claim(randomUUID(), 'a', { leaseMs: 10, force: true })).toBeNull();
      expect(await journal.claim(randomUUID(), 'a', { leaseMs: 10, force: false })).toBeNull();
    });

    test(rule('J6'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const { head } = await claim(journal, id, 'a', false);
      expect(await journal.claim(id, 'b', { leaseMs: 10, force: false })).toBe('held');
      expect((await journal.load(id))?.head).toEqual(head);
      expect(await journal.append(makeAppend(id, head.epoch, 2))).toEqual({ ok: true });
    });

    test(rule('J7'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      await claim(journal, id, 'a');
      const { head } = await claim(journal, id, 'b', true);
      expect(await journal.append(makeAppend(id, head.epoch, 2))).toEqual({ ok: true });
      expect(await journal.claim(id, 'a', { leaseMs: 10, force: false })).toBe('held');
    });

    test(rule('J8'), async () => {
      const { journal, passTime } = await open();
      const id = await create(journal);
      await claim(journal, id, 'a', false, 1_000);
      expect((await claim(journal, id, 'a', false, 1_000)).head.epoch).toBe(2);
      await passTime(1_001);
      expect((await claim(journal, id, 'b', false, 1_000)).head.epoch).toBe(3);
    });

    test(rule('J9'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      expect(await claim(journal, id)).toMatchObject({ snapshot: null, tail: [{ seq: 1 }], commands: [] });
      const records = [2, 3, 4, 5].map((seq) => makeRecord(seq, 1));
      // A record without a command: the service's own.
      delete (records[1] as { command?: unknown }).command;
      for (const record of records) {
        const snapshot = record.seq === 3 ? { snapshot: { seq: 3, json: '{"at":3}' } } : {};
        expect(await journal.append({ ...makeAppend(id, 1, record.seq, snapshot), record })).toEqual({ ok: true });
      }
      const claimed = await claim(journal, id);
      expect(claimed).toEqual({
        ...(journal.shared && { unheldMs: expect.any(Number) }),
        head: { ...(await journal.load(id))?.head, epoch: 2 },
        snapshot: { seq: 3, json: '{"at":3}' },
        tail: records.slice(2),
        commands: records.flatMap(({ command, seq }) => (command ? [{ ...command, seq }] : [])),
      });
    });
  });

  describe('append', () => {
    test(rule('J10'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 1);
      const append = makeAppend(id, epoch, 3, { state: 'COMPLETE', wakeAt: null });
      expect(await journal.append(append)).toEqual({ ok: true });
      const loaded = await journal.load(id);
      const { at: updatedAt, hash, versions } = append.record;
      const moved = { headSeq: 3, epoch, state: 'COMPLETE', wakeAt: null, updatedAt, hash, versions };
      expect(loaded?.head).toMatchObject(moved);
      expect(loaded?.records.at(-1)).toEqual(append.record);
      expect(loaded?.records.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    });

    test(rule('J11'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const old = await claim(journal, id, 'a');
      await claim(journal, id, 'b');
      expect(await journal.append(makeAppend(id, old.head.epoch, 2))).toEqual(fenced);
      // An epoch that nobody was given yet is as wrong.
      expect(await journal.append(makeAppend(id, 3, 2))).toEqual(fenced);
    });

    test(rule('J12'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 2);
      for (const seq of [1, 2, 3]) {
        expect(await journal.append(makeAppend(id, epoch, seq))).toEqual(fenced);
        expect(await journal.append(makeAppend(id, epoch, seq, { previousHash: 'hash 3' }))).toEqual(fenced);
      }
    });

    test(rule('J13'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 1);
      expect(await journal.append(makeAppend(id, epoch, 4))).toEqual(fenced);
      expect(await journal.append(makeAppend(id, epoch, 4, { previousHash: 'hash 2' }))).toEqual(fenced);
      expect(await journal.append(makeAppend(id, epoch, 3))).toEqual({ ok: true });
    });

    test(rule('J64'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 1);
      const before = await read(journal, id);
      const known = (await journal.load(id))?.records[1]?.command;
      for (const previousHash of ['hash 1', 'hash 3', 'hash 22', ''])
        for (const command of [undefined, known]) {
          const record = makeRecord(3, epoch, command ? { command } : {});
          expect(await journal.append(makeAppend(id, epoch, 3, { previousHash, record }))).toEqual(fenced);
        }
      expect(await read(journal, id)).toEqual(before);
      expect(await journal.append(makeAppend(id, epoch, 3, { previousHash: 'hash 2' }))).toEqual({ ok: true });
    });

    test(rule('J14'), async () => {
      const { journal } = await open();
      expect(await journal.append(makeAppend(randomUUID(), 0, 1))).toEqual(fenced);
    });

    test(rule('J15'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 1);
      const known = makeRecord(3, epoch, { command: { id: randomUUID(), digest: 'original' } });
      await journal.append(makeAppend(id, epoch, 3, { record: known }));
      const command = { id: known.command?.id ?? '', digest: 'another' };
      const again = makeAppend(id, epoch, 4, { record: makeRecord(4, epoch, { command }) });
      const duplicate = { ok: false, reason: 'duplicate', seq: 3, digest: 'original' };
      expect(await journal.append(again)).toEqual(duplicate);
      // Both in one turn: the second sees the first.
      const [one, two] = [5, 6].map((seq) => {
        const record = makeRecord(seq - 1, epoch, { command: { id: 'twice', digest: `${seq}` } });
        return journal.append(makeAppend(id, epoch, seq - 1, { record }));
      });
      expect(await one).toEqual({ ok: true });
      expect(await two).toEqual({ ok: false, reason: 'duplicate', seq: 4, digest: '5' });
    });

    test(rule('J16'), async () => {
      const { journal } = await open();
      const command = { id: randomUUID(), digest: 'd' };
      for (const id of [await create(journal), await create(journal)]) {
        const { head } = await claim(journal, id);
        const append = makeAppend(id, head.epoch, 2, { record: makeRecord(2, head.epoch, { command }) });
        expect(await journal.append(append)).toEqual({ ok: true });
      }
    });

    test(rule('J17'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 1);
      const known = makeRecord(3, epoch);
      await journal.append(makeAppend(id, epoch, 3, { record: known, snapshot: { seq: 3, json: '"good"' } }));
      const before = await read(journal, id);
      const snapshot = { seq: 9, json: '"bad"' };
      const refused = [
        makeAppend(id, epoch - 1, 4, { snapshot }),
        makeAppend(id, epoch, 3, { snapshot }),
        makeAppend(id, epoch, 5, { snapshot }),
        makeAppend(id, epoch, 4, { snapshot, record: { ...known, seq: 4 } }),
      ];
      for (const append of refused) expect(await journal.append(append)).toMatchObject({ ok: false });
      expect(await read(journal, id)).toEqual(before);
      expect((await claim(journal, id)).snapshot).toEqual({ seq: 3, json: '"good"' });
    });

    test(rule('J18'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 1);
      const [, known] = (await journal.load(id))?.records ?? [];
      if (!known) throw new Error('nothing was written');
      await claim(journal, id, 'b');
      expect(await journal.append(makeAppend(id, epoch, 3, { record: { ...known, seq: 3 } }))).toEqual(fenced);
      // The writer of now with the sequence of then, too: its picture of the interview is old.
      expect(await journal.append(makeAppend(id, epoch + 1, 2, { record: known }))).toEqual(fenced);
    });

    test(rule('J19'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const { head } = await claim(journal, id);
      const racing = ['a', 'b'].map((name) =>
        journal.append(makeAppend(id, head.epoch, 2, { record: makeRecord(2, head.epoch, { state: name }) })),
      );
      const results = await Promise.all(racing);
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      expect(results.filter(({ ok }) => !ok)).toEqual([fenced]);
      const winner = results.findIndex(({ ok }) => ok);
      expect((await journal.load(id, 1))?.records).toMatchObject([{ seq: 2, state: 'ab'[winner] }]);
    });

    test(rule('J20'), async () => {
      const { journal } = await open();
      const ids = await Promise.all(Array.from({ length: 6 }, () => create(journal)));
      await Promise.all(ids.map((id) => claim(journal, id)));
      const results = await Promise.all(ids.map((id, index) => journal.append(makeAppend(id, 1, index % 2 ? 2 : 9))));
      expect(results.map(({ ok }) => ok)).toEqual([false, true, false, true, false, true]);
      const heads = await Promise.all(ids.map(async (id) => (await journal.load(id))?.head.headSeq));
      expect(heads).toEqual([1, 2, 1, 2, 1, 2]);
    });

    test(rule('J21'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 1);
      await journal.append(makeAppend(id, epoch, 3, { snapshot: { seq: 3, json: '"three"' } }));
      await journal.append(makeAppend(id, epoch, 4));
      await journal.append(makeAppend(id, epoch, 5, { snapshot: { seq: 5, json: '"five"' } }));
      expect(await claim(journal, id)).toMatchObject({ snapshot: { seq: 5, json: '"five"' }, tail: [] });
    });

    test(rule('J22'), async () => {
      const { journal, passTime } = await open();
      const id = await create(journal);
      const { head } = await claim(journal, id, 'a', false, 60_000);
      await passTime(40_000);
      await journal.append(makeAppend(id, head.epoch, 2));
      await passTime(40_000);
      expect(await journal.claim(id, 'b', { leaseMs: 10, force: false })).toBe('held');
      await passTime(40_000);
      expect((await claim(journal, id, 'b', false)).head.epoch).toBe(2);
    });
  });

  describe('release', () => {
    test(rule('J23'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 2, 'a');
      await journal.release(id, epoch, { seq: 2, json: '"two"' });
      const claimed = await claim(journal, id, 'b', false);
      expect(claimed).toMatchObject({ snapshot: { seq: 2, json: '"two"' }, tail: [{ seq: 3 }] });
      await journal.release(id, claimed.head.epoch);
      expect((await claim(journal, id, 'c', false)).snapshot).toEqual({ seq: 2, json: '"two"' });
    });

    test(rule('J24'), async () => {
      const { journal } = await open();
      const id = await create(journal);
      const epoch = await fill(journal, id, 1, 'a');
      await claim(journal, id, 'b');
      await journal.release(id, epoch, { seq: 1, json: '"stale"' });
      await journal.release(randomUUID(), epoch);
      expect(await journal.claim(id, 'c', { leaseMs: 10, force: false })).toBe('held');
      expect((await claim(journal, id, 'c')).snapshot).toBeNull();
    });
  });
}
