import type { InterviewContext, InterviewFact, PlanOutline, Prompt } from '../../machines/interview.ts';
import type { JournalRecord } from '../journal/journal.ts';
import type { TimeLedger } from '../protocol.ts';

// The time ledger: every millisecond between the start of an interview and its end is booked once.

/** So long before a draft or an answer came, the candidate was typing: pages save every 5 s while somebody types. */
const TYPING_MS_MAX = 6_000;

type Account = Exclude<keyof TimeLedger, 'totalMs'>;

/** A limit on the candidate's own time: what is left of it, and what extensions have added. Units: ms; null = none. */
interface Budget {
  leftMs: number | null;
  extraMs: number;
}

/** A ledger that is being folded. */
export interface OpenLedger {
  booked: Readonly<Record<Account, number>>;
  /** Booked until here; null before the start and after the end. */
  at: number | null;
  state: string;
  isAway: boolean;
  accommodations: Pick<InterviewContext, 'timeMultiplier' | 'isUntimed'>;
  prompt: Prompt | null;
  own: Budget;
  whole: Budget;
}

const noBudget: Budget = { leftMs: null, extraMs: 0 };

const nothingBooked: Record<Account, number> = {
  thinkingMs: 0,
  typingMs: 0,
  evaluatingMs: 0,
  disconnectedMs: 0,
  pausedMs: 0,
  extendedMs: 0,
  downMs: 0,
};

export const emptyLedger: OpenLedger = {
  booked: nothingBooked,
  at: null,
  state: 'IDLE',
  isAway: false,
  accommodations: { timeMultiplier: 1, isUntimed: false },
  prompt: null,
  own: noBudget,
  whole: noBudget,
};

type Amounts = Partial<Record<Account, number>>;

function book(ledger: OpenLedger, amounts: Amounts): OpenLedger {
  const booked = { ...ledger.booked };
  for (const [account, ms] of Object.entries(amounts) as [Account, number][]) booked[account] += ms;
  return { ...ledger, booked };
}

/** Time off a limit: first what the plan gave, then what extensions gave. */
function spend({ leftMs, extraMs }: Budget, ms: number): Budget {
  if (leftMs === null) return { leftMs, extraMs };
  const own = Math.min(ms, leftMs);
  return { leftMs: leftMs - own, extraMs: Math.max(0, extraMs - (ms - own)) };
}

function extendedPart({ leftMs, extraMs }: Budget, ms: number): number {
  return leftMs === null ? 0 : Math.min(Math.max(0, ms - leftMs), extraMs);
}

/** Book time in which the candidate's clock ran. */
function bookOwn(ledger: OpenLedger, ms: number, isTyped: boolean): OpenLedger {
  const { own, whole, isAway } = ledger;
  const extendedMs = Math.max(extendedPart(own, ms), extendedPart(whole, ms));
  const restMs = ms - extendedMs;
  const typingMs = isTyped ? Math.min(restMs, Math.max(0, TYPING_MS_MAX - extendedMs)) : 0;
  const amounts = isAway ? { disconnectedMs: ms } : { extendedMs, typingMs, thinkingMs: restMs - typingMs };
  return { ...book(ledger, amounts), own: spend(own, ms), whole: spend(whole, ms) };
}

/** Book what passed in a state. `isTyped`: it ended with words of the candidate. */
function bookState(ledger: OpenLedger, ms: number, isTyped: boolean): OpenLedger {
  const { state } = ledger;
  if (state.startsWith('EVALUATING')) return book(ledger, { evaluatingMs: ms });
  if (state.endsWith('.PAUSED')) return book(ledger, { pausedMs: ms });
  if (state.endsWith('.AWAY')) return book(ledger, { disconnectedMs: ms });
  return bookOwn(ledger, ms, isTyped);
}

