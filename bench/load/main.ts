import { candidatePlayers, type Target } from './candidate.ts';
import { echoPlayers } from './echo.ts';
import { type Dialect, peerPlayers } from './peer.ts';
import type { MakePlayer, Player } from './player.ts';
import { type Run, type RunOptions, type RunResult, startRun } from './run.ts';

// The load generator, in a process of its own: told what to do over its channel, and tells what came of it.

/** What the generator is asked. */
export type Ask =
  | { do: 'connect'; kind: 'candidate'; count: number; target: Target }
  | { do: 'connect'; kind: 'echo'; count: number; url: string }
  | { do: 'connect'; kind: 'peer'; count: number; url: string; dialect: Dialect }
  | { do: 'run'; options: RunOptions }
  | { do: 'leave' };

/** What it answers, once to each ask. */
export type Told = { ok: true; result?: RunResult } | { ok: false; reason: string };

/** Handshakes under way at a time. */
const CONNECTING_MAX = 16;

const players: Player[] = [];
let run: Run | null = null;

async function connectAll(make: MakePlayer, count: number): Promise<void> {
  const first = players.length;
  let next = first;
  const work = async () => {
    while (next < first + count) {
      const index = next;
      next += 1;
      players[index] = await make(index, (bytes) => run?.finished(index, bytes));
    }
  };
  await Promise.all(Array.from({ length: CONNECTING_MAX }, work));
}

function leave(): void {
  for (const player of players.splice(0)) player.close();
}

function playersOf(ask: Extract<Ask, { do: 'connect' }>): MakePlayer {
  if (ask.kind === 'echo') return echoPlayers(ask.url);
  return ask.kind === 'peer' ? peerPlayers(ask.url, ask.dialect) : candidatePlayers(ask.target);
}

async function handle(ask: Ask): Promise<Told> {
  if (ask.do === 'leave') {
    leave();
    return { ok: true };
  }
  if (ask.do === 'connect') {
    await connectAll(playersOf(ask), ask.count);
    return { ok: true };
  }
  run = startRun(players, ask.options);
  const result = await run.result;
  run = null;
  return { ok: true, result };
}

process.on('message', (ask: Ask) => {
  handle(ask)
    .catch((error: unknown): Told => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }))
    .then((told) => process.send?.(told));
});
process.on('disconnect', () => process.exit());
