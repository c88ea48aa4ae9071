import type { JournalEntry } from '../api.ts';

/** Records in a row that left the interview in one top-level state. */
export interface Run {
  state: string;
  fromSeq: number;
  /** How many records further the next run begins. */
  length: number;
}

/** The journal as runs of states: what the strip above the slider shows. Pure. */
export function runsOf(records: readonly JournalEntry[]): Run[] {
  const runs: Run[] = [];
  for (const { seq, state } of records) {
    const top = state.split('.')[0] ?? '';
    const last = runs.at(-1);
    if (last) last.length = seq - last.fromSeq;
    if (last?.state !== top) runs.push({ state: top, fromSeq: seq, length: 0 });
  }
  return runs.filter(({ length }) => length > 0);
}

/** The moment that an address names with `?at=`; null = none, or none that is. */
export function momentOf(value: string | null, headSeq: number): number | null {
  const seq = Number(value);
  return value !== null && Number.isSafeInteger(seq) && seq >= 1 && seq < headSeq ? seq : null;
}

/** Tell from the facts up to a record whether the candidate was there. Before the start nobody knows. */
export function wasHere(records: readonly JournalEntry[], seq: number): boolean {
  let isHere = false;
  for (const { facts } of records.filter((record) => record.seq <= seq))
    for (const { type } of facts) {
      if (type === 'interview.started' || type === 'candidate.joined') isHere = true;
      if (type === 'candidate.left' || type === 'interview.completed') isHere = false;
    }
  return isHere;
}
