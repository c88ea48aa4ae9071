import { expect } from 'vitest';
import type { View } from '../../src/protocol.ts';
import type { Created, TestApp, TestSocket } from './app.ts';
import { comparable } from './model.run.ts';
import { type Sights, sightOf } from './model.view.ts';

const sides = ['candidate', 'reviewer'] as const;
type Side = (typeof sides)[number];

/** The candidate and the reviewer of one interview at their sockets. Each view that comes is held against the model. */
export interface Watch {
  /** Connect both, again after a restart, with the last sequence number that they have seen. */
  enter(app: TestApp): Promise<void>;
  /** Wait until both have seen a record. */
  see(seq: number): Promise<void>;
  leave(): void;
  /** Errors: nobody has entered. */
  readonly candidate: TestSocket;
  /** What was seen, by sequence number. */
  readonly views: Record<Side, Map<number, unknown>>;
}

/** Watch an interview; `sights` says what is to be seen at each record. */
export function watch(interview: Created, createdAt: number, sights: readonly Sights[]): Watch {
  const { id } = interview;
  const tokens = { candidate: interview.candidateToken, reviewer: interview.reviewerToken };
  const views = { candidate: new Map<number, unknown>(), reviewer: new Map<number, unknown>() };
  const seqs = { candidate: 0, reviewer: 0 };
  const sockets = new Map<Side, TestSocket>();

  function note(side: Side, { seq, view }: { seq: number; view: View }): void {
    expect(sightOf(view, createdAt), `what the ${side} sees at record ${seq}`).toEqual(sights[seq - 1]?.[side]);
    seqs[side] = seq;
    views[side].set(seq, comparable(view, { id, createdAt }));
  }

  function socketOf(side: Side): TestSocket {
    const socket = sockets.get(side);
    if (!socket) throw new Error(`the ${side} has not entered`);
    return socket;
  }

  return {
    views,
    get candidate() {
      return socketOf('candidate');
    },
    async enter(app) {
      for (const side of sides) {
        const lastSeq = seqs[side];
        const socket = await app.enter(id, tokens[side], lastSeq);
        sockets.set(side, socket);
        const { welcome } = socket;
        expect(welcome.resumed, `the ${side} has missed nothing`).toBe(welcome.seq === lastSeq);
        expect(welcome.seq, `the ${side} is not sent back`).toBeGreaterThanOrEqual(lastSeq);
        note(side, welcome);
      }
    },
    async see(seq) {
      for (const side of sides) while (seqs[side] < seq) note(side, await socketOf(side).next('view'));
    },
    leave() {
      for (const { ws } of sockets.values()) ws.terminate();
    },
  };
}
