import type { EvaluationView, ReviewerView, TranscriptEntry } from '../../src/protocol.ts';
import type { Quote } from './evidence.ts';

/** One question with its follow-ups, in the order in which they were asked. */
export interface Thread {
  questionId: string;
  /** 1-based, as the candidate counted. */
  number: number;
  entries: TranscriptEntry[];
}

/** One result of judging: the answers up to and including this entry's. Null = nothing could judge them. */
export interface Judgement {
  promptId: string;
  label: string;
  evaluation: EvaluationView | null;
}

/** Where one prompt stands. */
export type EntryStatus =
  | 'answering'
  | 'paused'
  | 'judging'
  | 'judged'
  | 'unjudged'
  | 'skipped'
  | 'timed-out'
  | 'unanswered';

/** Put every follow-up below its question. */
export function toThreads(entries: TranscriptEntry[]): Thread[] {
  const threads: Thread[] = [];
  for (const entry of entries) {
    const last = threads.at(-1);
    if (last && entry.kind === 'followUp' && last.questionId === entry.questionId) last.entries.push(entry);
    else threads.push({ questionId: entry.questionId, number: threads.length + 1, entries: [entry] });
  }
  return threads;
}

/** How an entry is called beside the others of its question. */
export function labelOf(thread: Thread, entry: TranscriptEntry): string {
  const index = thread.entries.indexOf(entry);
  return index <= 0 ? 'First answer' : `Follow-up ${index}`;
}

/** All judgements of a question, oldest first: a follow-up's answer is judged together with those before it. */
export function judgementsOf(thread: Thread): Judgement[] {
  return thread.entries.flatMap((entry) =>
    entry.evaluation === undefined
      ? []
      : [{ promptId: entry.promptId, label: labelOf(thread, entry), evaluation: entry.evaluation }],
  );
}

/** What was judged again later, oldest first. The first judgement stays, and its score counts. */
export function laterJudgementsOf(thread: Thread): Judgement[] {
  return thread.entries
    .flatMap(({ promptId, reevaluations = [] }) => reevaluations.map((again) => ({ promptId, again })))
    .toSorted((one, other) => one.again.seq - other.again.seq)
    .map(({ promptId, again }) => ({ promptId: `${promptId} ${again.seq}`, label: 'Judged again', evaluation: again }));
}

/** Tell where a prompt stands; only the newest one of an interview can still be open. */
export function statusOf(
  entry: TranscriptEntry,
  view: Pick<ReviewerView, 'state' | 'paused'>,
  isNewest: boolean,
): EntryStatus {
  if (entry.passed === 'skip') return 'skipped';
  if (entry.passed === 'deadline') return 'timed-out';
  if (entry.answer) {
    if (entry.evaluation) return 'judged';
    return isNewest && entry.evaluation === undefined && view.state === 'EVALUATING' ? 'judging' : 'unjudged';
  }
  const isOpen = isNewest && (view.state === 'QUESTIONING' || view.state === 'FOLLOW_UP');
  if (!isOpen) return 'unanswered';
  return view.paused ? 'paused' : 'answering';
}

/** Every quote of an evaluation with the point that it is for. */
export function quotesOf(evaluation: EvaluationView | null | undefined): Quote[] {
  return evaluation?.points.flatMap(({ id, evidence }) => evidence.map((quote) => ({ ...quote, pointId: id }))) ?? [];
}

/** The answers that were given to a question, oldest first. */
export function answersOf(thread: Thread): string[] {
  return thread.entries.flatMap(({ answer }) => (answer ? [answer.text] : []));
}
