// Spans of time as both pages write them. Units: ms unless a name says else.

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
