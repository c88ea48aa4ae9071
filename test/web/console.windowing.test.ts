import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OVERSCAN_PX, rowsBetween, toOffsets, toSegments } from '../../web/console/windowing.ts';
import { takeSeed } from '../support/random.ts';

describe('which rows of a long list are drawn', () => {
  const offsets = toOffsets(Array.from({ length: 500 }, (_, index) => (index % 5 === 0 ? 80 : 50)));

  it('draws what is seen and what is near, and keeps the room of the rest', () => {
    // 28,000 px in all; rows of 56 px on average.
    expect(offsets.at(-1)).toBe(28_000);
    expect(rowsBetween(offsets, 0, 900)).toEqual({ from: 0, to: 26 });
    const segments = toSegments(offsets, rowsBetween(offsets, 14_000, 14_900), null);
    expect(segments[0]).toEqual({ gapPx: offsets[239], from: 0 });
    expect(segments.at(-1)).toMatchObject({ gapPx: expect.any(Number) });
    expect(segments).toHaveLength(40);
  });

  it('draws the row with the focus and its neighbours wherever they are, once', () => {
    const first = toSegments(offsets, { from: 200, to: 202 }, 3);
    expect(first.map((segment) => ('index' in segment ? segment.index : 'gap'))).toEqual([
      'gap',
      2,
      3,
      4,
      'gap',
      200,
      201,
      202,
      'gap',
    ]);
    const inside = toSegments(offsets, { from: 0, to: 2 }, 0);
    expect(inside.filter((segment) => 'index' in segment)).toHaveLength(3);
  });

  it('draws nothing of an empty list, and all of a short one', () => {
    expect(toSegments(toOffsets([]), rowsBetween(toOffsets([]), 0, 900), 4)).toEqual([]);
    const short = toOffsets([60, 60]);
    expect(toSegments(short, rowsBetween(short, -300, 600), null)).toEqual([{ index: 0 }, { index: 1 }]);
  });

  it('never loses height or a row that is seen, whatever the heights', () => {
    const heights = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(heights, fc.integer({ min: -1_000, max: 60_000 }), fc.option(fc.nat(250)), (all, top, kept) => {
        const places = toOffsets(all);
        const bottom = top + 900;
        const segments = toSegments(places, rowsBetween(places, top, bottom), kept);
        const heightOf = (segment: (typeof segments)[number]) =>
          'index' in segment ? (all[segment.index] ?? Number.NaN) : segment.gapPx;
        expect(segments.reduce((sum, segment) => sum + heightOf(segment), 0)).toBe(places.at(-1));
        const drawn = new Set(segments.flatMap((segment) => ('index' in segment ? segment.index : [])));
        for (const [index, height] of all.entries()) {
          const from = places[index] ?? 0;
          const isSeen = from < bottom + OVERSCAN_PX && from + height > top - OVERSCAN_PX;
          if (isSeen) expect(drawn.has(index)).toBe(true);
        }
      }),
      { seed: takeSeed('windowing') },
    );
  });
});
