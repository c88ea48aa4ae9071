const BASE_MS = 250;
const CAP_MS = 10_000;

/** How long the service may send a client away for. Units: ms. */
export const FLOOR_MS_MAX = 300_000;

/**
 * Choose how long to wait before the next attempt: full jitter, so that clients of one outage do not return together.
 *
 * Shape: `attempt` counts from 1; `random` gives 0 ≤ x < 1.
 * Units: ms; at most 10 s.
 * Source: AWS Architecture Blog, "Exponential Backoff and Jitter".
 */
export function chooseBackoffMs(attempt: number, random: () => number): number {
  return Math.floor(random() * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1)));
}

/** Read a `Retry-After` header, seconds or a date. Units: ms, at most five minutes; 0 when absent or unreadable. */
export function readRetryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), FLOOR_MS_MAX);
}
