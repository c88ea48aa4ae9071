import { randomUUID } from 'node:crypto';
import { type Frames, openFrames } from './frames.ts';
import { answerText, type MakePlayer } from './player.ts';

/** How a peer is spoken to. */
export type Dialect = 'plain' | 'socket.io';

const PROMPT_ID = /"prompt":\s?\{"id":\s?"([^"]+)"/;

/** Candidates of a peer: a turn is an answer, up to the view with the next prompt, as at the service. */
export function peerPlayers(url: string, dialect: Dialect): MakePlayer {
  const isSocketIo = dialect === 'socket.io';
  const address = new URL(isSocketIo ? '/socket.io/?EIO=4&transport=websocket' : '/', url);
  return async (index, onTurn) => {
    let promptId: string | null = null;
    let turnCount = 0;
    let isClosed = false;
    let onReady: (error?: Error) => void = () => {};
    const ready = new Promise<void>((resolve, reject) => {
      onReady = (error) => (error ? reject(error) : resolve());
    });
    let frames: Frames | null = null;
    // A server that speaks first may do so before this function goes on.
    const early: string[] = [];
    const say = (text: string) => (frames ? frames.send(text) : early.push(text));
    frames = await openFrames(address, undefined, {
      onText(text, bytes) {
        // Engine.IO: 0 opens, 40 connects, 2 asks for a sign of life.
        if (isSocketIo && text.startsWith('0')) return say('40');
        if (isSocketIo && text === '2') return say('3');
        const found = PROMPT_ID.exec(text)?.[1] ?? null;
        if (found === null || found === promptId) return;
        const isFirst = promptId === null;
        promptId = found;
        if (isFirst) onReady();
        else onTurn(bytes);
      },
      onClosed(reason) {
        const error = new Error(`candidate ${index} of a peer, turn ${turnCount}: ${reason}`);
        onReady(error);
        if (!isClosed) throw error;
      },
    });
    for (const text of early) frames.send(text);
    await ready;
    return {
      play() {
        turnCount += 1;
        const answer = { type: 'answer.submit', id: randomUUID(), promptId, text: answerText(index, turnCount) };
        say(isSocketIo ? `42${JSON.stringify(['answer.submit', answer])}` : JSON.stringify(answer));
        return true;
      },
      get turnCount() {
        return turnCount;
      },
      close() {
        isClosed = true;
        frames?.close();
      },
    };
  };
}
