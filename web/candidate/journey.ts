import type { CandidateView, PromptView } from '../../src/protocol.ts';
import { formatSpoken } from '../shared/spans.ts';
import { describeOutcome } from './wording.ts';

// What changed between two views, in words: for the live region, and for a line on the next screen.

/** A deadline counts as the cause when it lies at most this far ahead of the server's time of the next view. */
const DEADLINE_SLACK_MS = 1_000;

/** Where in the interview a prompt stands: `Question 2 of 5`, `Follow-up to question 2`. */
export function placeOf(prompt: PromptView): string {
  return prompt.kind === 'followUp'
    ? `Follow-up to question ${prompt.index} of ${prompt.total}`
    : `Question ${prompt.index} of ${prompt.total}`;
}

/** Was it the clock that closed the prompt of `before`? `closedId` is the prompt that the candidate closed. */
export function ranOut(before: CandidateView | null, after: CandidateView, closedId: string | null): boolean {
  const prompt = before?.prompt;
  if (!prompt || before.paused || prompt.deadlineAt === undefined) return false;
  if (after.prompt?.id === prompt.id || prompt.id === closedId) return false;
  return after.serverTime >= prompt.deadlineAt - DEADLINE_SLACK_MS;
}

/** The line that explains why a prompt closed by itself. */
export function noteFor(after: CandidateView): string {
  return after.state === 'EVALUATING'
    ? 'Time was up. What you had written was taken as your answer.'
    : 'Time was up on the last question. Nothing was written, so it stays without an answer.';
}

function timeOf(prompt: PromptView, now: number): string {
  return prompt.deadlineAt === undefined ? '' : ` ${formatSpoken(prompt.deadlineAt - now)} to answer.`;
}

/** What the live region says after a change; null = nothing that matters changed. */
export function describeChange(before: CandidateView | null, after: CandidateView): string | null {
  const { prompt } = after;
  if (after.state === 'COMPLETE') {
    return before?.state === 'COMPLETE'
      ? null
      : describeOutcome(after, before !== null && before.state !== 'IDLE').title;
  }
  if (after.state === 'EVALUATING') return before?.state === 'EVALUATING' ? null : 'Your answer is in and being read.';
  if (!prompt) return null;
  if (after.paused) return before?.paused ? null : 'Paused. Your time has stopped.';
  if (before?.prompt?.id !== prompt.id) return `${placeOf(prompt)}.${timeOf(prompt, after.serverTime)}`;
  if (before.paused) return `Your time is running again.${timeOf(prompt, after.serverTime)}`;
  if ((prompt.deadlineAt ?? 0) > (before.prompt.deadlineAt ?? Infinity)) {
    return `You were given more time.${timeOf(prompt, after.serverTime)}`;
  }
  return null;
}
