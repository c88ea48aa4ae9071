import { useEffect, useState } from 'react';
import { untilNextTick } from './spans.ts';

/**
 * What is left until an instant of the server's clock, re-rendered once a second. Null = no limit. Units: ms.
 *
 * `frozenAt` is an instant at which the clock stands still.
 */
export function useTimeLeft(endsAt: number | undefined, offsetMs: number, frozenAt?: number): number | null {
  const look = () => (endsAt === undefined ? null : Math.max(0, endsAt - (frozenAt ?? Date.now() + offsetMs)));
  const [, setTick] = useState(0);
  const leftMs = look();
  useEffect(() => {
    if (leftMs === null || leftMs === 0 || frozenAt !== undefined) return;
    const timer = setTimeout(() => setTick((tick) => tick + 1), untilNextTick(leftMs) + 5);
    return () => clearTimeout(timer);
  });
  // A sleeping tab runs no timers: look again as soon as it is seen.
  useEffect(() => {
    const wake = () => setTick((tick) => tick + 1);
    document.addEventListener('visibilitychange', wake);
    return () => document.removeEventListener('visibilitychange', wake);
  }, []);
  return leftMs;
}
