import { onTestFinished } from 'vitest';
import { type Client, type ClientOptions, type ClientState, createClient } from '../../src/client.ts';
import { toProblem } from '../../src/errors.ts';
import type { Down } from '../../src/protocol.ts';
import { type ManualClock, manualClock } from '../support/clock.ts';
import { type ScriptedServer, type ScriptedSocket, startScriptedServer } from '../support/scripted-server.ts';

/** A client and the service it talks to. Jitter is half of what is possible unless `random` is given. */
export interface Stage {
  client: Client;
  server: ScriptedServer;
  clock: ManualClock;
  /** Tell the client that the network or the person is back. */
  signal(): void;
  /** Whoever listens for that. */
  signalCount(): number;
}

/** Set a client and a scripted service up; both end with the test. */
export async function setStage(more: Partial<ClientOptions> = {}): Promise<Stage> {
  const server = await startScriptedServer();
  const clock = manualClock();
  const signals = new Set<() => void>();
  const client = createClient({
    url: server.url,
    interviewId: 'i1',
    token: 'token-1',
    clock,
    random: () => 0.5,
    signals(onSignal) {
      signals.add(onSignal);
      return () => signals.delete(onSignal);
    },
    ...more,
  });
  onTestFinished(async () => {
    client.close();
    await server[Symbol.asyncDispose]();
  });
  return {
    client,
    server,
    clock,
    signal: () => {
      for (const onSignal of signals) onSignal();
    },
    signalCount: () => signals.size,
  };
}

/** The same, connected and welcomed. */
export async function setOpenStage(more?: Partial<ClientOptions>): Promise<Stage & { socket: ScriptedSocket }> {
  const stage = await setStage(more);
  stage.client.connect();
  return { ...stage, socket: await welcomeNext(stage) };
}

/** Let the client in on its next connection. */
export async function welcomeNext(
  { client, server }: Pick<Stage, 'client' | 'server'>,
  more?: Partial<Extract<Down, { type: 'welcome' }>>,
): Promise<ScriptedSocket> {
  const socket = await server.nextSocket();
  await socket.welcome(more);
  await until(client, ({ connection }) => connection === 'open');
  return socket;
}

/** Wait for a state; the test's own time limit bounds it. */
export function until(client: Client, isReached: (state: ClientState) => boolean): Promise<ClientState> {
  return new Promise((resolve) => {
    const stop = client.subscribe(check);
    function check() {
      if (!isReached(client.getState())) return;
      stop();
      resolve(client.getState());
    }
    check();
  });
}

/** The next frame, which has to be a command. */
export async function nextCommand(socket: ScriptedSocket) {
  const frame = await socket.next();
  if (frame.type === 'hello' || frame.type === 'ping') throw new Error(`expected a command, got ${frame.type}`);
  return frame;
}

/** An `error` frame. */
export function refusal(
  ...[code, id, extra]: [Parameters<typeof toProblem>[0], string?, Parameters<typeof toProblem>[2]?]
): Down {
  return { type: 'error', ...(id === undefined ? {} : { id }), problem: toProblem(code, `scripted ${code}`, extra) };
}

/** A storage like a browser's. */
export function memoryStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> & { keys(): string[] } {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => {
      values.set(key, value);
    },
    removeItem: (key) => {
      values.delete(key);
    },
    keys: () => [...values.keys()],
  };
}
