import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { eraseTexts } from '../../src/journal/chain.ts';
import {
  claim,
  create,
  fenced,
  fill,
  type JournalHarness,
  makeAppend,
  makeCreation,
  read,
} from '../support/journal.ts';
import { rule } from '../support/rules.ts';

/** Rules J37 to J39: what an erasure takes, and what it leaves. */
export function erasingContract(open: () => Promise<JournalHarness>): void {
  describe('erase', () => {
    test(rule('J37'), async () => {
      const { journal } = await open();
      const creation = makeCreation({ idempotency: { key: 'key of Ada', digest: 'd' } });
      creation.meta.externalId = 'ats-77';
      const id = await create(journal, creation);
      const other = await create(journal);
      const epoch = await fill(journal, id, 3);
      await journal.append(makeAppend(id, epoch, 5, { snapshot: { seq: 5, json: '"answer 5"' } }));
      const before = await journal.load(id);
      const untouched = await journal.load(other);
      if (!before) throw new Error('nothing was stored');

      expect(await journal.erase(id, 7_000)).toBe(true);
      const { meta, records } = eraseTexts(before.head.meta, before.records);
      const head = { ...before.head, meta, epoch: before.head.epoch + 1, wakeAt: null, erasedAt: 7_000 };
      const after = await journal.load(id);
      expect(after).toEqual({ head, records });
      expect(JSON.stringify(after)).not.toMatch(/answer \d|Ada|ada@|ats-77|salt|digest \d/);
      expect((await journal.list({ limit: 9 })).heads.find((listed) => listed.id === id)).toEqual(head);
      expect(await journal.load(other)).toEqual(untouched);
      // The key is free again: nothing remembers what it was used for.
      const again = makeCreation({ idempotency: { key: 'key of Ada', digest: 'x' } });
      expect(await journal.create(again)).toMatchObject({ id: again.id, isNew: true });
      expect(await journal.create(makeCreation({ id }))).toMatchObject({ isNew: false });
    });

    test(rule('J38'), async () => {
      const { journal, passTime } = await open();
      const id = await create(journal, { wakeAt: 5 });
      const epoch = await fill(journal, id, 1);
      const underWay = journal.append(makeAppend(id, epoch, 3));
      const isErased = await journal.erase(id, 7_000);
      // The append was first, or it is fenced; it never comes after.
      const { head, records } = (await journal.load(id)) ?? {};
      expect([isErased, records?.length]).toEqual([true, (await underWay).ok ? 3 : 2]);
      const before = await read(journal, id);
      for (const seq of [3, 4]) expect(await journal.append(makeAppend(id, epoch, seq))).toEqual(fenced);
      await journal.release(id, epoch, { seq: 2, json: '"answer 2"' });
      await passTime(60_000);
      expect(await journal.due(Number.MAX_SAFE_INTEGER, 9)).toEqual([]);
      for (const force of [false, true]) expect(await journal.claim(id, 'a', { leaseMs: 10, force })).toBeNull();
      expect(await read(journal, id)).toEqual(before);
      expect(head?.epoch).toBe(epoch + 1);
    });

    test(rule('J39'), async () => {
      const { journal } = await open();
      expect(await journal.erase(randomUUID(), 1)).toBe(false);
      const id = await create(journal);
      await claim(journal, id);
      expect(await journal.erase(id, 7_000)).toBe(true);
      const before = await read(journal, id);
      expect(await journal.erase(id, 8_000)).toBe(true);
      expect(await read(journal, id)).toEqual(before);
    });
  });
}
