import { describe, expect, it } from 'vitest';
import { createKeeper } from '../../web/candidate/keeper.ts';
import type { LocalDraft } from '../../web/candidate/reconcile.ts';
import { manualClock } from '../support/clock.ts';

interface Save {
  text: string;
  at: number;
  accept(): Promise<void>;
  refuse(code: string): Promise<void>;
}

/** A keeper with its time, its device and its server in the hands of the test. */
function setUp(given: { draft?: string; deadlineInMs?: number; local?: LocalDraft; charsMax?: number } = {}) {
  const clock = manualClock();
  const startAt = clock.now();
  const saves: Save[] = [];
  const kept: { current: LocalDraft | null } = { current: given.local ?? null };
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const keeper = createKeeper({
    prompt: {
      id: 'q1',
      text: 'Why?',
      draft: given.draft,
      deadlineAt: given.deadlineInMs === undefined ? undefined : startAt + given.deadlineInMs,
    },
    charsMax: given.charsMax ?? 100,
    drafts: {
      read: () => kept.current,
      write: (_promptId, draft) => {
        kept.current = draft;
        return true;
      },
      clear: () => {},
    },
    save(text) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      saves.push({
        text,
        at: clock.now() - startAt,
        accept() {
          resolve();
          return settle();
        },
        refuse(code) {
          reject({ code });
          return settle();
        },
      });
      return promise;
    },
    now: clock.now,
    later: (run, ms) => {
      const cancel = clock.wake(clock.now() + ms, run);
      return () => void cancel();
    },
  });
  keeper.start();
  return { keeper, clock, saves, kept, sent: () => saves.map(({ text, at }) => `${at} ${text}`) };
}

describe('a text that is typed', () => {
  it('is on this device at once and on the server a second after the last keystroke', async () => {
    const { keeper, clock, saves, kept, sent } = setUp();
    keeper.edit('a');
    expect(kept.current).toEqual({ promptText: 'Why?', text: 'a', sent: '', saved: '' });
    clock.advance(900);
    keeper.edit('ab');
    clock.advance(999);
    expect(sent()).toEqual([]);
    clock.advance(1);
    expect(sent()).toEqual(['1900 ab']);
    expect(keeper.getState().isSaved).toBe(false);
    await saves[0]?.accept();
    expect(keeper.getState()).toMatchObject({ text: 'ab', isSaved: true });
    expect(kept.current).toMatchObject({ text: 'ab', sent: 'ab', saved: 'ab' });
  });

  it('is sent every five seconds while fingers never rest', async () => {
    const { keeper, clock, saves, sent } = setUp();
    for (let count = 1; count <= 24; count += 1) {
      keeper.edit('x'.repeat(count));
      clock.advance(500);
      await saves.at(-1)?.accept();
    }
    expect(saves.map(({ at }) => at)).toEqual([5_000, 10_000]);
    expect(sent()[0]).toBe(`5000 ${'x'.repeat(10)}`);
  });

  it('waits for the answer to the last one, then the newest goes', async () => {
    const { keeper, clock, saves } = setUp();
    keeper.edit('one');
    clock.advance(1_000);
    keeper.edit('one two');
    clock.advance(3_000);
    keeper.edit('one two three');
    clock.advance(3_000);
    expect(saves.map(({ text }) => text)).toEqual(['one']);
    await saves[0]?.accept();
    clock.advance(1_000);
    expect(saves.map(({ text }) => text)).toEqual(['one', 'one two three']);
  });

  it('goes at once when the page may be about to go, and not twice', () => {
    const { keeper, saves } = setUp();
    keeper.edit('one');
    keeper.flush();
    keeper.flush();
    expect(saves.map(({ text }) => text)).toEqual(['one']);
  });

  it('that is long goes out every five seconds at most: each draft is the whole of it', async () => {
    const { keeper, clock, saves } = setUp({ charsMax: 20_000 });
    keeper.edit('x'.repeat(9_000));
    clock.advance(1_000);
    await saves[0]?.accept();
    keeper.edit('y'.repeat(9_000));
    clock.advance(4_999);
    expect(saves.map(({ at }) => at)).toEqual([1_000]);
    clock.advance(1);
    expect(saves.map(({ at }) => at)).toEqual([1_000, 6_000]);
  });

  it('is not sent when it is what the server has', () => {
    const { keeper, clock, saves } = setUp({ draft: 'one' });
    keeper.edit('one two');
    keeper.edit('one');
    clock.advance(60_000);
    keeper.flush();
    expect(saves).toEqual([]);
    expect(keeper.getState().isSaved).toBe(true);
  });

  it('that is too long stays on this device until it is shortened', () => {
    const { keeper, clock, saves, kept } = setUp({ charsMax: 3 });
    keeper.edit('four');
    clock.advance(60_000);
    expect(saves).toEqual([]);
    expect(keeper.getState()).toMatchObject({ isTooLong: true, isSaved: false });
    expect(kept.current?.text).toBe('four');
    keeper.edit('fou');
    clock.advance(1_000);
    expect(saves.map(({ text }) => text)).toEqual(['fou']);
  });
});

