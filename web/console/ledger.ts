import type { EvaluationView, TimeLedger, TranscriptEntry } from '../../src/protocol.ts';

// Where the time of an interview went, and where its judgements come from, in the words of reviewers.

/** One account of the time. `whose` = who used it; `counts` = whether limits run on it. */
export interface Account {
  key: Exclude<keyof TimeLedger, 'totalMs'>;
  name: string;
  whose: 'candidate' | 'service';
  counts: 'yes' | 'no' | 'partly';
}

/** All accounts, in the order in which they are drawn: what counts first. */
const accounts: readonly Account[] = [
  { key: 'thinkingMs', name: 'Thinking', whose: 'candidate', counts: 'yes' },
  { key: 'typingMs', name: 'Typing', whose: 'candidate', counts: 'yes' },
  { key: 'extendedMs', name: 'In time added by an operator', whose: 'candidate', counts: 'yes' },
  { key: 'disconnectedMs', name: 'Without a connection', whose: 'candidate', counts: 'yes' },
  { key: 'pausedMs', name: 'Paused', whose: 'candidate', counts: 'no' },
  { key: 'evaluatingMs', name: 'Answers being judged', whose: 'service', counts: 'no' },
  { key: 'downMs', name: 'Service down, given back', whose: 'service', counts: 'no' },
];

export interface LedgerRow extends Account {
  ms: number;
  /** Of the whole, 0..1. */
  share: number;
}

/** The accounts with what is on them. A plan may leave some of a missing connection out of the candidate's time. */
export function toLedgerRows(ledger: TimeLedger, disconnectedMinutes = 0): LedgerRow[] {
  return accounts.map((account) => {
    const ms = ledger[account.key];
    const isUncounted = account.key === 'disconnectedMs' && disconnectedMinutes > 0;
    const isWhollyUncounted = isUncounted && ms <= disconnectedMinutes * 60_000;
    const counts = isWhollyUncounted ? 'no' : isUncounted ? 'partly' : account.counts;
    return { ...account, counts, ms, share: ledger.totalMs === 0 ? 0 : ms / ledger.totalMs };
  });
}

/** The bar in words. */
export function describeLedger(rows: readonly LedgerRow[], span: (ms: number) => string): string {
  return rows.map(({ name, ms }) => `${name} ${span(ms)}`).join(', ');
}

/** Who or what judged: each evaluator once, with the model and the prompt that it asked with. */
export function judgesOf(entries: readonly TranscriptEntry[]): string[] {
  const evaluations = entries.flatMap(({ evaluation, reevaluations = [] }) => [
    ...(evaluation ? [evaluation] : []),
    ...reevaluations,
  ]);
  return [...new Set(evaluations.map(nameJudge))];
}

function nameJudge({ evaluator, model }: EvaluationView): string {
  const name = `${evaluator.id} ${evaluator.version}`;
  if (!model) return name;
  return `${name}: ${model.name} at ${model.provider}, prompt ${model.prompt.version} (${model.prompt.hash.slice(0, 12)}), rubric ${model.rubricHash.slice(0, 12)}`;
}
