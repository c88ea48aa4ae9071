import { describe, expect, test } from 'vitest';
import { interview } from '../../machines/interview.ts';
import { apply, pathOf, type Snapshot } from '../support/machine.ts';
import { reach, restingPaths } from '../support/positions.ts';
import { rows } from './rows.ts';

/** A snapshot as a store gives it back: state value and context, through real JSON. */
function restore(snapshot: Snapshot): Snapshot {
  const { value, context } = JSON.parse(JSON.stringify({ value: snapshot.value, context: snapshot.context }));
  return interview.resolveState({ value, context });
}

describe('after JSON', () => {
  test.each(restingPaths)('[M30] %s is the same state', (path) => {
    const { snapshot } = reach(path);
    const restored = restore(snapshot);
    expect([pathOf(restored), restored.context]).toEqual([path, snapshot.context]);
    expect(restored.status).toBe(snapshot.status);
  });

  test.each(rows.map((row) => ({ ...row, source: row.from().path })))(
    '[M30] $source → $to goes the same way: $when',
    (row) => {
      const walk = row.from();
      const before = walk.snapshot;
      row.by(walk);
      const event = walk.events.at(-1);
      if (!event) throw new Error('the row applied no event');
      const step = apply(restore(before), event);
      expect([step.snapshot.value, step.snapshot.context]).toEqual([walk.snapshot.value, walk.context]);
      expect([step.facts, step.started]).toEqual([walk.last.facts, walk.last.started]);
      expect(step.snapshot.status).toBe(walk.snapshot.status);
    },
  );

  test.each(restingPaths)('[M30] %s refuses what it refused', (path) => {
    const restored = restore(reach(path).snapshot);
    const step = apply(restored, { type: 'answer.submit', at: 2_000_000, promptId: 'other', text: 'words' });
    expect([step.isTaken, step.snapshot]).toEqual([false, restored]);
  });

  test('[M30] a whole interview restored before each event ends as it would have', () => {
    const walk = reach('FOLLOW_UP.PAUSED')
      .wait(5)
      .send({ type: 'interview.resume' })
      .answer()
      .fail()
      .pass('backOff')
      .judge();
    walk.draft().pass('prompt').fail(false).judge(undefined, 'evaluateFallback');
    expect(walk.path).toBe('COMPLETE');
    let snapshot = restore(reach('IDLE').snapshot);
    for (const event of walk.events) snapshot = restore(apply(snapshot, event).snapshot);
    expect([snapshot.value, snapshot.context]).toEqual([walk.snapshot.value, walk.context]);
  });
});
