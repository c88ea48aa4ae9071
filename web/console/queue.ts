import type { QueueCase } from './api.ts';

// The cases of the queue as they were read last: whoever goes through them keeps their order, though what is judged
// leaves the queue meanwhile.

export interface Queue {
  get(): readonly QueueCase[];
  set(cases: readonly QueueCase[]): void;
  subscribe(listener: () => void): () => void;
}

/** Create a queue that holds nothing yet. */
export function createQueue(): Queue {
  let current: readonly QueueCase[] = [];
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(cases) {
      current = cases;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Where a case is opened. */
export function addressOf({ interviewId, questionId }: Pick<QueueCase, 'interviewId' | 'questionId'>): string {
  return `/interviews/${encodeURIComponent(interviewId)}?${new URLSearchParams({ case: questionId })}`;
}

/** The cases before and after one; of the first and the last there is none. */
export function neighboursOf(
  cases: readonly QueueCase[],
  interviewId: string,
  questionId: string | null,
): { index: number; previous: QueueCase | null; next: QueueCase | null } {
  const index = cases.findIndex((one) => one.interviewId === interviewId && one.questionId === questionId);
  const at = (place: number) => (index < 0 ? null : (cases[place] ?? null));
  return { index, previous: at(index - 1), next: at(index + 1) };
}
