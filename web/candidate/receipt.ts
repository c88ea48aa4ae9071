import type { CandidateView, TimeLedger, TranscriptEntry } from '../../src/protocol.ts';
import { formatMinutes, formatSpoken } from '../shared/spans.ts';
import { outcomeMessages } from './wording.ts';

// What a candidate takes away from an interview: what was asked and answered, where the time went, what happens now,
// and the code that proves it. In plain words, for the page and for the file.

export type ReceiptEntry = Pick<TranscriptEntry, 'promptId' | 'kind' | 'text' | 'askedAt' | 'answer' | 'passed'>;

/** The receipt as the service gives it. */
export interface Receipt {
  entries: ReceiptEntry[];
  timeLedger: TimeLedger;
  chain: { isIntact: boolean; headHash: string };
}

/** What of the interview the receipt names. */
export type About = Pick<CandidateView, 'interviewId' | 'outcome' | 'plan'>;

/** Read the receipt from the service. Errors: an Error when it is not to be had now. */
export async function fetchReceipt(origin: string, interviewId: string, token: string): Promise<Receipt> {
  const response = await fetch(new URL(`/api/interviews/${encodeURIComponent(interviewId)}/transcript`, origin), {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`the receipt is not to be had: ${response.status}`);
  return (await response.json()) as Receipt;
}

/** Where the time went; `note` says what that meant for the candidate's own time. */
export interface TimeRow {
  name: string;
  spent: string;
  note?: string;
}

const inSeconds = (ms: number) => Math.round(ms / 1_000) * 1_000;

/** A span of the past, to the second. */
export function describeSpan(ms: number): string {
  return ms > 0 && inSeconds(ms) === 0 ? 'less than a second' : formatSpoken(inSeconds(ms));
}

/** The accounts of the time in which something happened, the whole of it last. */
export function describeTime(ledger: TimeLedger, plan: CandidateView['plan']): TimeRow[] {
  const { extendedMs, disconnectedMs, pausedMs, evaluatingMs, downMs, totalMs } = ledger;
  const extra = extendedMs > 0 ? `of it ${describeSpan(extendedMs)} that the team gave you on top` : undefined;
  const allowed = plan.disconnectedMinutes ?? 0;
  const rows: [ms: number, name: string, note?: string | undefined][] = [
    [ledger.thinkingMs + ledger.typingMs + extendedMs, 'Thinking and writing', extra],
    [disconnectedMs, 'Without a connection', allowed > 0 ? `up to ${formatMinutes(allowed)} did not count` : undefined],
    [pausedMs, 'Pauses', 'did not count'],
    [evaluatingMs, 'While your answers were read', 'did not count'],
    [downMs, 'While the service was interrupted', 'given back to you'],
  ];
  const used = rows.filter(([ms]) => ms > 0);
  return [...used, [totalMs, 'In all'] as (typeof rows)[number]].map(([ms, name, note]) => ({
    name,
    spent: describeSpan(ms),
    ...(note === undefined ? {} : { note }),
  }));
}

/** A prompt with its place among the others: `Question 2`, `Follow-up to question 2`. */
export function placeEntries(entries: readonly ReceiptEntry[]): { place: string; entry: ReceiptEntry }[] {
  let number = 0;
  return entries.map((entry) => {
    if (entry.kind === 'question') number += 1;
    return { place: entry.kind === 'question' ? `Question ${number}` : `Follow-up to question ${number}`, entry };
  });
}

/** What became of a prompt, where that is not its answer alone. */
export function describeEnd({ answer, passed }: ReceiptEntry): string {
  if (answer) return answer.from === 'draft' ? 'Taken as you had written it when the time was up.' : '';
  if (passed === 'skip') return 'You skipped it.';
  return passed === 'deadline' ? 'The time was up; there is no answer.' : 'There is no answer.';
}

/** What happens now. */
export function describeNext({ outcome }: Pick<About, 'outcome'>, entries: Receipt['entries']): string[] {
  const isCancelled = outcome === 'cancelled';
  const ended = isCancelled ? 'The team that invited you ended this interview.' : '';
  const read = isCancelled
    ? 'They can still read what you had answered.'
    : 'The team that invited you can read your answers now.';
  const compared =
    'Software compared each answer with what they look for. That is an aid: a person sees why, and can judge otherwise.';
  const given = entries.some(({ answer }) => answer)
    ? `${read} ${compared}`
    : 'There is no answer of yours to read. The team that invited you sees how the interview ended.';
  return [
    `${ended} ${given}`.trim(),
    'What they decide, they tell you themselves. If you have a question, think that something is wrong, or want your answers deleted, write to them and quote the code below.',
  ];
}

/** What the code is good for. */
export const aboutCode =
  'This code stands for everything on this receipt. If anything of it were changed later, the code would no longer fit: keep it, and the team can check your interview against it.';

export const brokenCode =
  'The records of this interview do not fit together: something in them was changed. Tell the team that invited you, and send them this receipt.';

function writeEntry({ place, entry }: { place: string; entry: ReceiptEntry }): string[] {
  const { answer, text } = entry;
  const end = describeEnd(entry);
  return [place, text, '', ...(answer ? ['Your answer:', answer.text] : []), ...(end ? [end] : []), ''];
}

/** The receipt as a text to keep. `writtenAt` as people write it. */
export function writeReceipt(receipt: Receipt, about: About, writtenAt: string): string {
  const { entries, timeLedger, chain } = receipt;
  const lines = [
    `Receipt: ${about.plan.title}`,
    `Interview ${about.interviewId}, written ${writtenAt}`,
    outcomeMessages[about.outcome ?? 'finished'].title,
    '',
    '--- What was asked, and what you answered ---',
    '',
    ...placeEntries(entries).flatMap(writeEntry),
    '--- Where the time went ---',
    '',
    ...describeTime(timeLedger, about.plan).map(
      ({ name, spent, note }) => `${name}: ${spent}${note ? ` (${note})` : ''}`,
    ),
    '',
    '--- What happens now ---',
    '',
    ...describeNext(about, entries),
    '',
    '--- The code to quote ---',
    '',
    chain.headHash,
    chain.isIntact ? aboutCode : brokenCode,
  ];
  return `${lines.join('\n')}\n`;
}
