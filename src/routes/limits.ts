import { limits } from '../protocol.ts';

/** Limits of one connection. */
export interface ConnectionLimits {
  helloTimeoutMs: number;
  /** The first frame is a ticket and nothing else. */
  helloBytesMax: number;
  /** Frames that may wait while the interview is being opened. */
  waitingMax: number;
  /** Above this a reader is lagging: states are skipped, the newest is sent when it has caught up. */
  lagBytes: number;
  /** Above this, or lagging for longer than `lagMs`, a reader is given up. */
  bufferedBytesMax: number;
  lagMs: number;
  /** Above this, over all readers of the process, those are given up that have left more than `frugalBytes`. */
  unreadBytesMax: number;
  frugalBytes: number;
  /** After a restart clients come back within this span, spread evenly. */
  restartSpreadMs: number;
  /** After a failure of the store the interview is opened again, first after `reopenMs`, then doubling. */
  reopenMs: number;
  reopenAttemptsMax: number;
}

/** Limits of all connections of this process. */
export interface SocketLimits extends ConnectionLimits {
  heartbeatMs: number;
  /** Pings that may stay unanswered before a transport is given up. */
  missedBeatsMax: number;
  /** Of one role of one interview, over all its connections: a new tab does not begin anew. */
  framesPerMinuteMax: number;
  bytesPerMinuteMax: number;
  /** Reviewers and operators that watch one interview; its candidate always gets in, and supersedes. */
  interviewSocketsMax: number;
  addressSocketsMax: number;
  /** How long a closing handshake may take at shutdown. */
  closeMs: number;
}

/** The limits unless the configuration or a test wants others. */
export const socketLimits: SocketLimits = {
  helloTimeoutMs: limits.helloTimeoutMs,
  helloBytesMax: 8 * 1024,
  waitingMax: 64,
  lagBytes: 1024 * 1024,
  bufferedBytesMax: 4 * 1024 * 1024,
  lagMs: 30_000,
  unreadBytesMax: 256 * 1024 * 1024,
  frugalBytes: 64 * 1024,
  restartSpreadMs: 5_000,
  reopenMs: 250,
  reopenAttemptsMax: 7,
  heartbeatMs: 25_000,
  missedBeatsMax: 2,
  framesPerMinuteMax: 600,
  // A candidate who saves every 5 s sends 12 frames, at most 64 KiB each.
  bytesPerMinuteMax: 1024 * 1024,
  interviewSocketsMax: 20,
  addressSocketsMax: 200,
  closeMs: 1_000,
};
