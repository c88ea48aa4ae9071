// Which rows of a long list are drawn: those that are seen, some around them, and the one that has the focus.
// Pure.

/** A row, or the empty room of rows that are not drawn. Units: px. */
export type Segment = { index: number } | { gapPx: number; from: number };

/** Rows beyond what is seen that are drawn as well, so that scrolling meets no empty room. Units: px. */
export const OVERSCAN_PX = 600;

/** The places at which rows begin: the first at 0, and after the last the height of all. Units: px. */
export function toOffsets(heights: readonly number[]): number[] {
  const offsets = [0];
  for (const height of heights) offsets.push((offsets.at(-1) ?? 0) + height);
  return offsets;
}

/** The row at a place. */
function rowAt(offsets: readonly number[], px: number): number {
  let low = 0;
  let high = offsets.length - 2;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((offsets[middle] ?? 0) <= px) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The rows between two places, both included; `to` is below `from` where there are none. */
export function rowsBetween(offsets: readonly number[], topPx: number, bottomPx: number): { from: number; to: number } {
  if (offsets.length < 2) return { from: 0, to: -1 };
  return { from: rowAt(offsets, topPx - OVERSCAN_PX), to: rowAt(offsets, bottomPx + OVERSCAN_PX) };
}

/** What to draw: the rows of a range, one more with its neighbours, to which the focus goes on, and the room of the rest. */
export function toSegments(
  offsets: readonly number[],
  { from, to }: { from: number; to: number },
  keptIndex: number | null,
): Segment[] {
  const count = offsets.length - 1;
  const indexes = Array.from({ length: Math.max(0, Math.min(to, count - 1) - from + 1) }, (_, step) => from + step);
  const kept = keptIndex === null ? [] : [keptIndex - 1, keptIndex, keptIndex + 1];
  const drawn = new Set([...indexes, ...kept.filter((index) => index >= 0 && index < count)]);
  const segments: Segment[] = [];
  let next = 0;
  const leaveRoom = (until: number) => {
    const gapPx = (offsets[until] ?? 0) - (offsets[next] ?? 0);
    if (gapPx > 0) segments.push({ gapPx, from: next });
  };
  for (const index of [...drawn].toSorted((a, b) => a - b)) {
    leaveRoom(index);
    segments.push({ index });
    next = index + 1;
  }
  leaveRoom(count);
  return segments;
}
