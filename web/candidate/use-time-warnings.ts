import { useEffect, useRef } from 'react';
import { useAnnouncer } from '../shared/announcer.tsx';
import { warningBetween } from './countdown.ts';

/** Say the warnings as the clock passes them. */
export function useTimeWarnings(leftMs: number | null, allottedMs: number): void {
  const { announce } = useAnnouncer();
  const last = useRef(leftMs);
  useEffect(() => {
    const text = warningBetween(last.current, leftMs, allottedMs);
    last.current = leftMs;
    if (text) announce(text);
  }, [leftMs, allottedMs, announce]);
}
