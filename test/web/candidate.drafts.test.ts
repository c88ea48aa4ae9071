import { describe, expect, it } from 'vitest';
import { type KeyValueStore, openDrafts } from '../../web/candidate/drafts.ts';

function mapStore(): KeyValueStore & { keys(): string[] } {
  const valueByKey = new Map<string, string>();
  return {
    get length() {
      return valueByKey.size;
    },
    key: (index) => [...valueByKey.keys()][index] ?? null,
    getItem: (key) => valueByKey.get(key) ?? null,
    setItem: (key, value) => valueByKey.set(key, value),
    removeItem: (key) => valueByKey.delete(key),
    keys: () => [...valueByKey.keys()],
  };
}

const draft = { promptText: 'Why?', text: 'Because', sent: 'Bec', saved: 'B' };

describe('the drafts of an interview on a device', () => {
  it('come back as they were, for their prompt and interview only', () => {
    const store = mapStore();
    expect(openDrafts(store, 'i1').write('q1', draft)).toBe(true);
    expect(openDrafts(store, 'i1').read('q1')).toEqual(draft);
    expect(openDrafts(store, 'i1').read('q2')).toBeNull();
    expect(openDrafts(store, 'i2').read('q1')).toBeNull();
  });

  it('are forgotten together, and nothing else is', () => {
    const store = mapStore();
    store.setItem('viva.outbox.i1', '[]');
    for (const promptId of ['q1', 'q1.1', 'q2']) openDrafts(store, 'i1').write(promptId, draft);
    openDrafts(store, 'i2').write('q1', draft);
    openDrafts(store, 'i1').clear();
    expect(store.keys()).toEqual(['viva.outbox.i1', 'viva.draft.i2.q1']);
  });

  it.each(['', 'null', '{', '[]', '{"text":1}', '{"text":"x"}'])('that are damaged (%s) count as none', (value) => {
    const store = mapStore();
    store.setItem('viva.draft.i1.q1', value);
    expect(openDrafts(store, 'i1').read('q1')).toBeNull();
  });

  it('say so when the browser forbids or has no room to keep them', () => {
    const forbid = () => {
      throw new Error('QuotaExceededError');
    };
    expect(openDrafts({ ...mapStore(), setItem: forbid }, 'i1').write('q1', draft)).toBe(false);
    expect(openDrafts({ ...mapStore(), getItem: forbid }, 'i1').read('q1')).toBeNull();
    const none = openDrafts(null, 'i1');
    expect(none.write('q1', draft)).toBe(false);
    expect(none.read('q1')).toBeNull();
    none.clear();
  });
});
