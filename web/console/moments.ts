// Instants and shares as a reviewer reads them. Pure; instants in ms since 1970 UTC.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Write an instant: the time alone on the same day, else with the date. `zone` and `locale` default to the browser's. */
export function formatInstant(at: number, now: number, locale?: string, zone?: string): string {
  const zoned = zone === undefined ? {} : { timeZone: zone };
  const day = new Intl.DateTimeFormat(locale, { ...zoned, year: 'numeric', month: '2-digit', day: '2-digit' });
  const isToday = day.format(at) === day.format(now);
  const date = isToday ? {} : ({ day: 'numeric', month: 'short' } as const);
  return new Intl.DateTimeFormat(locale, { ...zoned, ...date, hour: 'numeric', minute: '2-digit' }).format(at);
}

/** Write an instant in full, with seconds. */
export function formatExact(at: number, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** Write the time of day with seconds, for records. */
export function formatSecond(at: number, locale?: string, zone?: string): string {
  const zoned = zone === undefined ? {} : { timeZone: zone };
  const parts = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(locale, { ...zoned, ...parts }).format(at);
}

/** Write how long ago something was. Clocks differ a little: the near future counts as now. */
export function formatAgo(ms: number): string {
  if (ms < 10_000) return 'just now';
  if (ms < MINUTE_MS) return `${Math.floor(ms / 1000)} s ago`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ago`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ago`;
  return `${Math.floor(ms / DAY_MS)} d ago`;
}

/** Write a share of 1 as a whole percentage, kept inside 0 to 100. */
export function formatShare(share: number): string {
  return `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`;
}

/** Write a count with its noun. */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Write how long something takes or has taken, in its largest unit, and in two where the second one matters. */
export function formatSpan(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) {
    const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    return `${Math.floor(ms / HOUR_MS)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
  }
  return `${Math.floor(ms / DAY_MS)} d`;
}

/** Write when something will be; what is past is due. */
export function formatUntil(ms: number): string {
  return ms <= 0 ? 'due now' : `in ${formatSpan(ms)}`;
}