describe('before the deadline', () => {
  it('the text goes out 1.5 s and, when words were added, 0.4 s ahead, whatever is still unanswered', () => {
    const { keeper, clock, sent } = setUp({ deadlineInMs: 10_000 });
    clock.advance(8_000);
    keeper.edit('one');
    clock.advance(500);
    expect(sent()).toEqual(['8500 one']);
    keeper.edit('one two');
    clock.advance(1_099);
    expect(sent()).toEqual(['8500 one']);
    clock.advance(1);
    expect(sent()).toEqual(['8500 one', '9600 one two']);
  });

  it('follows a deadline that was moved', () => {
    const { keeper, clock, sent } = setUp({ deadlineInMs: 2_000 });
    keeper.edit('one');
    keeper.setDeadline(clock.now() + 60_000);
    clock.advance(999);
    expect(sent()).toEqual([]);
    clock.advance(1);
    expect(sent()).toEqual(['1000 one']);
  });
});

describe('a draft that was refused', () => {
  it('is sent again after a while', async () => {
    const { keeper, clock, saves } = setUp();
    keeper.edit('one');
    clock.advance(1_000);
    await saves[0]?.refuse('STORE_UNAVAILABLE');
    clock.advance(2_999);
    expect(saves).toHaveLength(1);
    clock.advance(1);
    expect(saves.map(({ text }) => text)).toEqual(['one', 'one']);
  });

  it.each(['STALE_PROMPT', 'NOT_ACCEPTED'])('with %s is not, the text stays', async (code) => {
    const { keeper, clock, saves, kept } = setUp();
    keeper.edit('one');
    clock.advance(1_000);
    await saves[0]?.refuse(code);
    clock.advance(60_000);
    expect(saves).toHaveLength(1);
    expect(kept.current?.text).toBe('one');
    expect(keeper.getState().isSaved).toBe(false);
  });
});

describe('the keeper', () => {
  it('goes on with the text of this device and sends it', () => {
    const { keeper, clock, saves } = setUp({
      draft: 'one',
      local: { promptText: 'Why?', text: 'one two', sent: 'one', saved: 'one' },
    });
    expect(keeper.getState().text).toBe('one two');
    clock.advance(1_000);
    expect(saves.map(({ text }) => text)).toEqual(['one two']);
  });

  it('offers the text of this device when another device wrote on, and takes it back on demand', () => {
    const { keeper, clock, saves } = setUp({
      draft: 'from the phone',
      local: { promptText: 'Why?', text: 'from here', sent: '', saved: '' },
    });
    expect(keeper.getState()).toMatchObject({ text: 'from the phone', other: 'from here', isSaved: true });
    keeper.useOther();
    expect(keeper.getState()).toMatchObject({ text: 'from here', isSaved: false });
    expect(keeper.getState().other).toBeUndefined();
    clock.advance(1_000);
    expect(saves.map(({ text }) => text)).toEqual(['from here']);
  });

  it('takes later echoes of its own drafts for what they are', async () => {
    const { keeper, clock, saves } = setUp();
    keeper.edit('one');
    clock.advance(1_000);
    await saves[0]?.accept();
    keeper.edit('two');
    clock.advance(1_000);
    await saves[1]?.accept();
    keeper.receive('one');
    keeper.receive('two');
    expect(keeper.getState()).toEqual({ text: 'two', isSaved: true, isKept: true, isTooLong: false });
  });

  it('shows what another device wrote while this one was away, and offers what it replaced', () => {
    const { keeper } = setUp({ draft: 'one' });
    keeper.edit('mine');
    keeper.receive('theirs');
    expect(keeper.getState()).toMatchObject({ text: 'theirs', other: 'mine', isSaved: true });
    keeper.dismissOther();
    expect(keeper.getState().other).toBeUndefined();
  });

  it('sends no draft behind an answer, and goes on when the answer is refused', () => {
    const { keeper, clock, saves } = setUp({ deadlineInMs: 30_000 });
    keeper.edit('one');
    keeper.hold(true);
    clock.advance(29_900);
    keeper.flush();
    expect(saves).toEqual([]);
    keeper.hold(false);
    clock.advance(0);
    keeper.flush();
    expect(saves.map(({ text }) => text)).toEqual(['one']);
  });

  it('sends nothing before its start and after its stop', () => {
    const { keeper, clock, saves, kept } = setUp();
    keeper.edit('one');
    keeper.stop();
    clock.advance(60_000);
    keeper.flush();
    expect(saves).toEqual([]);
    expect(kept.current?.text).toBe('one');
    keeper.start();
    clock.advance(1);
    keeper.flush();
    expect(saves).toHaveLength(1);
  });
});
