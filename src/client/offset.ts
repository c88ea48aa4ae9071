/** What is known of the service's clock: it is ahead of ours by at least `lowMs` and at most `highMs`. */
export interface OffsetBounds {
  lowMs: number;
  highMs: number;
}

/**
 * Narrow the bounds by one stamped frame; bounds that contradict it are forgotten, because a clock was set.
 *
 * Units: instants in ms since 1970 UTC: `serverAt` theirs, `receivedAt` and `askedAt` ours. `askedAt` is when the
 *        question was sent that the frame answers; absent for frames which nobody asked for.
 * Source: K. Marzullo, intersection of time intervals (as in NTP).
 */
export function narrowOffset(
  known: OffsetBounds | null,
  serverAt: number,
  receivedAt: number,
  askedAt?: number,
): OffsetBounds {
  // The frame was stamped before it arrived, and an answer after it was asked for.
  const lowMs = serverAt - receivedAt;
  const highMs = askedAt === undefined ? Number.POSITIVE_INFINITY : serverAt - askedAt;
  if (!known || lowMs > known.highMs || highMs < known.lowMs) return { lowMs, highMs };
  return { lowMs: Math.max(lowMs, known.lowMs), highMs: Math.min(highMs, known.highMs) };
}

/** The best guess within the bounds: the middle, or the smallest latency seen when nothing bounds it from above. */
export function guessOffsetMs({ lowMs, highMs }: OffsetBounds): number {
  return Number.isFinite(highMs) ? Math.round((lowMs + highMs) / 2) : lowMs;
}
