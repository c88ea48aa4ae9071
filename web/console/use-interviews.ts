import { useCallback, useEffect, useRef, useState } from 'react';
import type { Problem } from '../../src/client/problem.ts';
import { type Api, isLockedOut, type Line, type Listed, type Reply } from './api.ts';
import { type Filter, toQuery } from './filter.ts';

const POLL_MS = 3_000;
const PAGE_SIZE = 250;

/** What the list shows. `loadedAt` is when it was read, on the service's clock. */
export interface Interviews {
  interviews: Line[] | null;
  hasMore: boolean;
  /** How many interviews were looked through for these. */
  lookedAt: number;
  loadedAt: number;
  problem: Problem | null;
  loadMore(): void;
  reload(): void;
}

interface Found {
  interviews: Line[];
  cursor: string | null;
  lookedAt: number;
  servedAt: number | null;
}

/** A page as it came last, under the place that it begins at. */
type Kept = Map<string, { etag: string; page: NonNullable<Listed['page']> }>;

async function readPage(
  api: Api,
  query: Parameters<Api['listInterviews']>[0],
  kept: Kept,
  signal: AbortSignal,
): Promise<Reply<Listed & { page: NonNullable<Listed['page']> }>> {
  const place = query.cursor ?? '';
  const known = kept.get(place);
  const reply = await api.listInterviews(query, signal, known?.etag);
  if (!reply.ok) return reply;
  const page = reply.value.page ?? known?.page ?? { interviews: [], cursor: null, lookedAt: 0 };
  if (reply.value.page && reply.value.etag) kept.set(place, { etag: reply.value.etag, page });
  return { ok: true, value: { ...reply.value, page } };
}

/** Read the newest interviews, so many pages of them. A page that was filtered may be short, and still have a next one. */
async function readPages(
  api: Api,
  filter: Filter,
  { count, kept, signal }: { count: number; kept: Kept; signal: AbortSignal },
): Promise<Reply<Found>> {
  const found: Found = { interviews: [], cursor: null, lookedAt: 0, servedAt: null };
  const places = new Set<string>();
  for (let index = 0; index < count && (index === 0 || found.cursor !== null); index += 1) {
    const query = { filter, limit: PAGE_SIZE, ...(found.cursor && { cursor: found.cursor }) };
    const reply = await readPage(api, query, kept, signal);
    if (!reply.ok) return reply;
    places.add(query.cursor ?? '');
    const { page, servedAt } = reply.value;
    found.interviews.push(...page.interviews);
    Object.assign(found, { cursor: page.cursor, lookedAt: found.lookedAt + page.lookedAt, servedAt });
  }
  // Where a page begins moves on with every new interview.
  for (const place of kept.keys()) if (!places.has(place)) kept.delete(place);
  return { ok: true, value: found };
}

/** The lines that did not change stay the same objects, and one that came twice comes once: rows draw only what is new. */
function mergeLines(before: readonly Line[], after: readonly Line[]): Line[] {
  const known = new Map(before.map((line) => [line.id, line]));
  const byId = new Map<string, Line>();
  for (const line of after) {
    const old = known.get(line.id);
    byId.set(line.id, old && JSON.stringify(old) === JSON.stringify(line) ? old : line);
  }
  return [...byId.values()];
}

/** Follow the list of interviews: ask every few seconds, while the page is seen, whether it has changed. */
export function useInterviews(api: Api, filter: Filter): Interviews {
  const key = new URLSearchParams(toQuery(filter)).toString();
  const [pages, setPages] = useState({ key, count: 1 });
  const [round, setRound] = useState(0);
  const [found, setFound] = useState<(Omit<Found, 'servedAt'> & { key: string; loadedAt: number }) | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const kept = useRef({ key, pages: new Map() as Kept });
  const count = pages.key === key ? pages.count : 1;
  const wanted = useRef(filter);
  wanted.current = filter;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is what asks for another reading, `key` stands for the filter
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (kept.current.key !== key) kept.current = { key, pages: new Map() };
    async function look(): Promise<void> {
      if (!document.hidden) {
        const options = { count, kept: kept.current.pages, signal: stop.signal };
        const reply = await readPages(api, wanted.current, options);
        if (stop.signal.aborted) return;
        setProblem(reply.ok ? null : reply.problem);
        if (reply.ok) {
          const { interviews, servedAt, ...rest } = reply.value;
          setFound((before) => {
            const lines = mergeLines(before?.interviews ?? [], interviews);
            return { ...rest, interviews: lines, key, loadedAt: servedAt ?? Date.now() };
          });
        } else if (isLockedOut(reply.problem)) return;
      }
      timer = setTimeout(look, POLL_MS);
    }
    look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [api, key, count, round]);

  const isCurrent = found?.key === key;
  return {
    interviews: isCurrent ? found.interviews : null,
    hasMore: isCurrent && found.cursor !== null,
    lookedAt: isCurrent ? found.lookedAt : 0,
    loadedAt: found?.loadedAt ?? 0,
    problem,
    loadMore: useCallback(() => setPages({ key, count: count + 1 }), [key, count]),
    reload: useCallback(() => setRound((last) => last + 1), []),
  };
}
