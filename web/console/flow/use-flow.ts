import { useEffect, useState } from 'react';
import type { FlowLayout, FlowPath } from '../../../src/flow/shape.ts';
import type { Api } from '../api.ts';

const RETRY_MS = 2_000;
/** Records often come in twos and threes. */
const SETTLE_MS = 300;

export interface Flow {
  layout: FlowLayout;
  path: FlowPath;
}

/**
 * The statechart and the interview's way over it, read again whenever there are more records; `isFailing` while the last
 * try had no answer and another one is due.
 */
export function useFlow(api: Api, interviewId: string, headSeq: number): { flow: Flow | null; isFailing: boolean } {
  const [layout, setLayout] = useState<FlowLayout | null>(null);
  const [path, setPath] = useState<FlowPath | null>(null);
  const [round, setRound] = useState(0);
  const [isFailing, setFailing] = useState(false);
  const isComplete = path !== null && path.headSeq >= headSeq;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is what asks for another try
  useEffect(() => {
    if (layout && isComplete) return;
    let isWanted = true;
    const retry = () => {
      timer = setTimeout(() => setRound((count) => count + 1), RETRY_MS);
    };
    const read = async () => {
      const [picture, way] = await Promise.all([layout ?? api.readLayout(), api.readPath(interviewId)]);
      if (!isWanted) return;
      if (!('ok' in picture)) setLayout(picture);
      else if (picture.ok) setLayout(picture.value);
      if (way.ok) setPath(way.value);
      const hasFailed = !way.ok || ('ok' in picture && !picture.ok);
      setFailing(hasFailed);
      if (hasFailed || way.value.headSeq < headSeq) retry();
    };
    let timer = setTimeout(read, path ? SETTLE_MS : 0);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [api, interviewId, headSeq, layout, isComplete, round]);

  return { flow: layout && path ? { layout, path } : null, isFailing };
}
