import type { ReviewerView, State } from '../../src/protocol.ts';
import { attentionTexts, outcomeLabels, stateLabels } from './wording.ts';

// Which interviews the list shows. It stands in the address, so that a list can be kept, sent and come back to.

export type Attention = keyof typeof attentionTexts;
type Outcome = NonNullable<ReviewerView['outcome']>;

export interface Filter {
  state: State | null;
  planId: string | null;
  outcome: Outcome | null;
  attention: Attention | null;
  /** Part of a name or an id; empty = all. */
  q: string;
}

/** The service takes no more. */
export const SEARCH_CHARS_MAX = 100;

/** Not imported from the protocol, which would bring its schemas into the page. */
export const states = Object.keys(stateLabels) as State[];
export const outcomes = Object.keys(outcomeLabels) as Outcome[];
export const attentions = Object.keys(attentionTexts) as Attention[];

function oneOf<Value extends string>(values: readonly Value[], wanted: string | null): Value | null {
  return values.find((value) => value === wanted) ?? null;
}

/** Read a filter from an address; what is not known there filters nothing. */
export function readFilter(search: URLSearchParams): Filter {
  return {
    state: oneOf(states, search.get('state')),
    planId: search.get('plan') || null,
    outcome: oneOf(outcomes, search.get('outcome')),
    attention: oneOf(attentions, search.get('attention')),
    q: (search.get('q') ?? '').slice(0, SEARCH_CHARS_MAX),
  };
}

/** Write a filter as an address has it: only what filters. */
export function writeFilter({ state, planId, outcome, attention, q }: Filter): Record<string, string> {
  return {
    ...(q.trim() && { q }),
    ...(state && { state }),
    ...(planId && { plan: planId }),
    ...(outcome && { outcome }),
    ...(attention && { attention }),
  };
}

/** Write a filter as the API takes it. */
export function toQuery({ planId, q, ...rest }: Filter): Record<string, string> {
  const { plan: _plan, ...query } = writeFilter({ ...rest, planId, q: q.trim() });
  return { ...query, ...(planId && { planId }) };
}

/** Whether it leaves anything out. */
export function isFiltering(filter: Filter): boolean {
  return Object.keys(writeFilter(filter)).length > 0;
}
