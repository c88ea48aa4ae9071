import type { Clock } from './clock.ts';
import type { Evaluator } from './evaluators/evaluator.ts';
import type { Journal } from './journal/journal.ts';
import type { Metrics } from './metrics.ts';

// The two ports with a meter on them; what they do is the same.

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000;

/** A journal whose appends, restores and hibernations are counted. */
export function meterJournal(journal: Journal, metrics: Metrics, clock: Clock): Journal {
  return {
    ...journal,
    async append(entry) {
      const startedAt = performance.now();
      try {
        const appended = await journal.append(entry);
        metrics.appended(appended.ok ? 'stored' : appended.reason, secondsSince(startedAt));
        return appended;
      } catch (error) {
        metrics.appended('failed', secondsSince(startedAt));
        throw error;
      }
    },
    async claim(id, owner, options) {
      const claimed = await journal.claim(id, owner, options);
      if (claimed === null || claimed === 'held') return claimed;
      // Only what looks after overdue interviews waits until nobody else holds them.
      const { wakeAt } = claimed.head;
      const isOverdue = !options.force && wakeAt !== null;
      metrics.restored(isOverdue ? Math.max(0, clock.now() - wakeAt) / 1_000 : null);
      return claimed;
    },
    async release(id, epoch, snapshot) {
      await journal.release(id, epoch, snapshot);
      metrics.hibernated();
    },
  };
}

/** An evaluator whose results are counted under a name. */
export function meterEvaluator(name: string, evaluator: Evaluator, metrics: Metrics): Evaluator {
  return async (request, options) => {
    const startedAt = performance.now();
    const { signal } = options;
    try {
      const result = await evaluator(request, options);
      const judged = result.ok ? 'judged' : result.isRetryable ? 'retryable' : 'failed';
      metrics.evaluated(name, signal.aborted ? 'aborted' : judged, secondsSince(startedAt));
      return result;
    } catch (error) {
      metrics.evaluated(name, signal.aborted ? 'aborted' : 'defect', secondsSince(startedAt));
      throw error;
    }
  };
}
