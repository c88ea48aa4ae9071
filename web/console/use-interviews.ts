import { useCallback, useEffect, useState } from 'react';
import type { Problem } from '../../src/client/problem.ts';
import type { State } from '../../src/protocol.ts';
import { type Api, isLockedOut, type Reply, type Summary } from './api.ts';

const POLL_MS = 3_000;
/** The service's own limit of one page of the list. */
const PAGE_MAX = 200;
const PAGE_SIZE = 50;

/** What the list shows. `loadedAt` is when it was read, on our clock. */
export interface Interviews {
  interviews: Summary[] | null;
  hasMore: boolean;
  loadedAt: number;
  problem: Problem | null;
  loadMore(): void;
  reload(): void;
}

type Page = { interviews: Summary[]; cursor: string | null };

/** Read the newest `wanted` interviews, as many pages as that takes. */
async function readNewest(api: Api, state: State | null, wanted: number, signal: AbortSignal): Promise<Reply<Page>> {
  const interviews: Summary[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(PAGE_MAX, wanted - interviews.length);
    const reply: Reply<Page> = await api.listInterviews({ state, limit, ...(cursor && { cursor }) }, signal);
    if (!reply.ok) return reply;
    interviews.push(...reply.value.interviews);
    cursor = reply.value.cursor;
  } while (cursor !== null && interviews.length < wanted && !signal.aborted);
  // One created between two pages pushes another one from the first page to the second.
  const byId = new Map(interviews.map((interview) => [interview.id, interview]));
  return { ok: true, value: { interviews: [...byId.values()], cursor } };
}

/** Follow the list of interviews: read it every few seconds while the page is seen. */
export function useInterviews(api: Api, state: State | null): Interviews {
  const [wanted, setWanted] = useState(PAGE_SIZE);
  const [round, setRound] = useState(0);
  const [page, setPage] = useState<(Page & { state: State | null; loadedAt: number }) | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is what asks for another reading
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function look(): Promise<void> {
      if (!document.hidden) {
        const reply = await readNewest(api, state, wanted, stop.signal);
        if (stop.signal.aborted) return;
        setProblem(reply.ok ? null : reply.problem);
        if (reply.ok) setPage({ ...reply.value, state, loadedAt: Date.now() });
        else if (isLockedOut(reply.problem)) return;
      }
      timer = setTimeout(look, POLL_MS);
    }
    look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [api, state, wanted, round]);

  const isCurrent = page?.state === state;
  return {
    interviews: isCurrent ? page.interviews : null,
    hasMore: isCurrent && page.cursor !== null,
    loadedAt: page?.loadedAt ?? 0,
    problem,
    loadMore: useCallback(() => setWanted((count) => count + PAGE_SIZE), []),
    reload: useCallback(() => setRound((count) => count + 1), []),
  };
}
