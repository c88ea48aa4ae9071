import { hash } from 'node:crypto';
import type { InterviewEvent } from '../machines/interview.ts';
import { type Problem, toProblem } from './errors.ts';
import type { Command, Role } from './protocol.ts';
import { type Snapshot, stateOf } from './reduce.ts';
import { allowedFor } from './view.ts';

/** The event which a command asks for. The only way from a client to the machine. */
export function toEvent(command: Command, at: number): InterviewEvent {
  switch (command.type) {
    case 'interview.start':
      return { type: command.type, at, ...(command.consent === undefined ? {} : { consent: command.consent }) };
    case 'answer.submit':
    case 'answer.draft':
      return { type: command.type, at, promptId: command.promptId, text: command.text };
    case 'prompt.skip':
      return { type: command.type, at, promptId: command.promptId };
    case 'interview.pause':
    case 'interview.resume':
    case 'interview.end':
      return { type: command.type, at };
    case 'interview.cancel':
      return { type: command.type, at, ...(command.reason === undefined ? {} : { reason: command.reason }) };
    case 'deadline.extend':
      return {
        type: command.type,
        at,
        byMs: command.byMs,
        ...(command.reason === undefined ? {} : { reason: command.reason }),
      };
    case 'accommodation.change':
      return {
        type: command.type,
        at,
        ...(command.timeMultiplier === undefined ? {} : { timeMultiplier: command.timeMultiplier }),
        ...(command.untimed === undefined ? {} : { isUntimed: command.untimed }),
        ...(command.reason === undefined ? {} : { reason: command.reason }),
      };
  }
}

/** A digest of what is asked, without its id: the same id with another digest is a reused id. */
export function digestOf(command: { id: string }): string {
  const { id: _id, ...asked } = command;
  return hash('sha256', JSON.stringify(asked), 'base64url');
}

/** Refuse a text above the limit before the machine sees it. */
export function checkLength(command: Command, charsMax: number): Problem | null {
  if (!('text' in command) || command.text.length <= charsMax) return null;
  return toProblem(
    'ANSWER_TOO_LONG',
    `the text has ${command.text.length} characters; at most ${charsMax} are accepted`,
  );
}

/** Say why the machine did not take a command, as precisely as a person can act on it. */
export function explainRefusal(command: Command, snapshot: Snapshot, by: Role): Problem {
  const allowed: string[] = allowedFor(by, snapshot);
  const state = stateOf(snapshot);
  if (allowed.includes(command.type) && 'promptId' in command) {
    if (command.promptId !== snapshot.context.prompt?.id)
      return toProblem('STALE_PROMPT', 'this prompt has been answered, skipped or has run out', { state, allowed });
    if (command.type === 'answer.submit')
      return toProblem('ANSWER_BLANK', 'an answer needs at least one character that is not white space', {
        state,
        allowed,
      });
  }
  if (command.type === 'interview.start' && state === 'IDLE')
    return toProblem('NOT_ACCEPTED', 'this interview starts only with `consent: true`', { state, allowed });
  const can = allowed.length === 0 ? 'nothing' : allowed.join(', ');
  return toProblem('NOT_ACCEPTED', `${command.type} is not possible in ${state}; possible now: ${can}`, {
    state,
    allowed,
  });
}
