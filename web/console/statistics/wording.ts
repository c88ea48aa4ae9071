import type { QuestionStatistics, Statistics } from '../api.ts';
import { formatCount, formatShare, formatSpan } from '../moments.ts';

// What statistics say in words. A count is always told with what it is a count of, and a share only where there are
// enough to make one. Pure.

/** Below so many, a percentage says more than is known. */
export const SHARE_COUNT_MIN = 10;

/** Write a part of a whole: “3 of 7”, and from ten on with its share. */
export function sayPart(part: number, whole: number): string {
  if (whole === 0) return 'none yet';
  const counts = `${part.toLocaleString('en')} of ${whole.toLocaleString('en')}`;
  return whole < SHARE_COUNT_MIN ? counts : `${counts} (${formatShare(part / whole)})`;
}

/** Write a time as people say it: seconds below ten minutes matter. */
export function sayTime(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return formatSpan(ms);
}

/** One line of a bar chart, which its table has in numbers. */
export interface Bar {
  id: string;
  label: string;
  /** 0 to 1 of the width. */
  share: number;
  text: string;
  /** Where a mark stands on the bar, 0 to 1. */
  mark?: number;
  note?: string;
}

export interface Table {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

const nameOf = ({ text }: QuestionStatistics, index: number) => `${index + 1}. ${text}`;

/** The greatest of the values, and never 0, to divide by. */
function greatest(values: readonly number[]): number {
  return Math.max(1, ...values);
}

const droppedIn = ({ dropped }: QuestionStatistics) => dropped.ended + dropped.expired + dropped.cancelled;

/** How far interviews came: of those that were created, who started, who was asked each question, who finished. */
export function toFunnel({ interviews, questions }: Statistics): Bar[] {
  const whole = interviews.counted;
  const step = (id: string, label: string, count: number, note?: string): Bar => ({
    id,
    label,
    share: count / greatest([whole]),
    text: sayPart(count, whole),
    ...(note === undefined ? {} : { note }),
  });
  const ended = (question: QuestionStatistics) => {
    const count = droppedIn(question);
    return count === 0 ? undefined : `${formatCount(count, 'interview')} ended here`;
  };
  const unstarted = interviews.counted - interviews.started - interviews.invited;
  return [
    step('created', 'Created', interviews.counted),
    step(
      'started',
      'Started',
      interviews.started,
      unstarted === 0 ? undefined : `${formatCount(unstarted, 'interview')} ended before the start`,
    ),
    ...questions.map((question, index) =>
      step(question.id, `Asked: ${nameOf(question, index)}`, question.reached, ended(question)),
    ),
    step('finished', 'Finished', interviews.finished),
  ];
}

export function toFunnelTable({ questions }: Statistics): Table {
  return {
    head: [
      'Question',
      'Asked',
      'Answered',
      'Skipped',
      'Time ran out',
      'Left in it',
      'At it',
      'Ended',
      'Expired',
      'Cancelled',
    ],
    rows: questions.map((question, index) => [
      nameOf(question, index),
      ...[question.reached, question.answered, question.skipped, question.expired, question.left, question.open].map(
        String,
      ),
      ...[question.dropped.ended, question.dropped.expired, question.dropped.cancelled].map(String),
    ]),
  };
}

/** A tenth of the scores in words. */
export function sayBin(bin: number): string {
  return bin === 9 ? '90–100%' : `${bin * 10}–${bin * 10 + 9}%`;
}

/** What the scores of a question say, for beside its picture. */
export function sayScores({ scores, threshold }: QuestionStatistics): string {
  const { counted, median, atThreshold } = scores;
  if (counted === 0 || median === null) return 'No score yet.';
  const reached = `${sayPart(atThreshold, counted)} at the threshold of ${formatShare(threshold)} or above`;
  return `${formatCount(counted, 'score')}, median ${formatShare(median)}. ${reached}.`;
}

export function toScoreTable({ questions }: Statistics): Table {
  const bins = Array.from({ length: 10 }, (_, bin) => sayBin(bin));
  return {
    head: ['Question', 'Scores', 'Median', ...bins],
    rows: questions.map((question, index) => [
      nameOf(question, index),
      String(question.scores.counted),
      question.scores.median === null ? '–' : formatShare(question.scores.median),
      ...question.scores.bins.map(String),
    ]),
  };
}

/** What answers to follow-ups were worth. */
function sayGain({ followUps }: QuestionStatistics): string | undefined {
  const { compared, gained, gainMean } = followUps;
  if (compared === 0 || gainMean === null) return undefined;
  const better = `A better score after it in ${sayPart(gained, compared)}`;
  return compared < SHARE_COUNT_MIN ? better : `${better}, +${Math.round(gainMean * 100)} percentage points on average`;
}

/** How often a question was followed up. */
export function toFollowUps({ questions }: Statistics): Bar[] {
  return questions.map((question, index) => {
    const { answered, followUps } = question;
    const note = sayGain(question);
    return {
      id: question.id,
      label: nameOf(question, index),
      share: followUps.followedUp / greatest([answered]),
      text: sayPart(followUps.followedUp, answered),
      ...(note === undefined ? {} : { note }),
    };
  });
}

export function toFollowUpTable({ questions }: Statistics): Table {
  return {
    head: [
      'Question',
      'Answered',
      'Followed up',
      'Follow-ups asked',
      'Answered follow-ups',
      'Compared',
      'Better after',
      'Mean gain',
    ],
    rows: questions.map((question, index) => {
      const { followedUp, asked, answered, compared, gained, gainMean } = question.followUps;
      const gain = gainMean === null ? '–' : `${Math.round(gainMean * 100)} pp`;
      return [
        nameOf(question, index),
        ...[question.answered, followedUp, asked, answered, compared, gained].map(String),
        gain,
      ];
    }),
  };
}

/** How long a question took: the bar is the median, the mark the 90th percentile, on one scale for all. */
export function toTimes({ questions }: Statistics): Bar[] {
  const scale = greatest(questions.map(({ time }) => time.p90Ms ?? time.medianMs ?? 0));
  return questions.map((question, index) => {
    const { counted, medianMs, p90Ms } = question.time;
    return {
      id: question.id,
      label: nameOf(question, index),
      share: (medianMs ?? 0) / scale,
      text: medianMs === null ? 'none yet' : `${sayTime(medianMs)}, median of ${counted.toLocaleString('en')}`,
      ...(p90Ms === null ? {} : { mark: p90Ms / scale, note: `Nine in ten took ${sayTime(p90Ms)} or less` }),
    };
  });
}

export function toTimeTable({ questions }: Statistics): Table {
  const say = (ms: number | null) => (ms === null ? '–' : sayTime(ms));
  return {
    head: ['Question', 'Timed', 'Median', '90th percentile'],
    rows: questions.map((question, index) => [
      nameOf(question, index),
      String(question.time.counted),
      say(question.time.medianMs),
      say(question.time.p90Ms),
    ]),
  };
}

/** How many judgements asked for a person. */
export function toReviews({ questions }: Statistics): Bar[] {
  return questions.map((question, index) => ({
    id: question.id,
    label: nameOf(question, index),
    share: question.needsReview / greatest([question.answered]),
    text: sayPart(question.needsReview, question.answered),
  }));
}

export function toReviewTable({ questions }: Statistics): Table {
  return {
    head: ['Question', 'Answered', 'For a person'],
    rows: questions.map((question, index) => [
      nameOf(question, index),
      String(question.answered),
      String(question.needsReview),
    ]),
  };
}

/** What all of it is made of, and what it leaves out. */
export function sayBasis({ interviews, isComplete, countedMax }: Statistics): string {
  const { counted, invited, underWay } = interviews;
  if (counted === 0) return 'No interview by this version of the plan yet.';
  const open = [
    ...(invited > 0 ? [`${invited.toLocaleString('en')} invited`] : []),
    ...(underWay > 0 ? [`${underWay.toLocaleString('en')} under way`] : []),
  ];
  const all = `${formatCount(counted, 'interview')}${open.length > 0 ? `, of which ${open.join(' and ')}` : ''}.`;
  return isComplete
    ? all
    : `${all} There are more: the newest are counted, at most ${countedMax.toLocaleString('en')}.`;
}
