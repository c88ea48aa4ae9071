import { useEffect, useState } from 'react';
import type { Api, ReportDigest } from './api.ts';

/** The report of an interview, read again whenever `version` changes; the last one stays until then. */
export function useReport(api: Api, interviewId: string, version: string): ReportDigest | null {
  const [report, setReport] = useState<ReportDigest | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` is what asks for another reading
  useEffect(() => {
    let isWanted = true;
    api.readReport(interviewId).then((reply) => {
      if (isWanted && reply.ok) setReport(reply.value);
    });
    return () => {
      isWanted = false;
    };
  }, [api, interviewId, version]);
  return report;
}
