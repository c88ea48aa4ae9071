import { expect } from 'vitest';
import type { View } from '../../src/protocol.ts';
import type { Created, TestApp, TestSocket } from './app.ts';
import { comparable } from './model.run.ts';
import { type Sights, sightOf } from './model.view.ts';

type Side = 'candidate' | 'reviewer';

/** The candidate and the reviewer of one interview at their sockets. Each view that comes is held against the model. */
export interface Watch {
  /** Connect somebody, again after a restart, with the last sequence number that they have seen. */
  enter(app: TestApp, ...entering: Side[]): Promise<void>;
  /** The candidate's connection goes; wait until the service has noticed. */
  disconnect(): Promise<void>;
  /** Wait until whoever is connected has seen a record. */
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
    async enter(app, ...entering) {
      for (const side of entering) {
        const lastSeq = seqs[side];
        const socket = await app.enter(id, tokens[side], lastSeq);
        sockets.set(side, socket);
        const { welcome } = socket;
        const newsSeq = sights[welcome.seq - 1]?.newsSeq ?? 0;
        expect(welcome.resumed, `the ${side} has missed nothing`).toBe(lastSeq >= newsSeq);
        expect(welcome.seq, `the ${side} is not sent back`).toBeGreaterThanOrEqual(lastSeq);
        note(side, welcome);
      }
    },
    async disconnect() {
      socketOf('candidate').ws.terminate();
      sockets.delete('candidate');
      for (let isConnected = true; isConnected; ) {
        const frame = await socketOf('reviewer').next('view');
        note('reviewer', frame);
        isConnected = 'isCandidateConnected' in frame.view && frame.view.isCandidateConnected;
      }
    },
    async see(seq) {
      for (const [side, socket] of sockets) while (seqs[side] < seq) note(side, await socket.next('view'));
    },
    leave() {
      for (const { ws } of sockets.values()) ws.terminate();
    },
  };
}
