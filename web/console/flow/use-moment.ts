import { useCallback, useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { ReviewerView } from '../../../src/protocol.ts';
import type { Api, ReportDigest } from '../api.ts';
import { momentOf } from './strip.ts';

/** So far apart are readings while somebody moves quickly: the service gives 120 a minute to one address. */
const GAP_MS = 500;
const CACHED_MAX = 200;

/** An earlier moment as the service tells it. */
export interface Moment {
  seq: number;
  view: ReviewerView;
  report: ReportDigest | null;
}

/** The moment that is looked at: kept in the address, so that it can be shared. Null = the newest, as it grows. */
export function useMomentSeq(headSeq: number): [seq: number | null, goTo: (seq: number | null) => void] {
  const [params, setParams] = useSearchParams();
  const seq = momentOf(params.get('at'), headSeq);
  const head = useRef(headSeq);
  head.current = headSeq;
  const goTo = useCallback(
    (next: number | null) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          if (next === null || next >= head.current) after.delete('at');
          else after.set('at', String(Math.max(1, next)));
          return after;
        },
        { replace: true },
      ),
    [setParams],
  );
  return [seq, goTo];
}

/**
 * The view and report of an earlier moment. While another one is read the last one stays; `isReading` says so.
 *
 * What was read is kept: an earlier moment does not change any more.
 */
export function useMoment(
  api: Api,
  interviewId: string,
  seq: number | null,
): { moment: Moment | null; isReading: boolean } {
  const [moment, setMoment] = useState<Moment | null>(null);
  const [round, setRound] = useState(0);
  const cache = useRef(new Map<number, Moment>());
  const readAt = useRef(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is what asks for another try
  useEffect(() => {
    if (seq === null) {
      setMoment(null);
      return;
    }
    const known = cache.current.get(seq);
    if (known) {
      setMoment(known);
      return;
    }
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout>;
    const again = () => {
      timer = setTimeout(() => setRound((count) => count + 1), 4 * GAP_MS);
    };
    const read = async () => {
      readAt.current = Date.now();
      const [view, report] = await Promise.all([api.readMoment(interviewId, seq), api.readReport(interviewId, seq)]);
      if (!isWanted) return;
      if (!view.ok) return again();
      const found = { seq, view: view.value, report: report.ok ? report.value : null };
      if (cache.current.size >= CACHED_MAX) cache.current.clear();
      if (report.ok) cache.current.set(seq, found);
      setMoment(found);
    };
    timer = setTimeout(read, Math.max(0, readAt.current + GAP_MS - Date.now()));
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [api, interviewId, seq, round]);

  return { moment: seq === null ? null : moment, isReading: seq !== null && moment?.seq !== seq };
}
