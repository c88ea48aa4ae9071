import { useEffect, useState } from 'react';
import type { Client } from '../../src/client.ts';
import type { Api, JournalEntry } from './api.ts';
import { completeUpTo, mergeRecords } from './records.ts';

const RETRY_MS = 2_000;

/**
 * The journal of an interview while somebody looks at it: read once, then live from the socket.
 *
 * `headSeq` is the sequence number of the view: where records are missing up to it, the journal is read again.
 */
export function useRecords(
  { api, client, interviewId, headSeq }: { api: Api; client: Client; interviewId: string; headSeq: number },
  isOpen: boolean,
): { records: JournalEntry[]; isComplete: boolean } {
  const [records, setRecords] = useState<JournalEntry[]>([]);
  const [round, setRound] = useState(0);
  const knownSeq = completeUpTo(records);
  const isComplete = knownSeq >= headSeq;

  useEffect(() => client.on('record', ({ record }) => setRecords((known) => mergeRecords(known, [record]))), [client]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is what asks for another try
  useEffect(() => {
    if (!isOpen || isComplete) return;
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    api.readJournal(interviewId, knownSeq).then((reply) => {
      if (!isWanted) return;
      if (reply.ok) setRecords((known) => mergeRecords(known, reply.value.records));
      timer = setTimeout(() => setRound((count) => count + 1), RETRY_MS);
    });
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [api, interviewId, isOpen, isComplete, knownSeq, round]);

  return { records, isComplete };
}
