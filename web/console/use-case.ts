import { useEffect, useSyncExternalStore } from 'react';
import { useSearchParams } from 'wouter';
import type { Api } from './api.ts';
import { neighboursOf } from './queue.ts';
import { useService } from './service.ts';

/** The case of the queue that is open, if one is, and those around it. After a reload the queue is read anew. */
export function useCase(api: Api, interviewId: string) {
  const { queue } = useService();
  const [search] = useSearchParams();
  const questionId = search.get('case');
  const cases = useSyncExternalStore(queue.subscribe, queue.get);
  const isMissing = questionId !== null && cases.length === 0;
  useEffect(() => {
    if (!isMissing) return;
    let isWanted = true;
    api.readQueue().then((reply) => isWanted && reply.ok && queue.set(reply.value.cases));
    return () => {
      isWanted = false;
    };
  }, [api, queue, isMissing]);
  return { questionId, count: cases.length, ...neighboursOf(cases, interviewId, questionId) };
}
