import { type RefObject, useCallback, useLayoutEffect, useMemo, useState } from 'react';
import { rowsBetween, type Segment, toOffsets, toSegments } from './windowing.ts';

/** Follow which rows of a list have to be drawn while the page is scrolled. `heights` in px, one a row. */
export function useSegments(
  body: RefObject<HTMLElement | null>,
  heights: readonly number[],
  keptIndex: number | null,
): Segment[] {
  const offsets = useMemo(() => toOffsets(heights), [heights]);
  const [range, setRange] = useState({ from: 0, to: 30 });

  const look = useCallback(() => {
    const top = body.current?.getBoundingClientRect().top ?? 0;
    const next = rowsBetween(offsets, -top, window.innerHeight - top);
    setRange((last) => (last.from === next.from && last.to === next.to ? last : next));
  }, [body, offsets]);

  useLayoutEffect(() => {
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [look]);

  return useMemo(() => toSegments(offsets, range, keptIndex), [offsets, range, keptIndex]);
}
