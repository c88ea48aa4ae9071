import type { InterviewEvent } from '../../machines/interview.ts';
import { isAnnotation } from '../annotations.ts';
import type { JournalRecord } from '../journal/journal.ts';
import { type ResultEvent, transitionsTaken } from '../reduce.ts';
import { replay, type Standing } from '../restore.ts';
import { transitionId } from './chart.ts';
import type { FlowStep } from './shape.ts';

type Plan = Parameters<typeof replay>[1];

/**
 * What each record did on the chart, by the same machine that wrote it.
 *
 * Errors: INTERNAL when the journal does not replay.
 */
export function pathOf(interviewId: string, plan: Plan, records: readonly JournalRecord[]): FlowStep[] {
  let standing: Standing | null = null;
  return records.map((record) => {
    const { seq, at, state } = record;
    const event = record.event as unknown as InterviewEvent | ResultEvent;
    const taken = standing && !isAnnotation(record.event) ? transitionsTaken(standing.snapshot, event) : [];
    standing = replay(interviewId, plan, [record], standing);
    return { seq, at, state, transitionIds: taken.map(transitionId) };
  });
}
