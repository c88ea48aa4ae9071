import { useSyncExternalStore } from 'react';
import type { Judging } from './judging.ts';
import { useService } from './service.ts';

/** How this person judges, and how to change it. */
export function useJudging(): { judging: Judging; change: (part: Partial<Judging>) => void } {
  const { preferences } = useService();
  const judging = useSyncExternalStore(preferences.subscribe, preferences.get);
  return { judging, change: preferences.set };
}
