import { quantile } from '../stats.ts';
import type { Player } from './player.ts';

/** Closed: each of `width` players begins its next turn when the last one has ended. Rate: so many turns a second. */
export interface RunOptions {
  width: number;
  /** Turns that begin a second, over all players. Absent = closed loop. */
  perSecond?: number;
  warmMs: number;
  ms: number;
}

export interface RunResult {
  /** Of the whole run, warming up included. */
  allCount: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Turns that were due and had not ended when the time was over. */
  leftCount: number;
  /** By the number of the answer in its interview: how long its turn took, and how much came for it. */
  byTurn: { turn: number; count: number; ms: number; bytes: number }[];
}

/** Groups of answers for `byTurn`: the ten around each of these. */
const NOTED_TURNS = [5, 50, 195];

function noteOf(turn: number): number | undefined {
  return NOTED_TURNS.find((noted) => Math.abs(noted - turn) <= 5);
}

/** A run over players that are connected. `finished` is called by whoever hears of the end of a turn. */
export interface Run {
  finished(player: number, bytes: number): void;
  readonly result: Promise<RunResult>;
}

/**
 * Run turns. The process polls instead of sleeping, because a sleeping client on the same machine costs the server its
 * waking up.
 *
 * Latency counts from the instant at which a turn was due.
 */
export function startRun(players: readonly Player[], { width, perSecond, warmMs, ms }: RunOptions): Run {
  const startsAt = performance.now() + warmMs;
  const endsAt = startsAt + ms;
  const latencies: number[] = [];
  const notes = new Map<number, { count: number; ms: number; bytes: number }>();
  /** When the turn under way was due, by player; 0 = none is. */
  const dueAt = new Float64Array(players.length);
  const waiting: number[][] = players.map(() => []);
  let beginsAt = performance.now();
  let nextPlayer = 0;
  let isOver = false;
  let allCount = 0;

  function begin(index: number, at: number): boolean {
    dueAt[index] = at;
    const isPlaying = players[index]?.play() === true;
    if (!isPlaying) dueAt[index] = 0;
    return isPlaying;
  }

  /** The next player that has turns left and none under way. */
  function recruit(at: number): void {
    while (nextPlayer < players.length && !begin(nextPlayer, at)) nextPlayer += 1;
    nextPlayer += 1;
  }

  function note(index: number, latency: number, bytes: number): void {
    const turn = noteOf(players[index]?.turnCount ?? 0);
    if (turn === undefined) return;
    const before = notes.get(turn) ?? { count: 0, ms: 0, bytes: 0 };
    notes.set(turn, { count: before.count + 1, ms: before.ms + latency, bytes: before.bytes + bytes });
  }

  function finished(index: number, bytes: number): void {
    const due = dueAt[index] ?? 0;
    if (due === 0) return;
    const now = performance.now();
    dueAt[index] = 0;
    allCount += 1;
    if (now >= startsAt && now < endsAt) {
      latencies.push(now - due);
      note(index, now - due, bytes);
    }
    if (isOver) return;
    const next = perSecond === undefined ? now : waiting[index]?.shift();
    if (next !== undefined && !begin(index, next)) recruit(next);
  }

  /** Everything that is due by now, spread over the players in turn. */
  function beginDue(now: number, rate: number): void {
    for (; beginsAt <= now; beginsAt += 1_000 / rate) {
      const index = nextPlayer % width;
      nextPlayer += 1;
      if (dueAt[index] === 0) begin(index, beginsAt);
      else waiting[index]?.push(beginsAt);
    }
  }

  const result = new Promise<RunResult>((resolve) => {
    if (perSecond === undefined) for (let count = 0; count < width; count += 1) recruit(performance.now());
    const poll = () => {
      const now = performance.now();
      // In a closed loop nobody may have any turns left.
      const isPlayed = perSecond === undefined && dueAt.every((at) => at === 0);
      if (now >= endsAt || isPlayed) {
        isOver = true;
        return drain(now + 3_000);
      }
      if (perSecond !== undefined) beginDue(now, perSecond);
      setImmediate(poll);
    };
    // What is under way must end before the next run begins.
    const drain = (until: number) => {
      if (dueAt.some((at) => at !== 0) && performance.now() < until) setImmediate(drain, until);
      else resolve(summarize());
    };
    poll();
  });

  function summarize(): RunResult {
    const sorted = Float64Array.from(latencies).sort();
    return {
      allCount,
      perSecond: sorted.length / (ms / 1_000),
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      leftCount: waiting.reduce((sum, { length }) => sum + length, 0),
      byTurn: [...notes].map(([turn, { count, ms: sum, bytes }]) => ({
        turn,
        count,
        ms: sum / count,
        bytes: bytes / count,
      })),
    };
  }

  return { finished, result };
}
