import type { Command, Down } from '../../src/protocol.ts';
import { command, type TestSocket } from './app.ts';

// A candidate who says more than the service can take: every command is known, with each answer to it.

/** One command as often as it was sent. */
export interface Said {
  command: Command;
  interviewId: string;
  /** The rounds in which it was sent, and those in which an answer came. */
  sentIn: number[];
  answers: { round: number; frame: Extract<Down, { type: 'ack' | 'error' }> }[];
}

/** A candidate in an interview. */
export interface Pusher {
  /** Say the next thing without waiting for an answer to the last: drafts, then the answer, again if it was refused. */
  say(): boolean;
  /** Resolves when all that was said so far has been taken in: frames are handled in order. */
  heard(): Promise<void>;
  readonly said: Said[];
  readonly hasAll: boolean;
}

/** Drafts before each answer. */
const DRAFTS = 7;

/** Follow a candidate's socket from its welcome on. `roundNow` tells which round it is. */
export function pushOn(
  socket: TestSocket & { welcome: Extract<Down, { type: 'welcome' }> },
  interviewId: string,
  roundNow: () => number,
): Pusher {
  const saidById = new Map<string, Said>();
  const pongs: (() => void)[] = [];
  let promptId: string | null = socket.welcome.view.prompt?.id ?? null;
  let answer: Said | null = null;
  let draftCount = 0;

  function take(frame: Down): void {
    if (frame.type === 'view') {
      const next = frame.view.prompt?.id ?? null;
      if (next !== promptId) draftCount = 0;
      promptId = next;
    }
    if (frame.type === 'pong') pongs.shift()?.();
    if (frame.type !== 'ack' && frame.type !== 'error') return;
    const known = saidById.get(frame.id ?? '');
    known?.answers.push({ round: roundNow(), frame });
    const isRefusedForNow = frame.type === 'error' && frame.problem.code === 'RATE_LIMITED';
    if (known === answer && !isRefusedForNow) answer = null;
  }
  for (const text of socket.texts) take(JSON.parse(text));
  socket.ws.on('message', (data) => take(JSON.parse(data.toString())));

  function make(type: 'answer.draft' | 'answer.submit', to: string): Said {
    const text = `boiling water for black leaves, draft ${draftCount}`;
    return { command: command(type, { promptId: to, text }) as Command, interviewId, sentIn: [], answers: [] };
  }

  function send(said: Said): void {
    saidById.set(said.command.id, said);
    said.sentIn.push(roundNow());
    socket.send(said.command);
  }

  return {
    say() {
      if (promptId === null || (answer && answer.answers.length < answer.sentIn.length)) return false;
      if (!answer && draftCount < DRAFTS) {
        draftCount += 1;
        send(make('answer.draft', promptId));
      } else {
        answer ??= make('answer.submit', promptId);
        send(answer);
      }
      return true;
    },
    heard() {
      return new Promise((resolve) => {
        pongs.push(resolve);
        socket.send({ type: 'ping' });
      });
    },
    get said() {
      return [...saidById.values()];
    },
    get hasAll() {
      return [...saidById.values()].every(({ sentIn, answers }) => sentIn.length === answers.length);
    },
  };
}
