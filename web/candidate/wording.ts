import type { CandidateView } from '../../src/protocol.ts';

// The sentences of the page that depend on codes and states, in one place. Plain words, no blame.

type OutcomeName = NonNullable<CandidateView['outcome']>;

export interface Message {
  title: string;
  text: string;
}

/** What the last screen says, by outcome. */
export const outcomeMessages: Record<OutcomeName, Message> = {
  finished: {
    title: 'That was the last question. Thank you.',
    text: 'What you answered is safely stored. The team that invited you can read it now.',
  },
  ended: {
    title: 'You ended the interview.',
    text: 'Everything you answered until then is safely stored. The team that invited you can read it now.',
  },
  declined: {
    title: 'You declined this interview.',
    text: 'Nothing was asked and nothing was recorded. If that was a mistake, write to the team that invited you.',
  },
  expired: {
    title: 'The time is over.',
    text: 'Everything you had answered or written by then is safely stored. If you need more time, write to the team that invited you.',
  },
  cancelled: {
    title: 'The interview was cancelled by the team.',
    text: 'What you had answered is stored. The team that invited you can tell you why, and what happens next.',
  },
};

/** The same for somebody who never began. */
const expiredInvitation: Message = {
  title: 'This invitation has run out.',
  text: 'It was open for a limited time and nothing was recorded. The team that invited you can send a new one.',
};

/** What the last screen says. */
export function describeOutcome(view: Pick<CandidateView, 'outcome' | 'progress'>, hadStarted: boolean): Message {
  const outcome = view.outcome ?? 'finished';
  if (outcome === 'expired' && !hadStarted && view.progress.answered === 0) return expiredInvitation;
  return outcomeMessages[outcome];
}

const refusals: Record<string, Message & { canRetry: boolean }> = {
  LINK_INCOMPLETE: {
    title: 'This link is not complete',
    text: 'A part of the address is missing, perhaps because it was cut in two by the mail program. Open the link from your invitation again, or copy all of it.',
    canRetry: false,
  },
  UNAUTHENTICATED: {
    title: 'This link does not open the interview',
    text: 'It may have been replaced by a newer one, or a character was lost on the way. Use the newest link from your invitation. If it still does not work, write to the team that invited you.',
    canRetry: true,
  },
  FORBIDDEN: {
    title: 'This link is for somebody else',
    text: 'It is valid, but it does not let you answer. Use the link from your own invitation.',
    canRetry: false,
  },
  INTERVIEW_NOT_FOUND: {
    title: 'This interview does not exist',
    text: 'The address may be mistyped, or the interview was removed. Write to the team that invited you.',
    canRetry: false,
  },
  INTERVIEW_ERASED: {
    title: 'This interview has been erased',
    text: 'What was said in it was deleted for good. There is nothing left for you to do here. If this is a surprise, write to the team that invited you.',
    canRetry: false,
  },
  VERSION_UNSUPPORTED: {
    title: 'This page is out of date',
    text: 'The service was updated while the page was open. Load it again: everything you wrote is kept.',
    canRetry: true,
  },
  RATE_LIMITED: {
    title: 'One moment, please',
    text: 'Too many messages came from here in a short time. Wait a minute and load the page again: everything you wrote is kept.',
    canRetry: true,
  },
};

/** Why the page cannot show the interview, and what helps. */
export function describeRefusal(code: string): Message & { canRetry: boolean } {
  return (
    refusals[code] ?? {
      title: 'The interview cannot be opened now',
      text: 'The service answered with something this page does not know. Load the page again in a minute: everything you wrote is kept.',
      canRetry: true,
    }
  );
}

const problems: Record<string, string> = {
  ANSWER_BLANK: 'There is no text yet. Write an answer, or skip the question.',
  ANSWER_TOO_LONG: 'The answer is longer than allowed. Shorten it and submit again.',
  STALE_PROMPT: 'This question was closed in the meantime.',
  NOT_ACCEPTED: 'That is not possible at this point of the interview.',
  RATE_LIMITED: 'That was a little fast for the service. Your text is kept; try again in a moment.',
};

/** What to say when a command was refused. The text of the candidate is safe in every case, so it says so. */
export function describeProblem(code: string): string {
  return problems[code] ?? 'The service could not take that just now. Your text is kept; try again in a moment.';
}
