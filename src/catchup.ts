import type { InterviewEvent } from '../machines/interview.ts';
import type { Downtime } from './downtime.ts';
import type { Presence } from './presence.ts';
import { firstDue, type ResultEvent, toDoneEvent } from './reduce.ts';
import type { Standing } from './restore.ts';

// What has happened to an interview without anybody telling is put on record before anything else happens to it. All of
// this runs in the interview's turn. Functions of one value, for there are many interviews and each has to weigh little.

/** An interview that time passes for. */
export interface Course {
  downtime: Pick<Downtime, 'after'>;
  presence: Presence;
  standing(): Standing;
  /** Now, but not before the newest record. */
  instant(): number;
  isLost(): boolean;
  /** Commit an event of the service. An instant before the newest record counts as that. */
  apply(event: ResultEvent | InterviewEvent): Promise<void>;
}

/** The service was down, the candidate did not come back. */
export async function catchUp(course: Course): Promise<void> {
  const { downtime, presence } = course;
  for (const { from, until } of await downtime.after(course.standing().snapshot.context.at)) {
    const absentSince = presence.absentSince();
    // Whoever had left by then was away first: the record of it cannot come later.
    if (absentSince !== null && absentSince < from) await noteAbsence(course, absentSince);
    const downMs = until - Math.max(from, course.standing().snapshot.context.at);
    if (!course.isLost()) await course.apply({ type: 'service.returned', at: until, downMs });
  }
  await noteAbsence(course, presence.missedSince());
}

/** The candidate left before what happens now: a record has to tell it first. */
export async function noteAbsence(course: Course, since: number | null = course.presence.goneSince()): Promise<void> {
  if (since === null || course.isLost()) return;
  course.presence.settle();
  await course.apply({ type: 'candidate.left', at: since });
}

/** The candidate is about to be connected: their clock runs again before they see it. */
export async function arrive(course: Course): Promise<void> {
  await catchUp(course);
  course.presence.settle();
  await applyDueDeadlines(course);
  if (!course.isLost()) await course.apply({ type: 'candidate.joined', at: course.instant() });
}

/** Deadlines that have passed come before any command: being late is decided by the clock, not by the queue. */
export async function applyDueDeadlines(course: Course): Promise<void> {
  for (let seq = -1; seq !== course.standing().seq && !course.isLost(); ) {
    const now = course.instant();
    const due = () => firstDue(course.standing().effects, now);
    if (due()) await noteAbsence(course);
    seq = course.standing().seq;
    // An absence may have stopped the clock.
    const effect = due();
    if (effect) await course.apply(toDoneEvent(effect.id, { at: now }));
  }
}
