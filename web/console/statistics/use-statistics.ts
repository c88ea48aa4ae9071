import { useCallback, useEffect, useState } from 'react';
import type { Problem } from '../../../src/client/problem.ts';
import type { Api, PlanSummary, Statistics } from '../api.ts';

/** The statistics of one version of a plan. What is shown stays until the next one is there. */
export interface StatisticsState {
  plans: PlanSummary[] | null;
  statistics: Statistics | null;
  /** When they were counted, on our clock. */
  readAt: number;
  isReading: boolean;
  problem: Problem | null;
  reload(): void;
}

/** Read the plans, and the statistics of the one that is chosen, or else of the first. `version` null = the newest. */
export function useStatistics(api: Api, planId: string | null, version: number | null): StatisticsState {
  const [plans, setPlans] = useState<PlanSummary[] | null>(null);
  const [read, setRead] = useState<{ statistics: Statistics; readAt: number } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isReading, setReading] = useState(true);
  const [round, setRound] = useState(0);
  const wanted = planId ?? plans?.[0]?.id ?? null;

  useEffect(() => {
    let isWanted = true;
    api.listPlans().then((reply) => {
      if (!isWanted) return;
      if (reply.ok) setPlans(reply.value.plans);
      else setProblem(reply.problem);
      if (!reply.ok || reply.value.plans.length === 0) setReading(false);
    });
    return () => {
      isWanted = false;
    };
  }, [api]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is what asks for another reading
  useEffect(() => {
    if (wanted === null) return;
    let isWanted = true;
    setReading(true);
    api.readStatistics(wanted, version).then((reply) => {
      if (!isWanted) return;
      setReading(false);
      setProblem(reply.ok ? null : reply.problem);
      if (reply.ok) setRead({ statistics: reply.value, readAt: Date.now() });
    });
    return () => {
      isWanted = false;
    };
  }, [api, wanted, version, round]);

  const isCurrent =
    read !== null && read.statistics.planId === wanted && (version === null || read.statistics.version === version);
  return {
    plans,
    statistics: isCurrent ? read.statistics : null,
    readAt: read?.readAt ?? 0,
    isReading,
    problem,
    reload: useCallback(() => setRound((last) => last + 1), []),
  };
}
