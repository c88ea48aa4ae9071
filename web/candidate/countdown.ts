// When the candidate's clock speaks up, and how it looks. Pure: the instants come from outside. Units: ms.

/** How urgent the time that is left looks. `untimed` = there is no limit. */
export type TimeLevel = 'untimed' | 'plenty' | 'low' | 'short' | 'last';

/** The instants at which the page speaks, most time first. */
const warnings = [
  { leftMs: 300_000, level: 'low', text: '5 minutes left.' },
  { leftMs: 60_000, level: 'short', text: '1 minute left. What you have written counts when time is up.' },
  { leftMs: 15_000, level: 'last', text: '15 seconds left. What you have written counts when time is up.' },
] as const;

/** A warning belongs only to clocks that started with clearly more: a four-minute question is not "low" at once. */
function applies(warningMs: number, allottedMs: number): boolean {
  return allottedMs >= warningMs * 1.2;
}

/** Which level the clock shows. */
export function levelOf(leftMs: number | null, allottedMs: number): TimeLevel {
  if (leftMs === null) return 'untimed';
  return warnings.findLast((one) => leftMs <= one.leftMs && applies(one.leftMs, allottedMs))?.level ?? 'plenty';
}

/** What to say, if the clock passed a warning between two looks at it; the most urgent one when it passed several. */
export function warningBetween(beforeMs: number | null, nowMs: number | null, allottedMs: number): string | null {
  if (beforeMs === null || nowMs === null || nowMs <= 0) return null;
  const passed = warnings.findLast(
    (one) => beforeMs > one.leftMs && nowMs <= one.leftMs && applies(one.leftMs, allottedMs),
  );
  return passed?.text ?? null;
}