function bookUntil(
  ledger: OpenLedger,
  at: number,
  { downMs, isTyped }: { downMs: number; isTyped: boolean },
): OpenLedger {
  if (ledger.at === null) return ledger;
  const passedMs = Math.max(0, at - ledger.at);
  const lostMs = Math.min(downMs, passedMs);
  return { ...bookState(book(ledger, { downMs: lostMs }), passedMs - lostMs, isTyped), at };
}

function limitOf(ms: number | null, { isUntimed, timeMultiplier }: OpenLedger['accommodations']): number | null {
  return ms === null || isUntimed ? null : Math.round(ms * timeMultiplier);
}

/** What the plan gives for a prompt, before accommodations. */
function planMs(outline: PlanOutline, prompt: Prompt | null): number | null {
  const question = outline.questions.find(({ id }) => id === prompt?.questionId);
  return (prompt?.kind === 'followUp' ? question?.followUpTimeMs : question?.timeMs) ?? null;
}

/** Accommodations are the candidate's own right and no extension: they change what the plan gives. */
function accommodate({ leftMs, extraMs }: Budget, before: number | null, after: number | null): Budget {
  if (before === null || after === null || leftMs === null) return { leftMs: after, extraMs };
  return { leftMs: leftMs + Math.max(0, after - before), extraMs };
}

function applyFact(ledger: OpenLedger, outline: PlanOutline, at: number, fact: InterviewFact): OpenLedger {
  const { accommodations } = ledger;
  const limit = (ms: number | null) => ({ leftMs: limitOf(ms, accommodations), extraMs: 0 });
  switch (fact.type) {
    case 'interview.started':
      return { ...ledger, at, whole: limit(outline.totalMs) };
    case 'prompt.asked':
      return { ...ledger, prompt: fact.prompt, own: limit(planMs(outline, fact.prompt)) };
    case 'deadline.extended': {
      const extend = (budget: Budget) => ({ ...budget, extraMs: budget.extraMs + fact.byMs });
      return ledger.at === null ? ledger : { ...ledger, own: extend(ledger.own), whole: extend(ledger.whole) };
    }
    case 'accommodation.changed': {
      const { timeMultiplier, isUntimed } = fact;
      const next = { timeMultiplier, isUntimed };
      const change = (budget: Budget, ms: number | null) =>
        accommodate(budget, limitOf(ms, accommodations), limitOf(ms, next));
      const own = change(ledger.own, planMs(outline, ledger.prompt));
      return { ...ledger, accommodations: next, own, whole: change(ledger.whole, outline.totalMs) };
    }
    case 'candidate.left':
      return { ...ledger, isAway: true };
    case 'candidate.joined':
      return { ...ledger, isAway: false };
    case 'interview.completed':
      return { ...ledger, at: null };
    default:
      return ledger;
  }
}

/** Book what a record ends, and take in what it changes. Pure. */
export function addToLedger(ledger: OpenLedger, outline: PlanOutline, record: JournalRecord): OpenLedger {
  const { at, event, facts, state } = record;
  const downMs = event.type === 'service.returned' ? Number(event.downMs) : 0;
  const isTyped = event.type === 'answer.draft' || event.type === 'answer.submit';
  const { timeMultiplier = 1, isUntimed = false } = event as Partial<OpenLedger['accommodations']>;
  const opened =
    event.type === 'interview.created' ? { ...ledger, accommodations: { timeMultiplier, isUntimed } } : ledger;
  const booked = bookUntil(opened, at, { downMs, isTyped });
  return facts.reduce((folded, fact) => applyFact(folded, outline, at, fact), { ...booked, state });
}

/** The ledger of an interview that is over, or as it stands at an instant. */
export function readLedger(ledger: OpenLedger, now: number): TimeLedger {
  const { booked } = bookUntil(ledger, Math.max(now, ledger.at ?? now), { downMs: 0, isTyped: false });
  return { ...booked, totalMs: Object.values(booked).reduce((sum, ms) => sum + ms, 0) };
}
