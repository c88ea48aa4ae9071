import type { Verdict } from '../../machines/interview.ts';
import type { ReviewerView, State } from '../../src/protocol.ts';
import type { EntryStatus } from './threads.ts';

// The words for states, verdicts, flags and codes, in one place. Every tone has a word beside it, never colour alone.

export type Tone = 'accent' | 'ok' | 'warn' | 'danger' | 'plain';

/** The icons that labels wear. Their own list, so that this file can be tested without JSX; Badge holds it to IconName. */
export type LabelIcon =
  | 'alert'
  | 'check'
  | 'clock'
  | 'cross'
  | 'half'
  | 'minus'
  | 'pause'
  | 'person'
  | 'question'
  | 'reply'
  | 'send'
  | 'skip'
  | 'stop';

export interface Label {
  text: string;
  tone: Tone;
  icon: LabelIcon;
}

/** The five states in plain words. */
export const stateLabels: Record<State, Label> = {
  IDLE: { text: 'Invited', tone: 'plain', icon: 'send' },
  QUESTIONING: { text: 'Answering', tone: 'accent', icon: 'question' },
  EVALUATING: { text: 'Evaluating', tone: 'warn', icon: 'clock' },
  FOLLOW_UP: { text: 'Follow-up', tone: 'accent', icon: 'reply' },
  // How it came out is the outcome's to say: where only the state is known, this praises nothing.
  COMPLETE: { text: 'Over', tone: 'plain', icon: 'stop' },
};

type Outcome = NonNullable<ReviewerView['outcome']>;

export const outcomeLabels: Record<Outcome, Label & { sentence: string }> = {
  finished: { text: 'Finished', tone: 'ok', icon: 'check', sentence: 'Every question was put to the candidate.' },
  ended: { text: 'Ended', tone: 'plain', icon: 'stop', sentence: 'The candidate ended the interview early.' },
  declined: { text: 'Declined', tone: 'plain', icon: 'stop', sentence: 'The candidate declined before the start.' },
  expired: { text: 'Expired', tone: 'warn', icon: 'clock', sentence: 'The time ran out.' },
  cancelled: { text: 'Cancelled', tone: 'danger', icon: 'stop', sentence: 'An operator cancelled the interview.' },
};

/** What the list may be narrowed to, beside states and outcomes. */
export const attentionTexts = {
  any: 'Needs attention',
  stuck: 'Stuck',
  review: 'To review',
} as const;

const concernTexts: Record<string, string> = {
  parked: 'Parked',
  'put-off': 'Cannot be opened',
  overdue: 'Overdue',
  'evaluation-slow': 'Evaluation slow',
  'evaluation-failing': 'Evaluator failing',
  'evaluation-fallback': 'Fallback evaluator',
  'candidate-away': 'Candidate away',
  'invitation-ending': 'Invitation ends',
};

/** The label of what somebody should look at; of later versions it keeps its name. */
export function labelConcern({ code, level }: { code: string; level: 'stuck' | 'notice' }): Label {
  const text = concernTexts[code] ?? code;
  return level === 'stuck' ? { text, tone: 'danger', icon: 'alert' } : { text, tone: 'warn', icon: 'clock' };
}

const evaluatingByChild: Record<string, string> = {
  SCORING: 'Evaluating',
  BACKING_OFF: 'Retrying evaluation',
  FALLBACK: 'Fallback evaluator',
  NEEDS_REVIEW: 'Evaluation missing',
  DECIDING: 'Deciding',
};

function isState(state: string): state is State {
  return state in stateLabels;
}

/** The label of a state in a list, where only the state is known. */
export function labelState(state: string): Label {
  return isState(state) ? stateLabels[state] : { text: state, tone: 'plain', icon: 'question' };
}

/** The label of an interview: its state, its outcome once it has one, and what its child state adds. */
export function labelInterview(view: Pick<ReviewerView, 'state' | 'statePath' | 'paused' | 'outcome'>): Label {
  if (view.outcome) return outcomeLabels[view.outcome];
  if (view.paused) return { text: 'Paused', tone: 'warn', icon: 'pause' };
  const label = stateLabels[view.state];
  const child = view.statePath.split('.')[1] ?? '';
  return { ...label, text: (view.state === 'EVALUATING' && evaluatingByChild[child]) || label.text };
}

/** What a screen reader hears when an interview moves on. */
export function announceInterview(view: Pick<ReviewerView, 'state' | 'paused' | 'outcome' | 'prompt'>): string {
  if (view.outcome) return `Interview over. ${outcomeLabels[view.outcome].sentence}`;
  if (view.paused) return 'The candidate paused the interview.';
  const place = view.prompt ? `question ${view.prompt.index} of ${view.prompt.total}` : '';
  switch (view.state) {
    case 'IDLE':
      return 'The candidate has not started yet.';
    case 'QUESTIONING':
      return `The candidate is answering ${place}.`;
    case 'FOLLOW_UP':
      return `A follow-up to ${place} was asked.`;
    default:
      return 'An answer arrived and is being evaluated.';
  }
}

export const verdictLabels: Record<Verdict, Label> = {
  met: { text: 'Met', tone: 'ok', icon: 'check' },
  partial: { text: 'Partly met', tone: 'warn', icon: 'half' },
  not_met: { text: 'Not met', tone: 'plain', icon: 'minus' },
  contradicted: { text: 'Contradicted', tone: 'danger', icon: 'cross' },
};

const failureSentences: Record<string, string> = {
  TIMEOUT: 'no answer within its time limit',
  FAILED: 'no usable answer',
  DEFECT: 'a defect in the evaluator',
};

/** Why an attempt to evaluate failed. */
export function explainFailure(code: string): string {
  return failureSentences[code] ?? 'the evaluator refused';
}

export const statusLabels: Record<EntryStatus, Label> = {
  answering: { text: 'Candidate is answering', tone: 'accent', icon: 'question' },
  paused: { text: 'Candidate paused', tone: 'warn', icon: 'pause' },
  judging: { text: 'Being evaluated', tone: 'warn', icon: 'clock' },
  judged: { text: 'Evaluated', tone: 'ok', icon: 'check' },
  unjudged: { text: 'Not evaluated', tone: 'warn', icon: 'alert' },
  skipped: { text: 'Skipped by the candidate', tone: 'plain', icon: 'skip' },
  'timed-out': { text: 'Time ran out without an answer', tone: 'warn', icon: 'clock' },
  unanswered: { text: 'Not answered before the end', tone: 'plain', icon: 'stop' },
};
