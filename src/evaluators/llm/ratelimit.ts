// What an endpoint says of how soon it wants to be asked again.

/** Nobody is waited for longer, whatever a header says. Units: ms. */
const WAIT_MS_MAX = 3_600_000;
/** Longer than any time that is meant; to look for one in a header of 16 KiB would take seconds. */
const TEXT_CHARS_MAX = 64;

/** `1s`, `6m0s`, `250ms`, `2`, or an instant. Units: ms; null = not understood. */
function durationOf(text: string, now: number): number | null {
  if (text.length > TEXT_CHARS_MAX) return null;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text) {
    const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
    return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0);
  }
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at - now;
}

/** Where the usual endpoints say how many requests or tokens are left, and when there are more. */
const windows = ['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap((what) => [
  { left: `x-ratelimit-remaining-${what}`, reset: `x-ratelimit-reset-${what}` },
  { left: `anthropic-ratelimit-${what}-remaining`, reset: `anthropic-ratelimit-${what}-reset` },
]);

/** For how long the headers of a response ask to be left alone. Units: ms; 0 = not at all. */
export function waitAsked(headers: Headers, now: number): number {
  const asked = [
    Number(headers.get('retry-after-ms') ?? Number.NaN),
    durationOf(headers.get('retry-after') ?? '', now),
  ];
  const spent = windows
    .filter(({ left }) => headers.get(left)?.trim() === '0')
    .map(({ reset }) => durationOf(headers.get(reset) ?? '', now));
  const waits = [...asked, ...spent].filter((ms): ms is number => ms !== null && Number.isFinite(ms));
  return Math.min(WAIT_MS_MAX, Math.max(0, ...waits));
}
