// What a clock says and when it speaks up. Pure: the instants come from outside. Units: ms unless a name says else.

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

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Write a span as a clock does: `4:05`, `1:02:09`. A begun second counts as whole, so `0:00` means that it is over. */
export function formatClock(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function counted(value: number, unit: string): string {
  return `${value} ${unit}${value === 1 ? '' : 's'}`;
}

/** Write a span in words, for people who hear it: `4 minutes 5 seconds`. */
export function formatSpoken(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const parts = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor((seconds % 3600) / 60), 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  const said = parts.filter(([value]) => value > 0).map(([value, unit]) => counted(value, unit));
  return said.length === 0 ? '0 seconds' : said.join(' ');
}

/** Write a number of minutes of a plan: `30 minutes`, `1 hour 30 minutes`, `1.5 minutes`. */
export function formatMinutes(minutes: number): string {
  if (minutes < 60) return counted(Math.round(minutes * 10) / 10, 'minute');
  const hours = Math.floor(minutes / 60);
  const rest = Math.round(minutes % 60);
  return rest === 0 ? counted(hours, 'hour') : `${counted(hours, 'hour')} ${counted(rest, 'minute')}`;
}

/** How long until a clock that shows whole seconds has to change. */
export function untilNextTick(leftMs: number): number {
  const rest = leftMs % 1000;
  return rest > 0 ? rest : 1000;
}
