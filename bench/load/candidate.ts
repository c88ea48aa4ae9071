import { randomUUID } from 'node:crypto';
import { openFrames } from './frames.ts';
import { answerText, type MakePlayer } from './player.ts';

export interface Target {
  url: string;
  adminKey: string;
  planId: string;
  /** Interviews that exist already; others are created. */
  invited?: Invitation[];
}

/** An interview, and the token of its candidate's link. */
export interface Invitation {
  id: string;
  candidateToken: string;
}

const ATTEMPTS_MAX = 20;
const RETRY_MS = 500;
const PROMPT_ID = /"prompt":\{"id":"([^"]+)"/;

async function post<Body>(address: string, token: string, body: object = {}, attempt = 1): Promise<Body> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // A service that other work keeps from running turns newcomers away for a moment.
  if (response.status === 503 && attempt < ATTEMPTS_MAX) {
    await response.arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    return post(address, token, body, attempt + 1);
  }
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}

/** Candidates of the service. A turn is an answer, up to the view with the next prompt or the end. */
export function candidatePlayers(target: Target): MakePlayer {
  return async (index, onTurn) => {
    const api = `${target.url}/api/interviews`;
    const { id, candidateToken } =
      target.invited?.[index] ?? (await post<Invitation>(api, target.adminKey, { planId: target.planId }));
    const { ticket } = await post<{ ticket: string }>(`${api}/${id}/tickets`, candidateToken);
    const url = new URL(`${api}/${id}/socket`);
    let promptId: string | null = null;
    let turnCount = 0;
    let bytesCount = 0;
    let isClosed = false;
    let onReady: (error?: Error) => void = () => {};
    const ready = new Promise<void>((resolve, reject) => {
      onReady = (error) => (error ? reject(error) : resolve());
    });

    function takeView(text: string): void {
      const found = PROMPT_ID.exec(text)?.[1] ?? null;
      const isOver = found === null && text.includes('"state":"COMPLETE"');
      // A view that asks nothing new: who is connected has changed, or the answer is being evaluated.
      if (!isOver && (found === null || found === promptId)) return;
      const isFirst = promptId === null;
      promptId = found;
      const bytes = bytesCount;
      bytesCount = 0;
      if (isFirst) onReady();
      else onTurn(bytes);
    }

    const frames = await openFrames(url, 'viva.v1', {
      onText(text, bytes) {
        bytesCount += bytes;
        if (text.startsWith('{"type":"view"')) takeView(text);
        else if (text.startsWith('{"type":"welcome"')) {
          if (text.includes('"state":"IDLE"'))
            frames.send(JSON.stringify({ type: 'interview.start', id: randomUUID() }));
          else takeView(text);
        } else if (text.startsWith('{"type":"error"')) fail(text);
      },
      onClosed: (reason) => {
        if (!isClosed) fail(reason);
      },
    });

    function fail(reason: string): void {
      const error = new Error(`candidate ${index}, turn ${turnCount}: ${reason}`);
      onReady(error);
      // Once it plays nothing may go wrong: a refused answer would be a turn that never ends.
      if (turnCount > 0) throw error;
    }

    frames.send(JSON.stringify({ type: 'hello', ticket }));
    await ready;
    return {
      play() {
        if (promptId === null) return false;
        turnCount += 1;
        const text = answerText(index, turnCount);
        frames.send(JSON.stringify({ type: 'answer.submit', id: randomUUID(), promptId, text }));
        return true;
      },
      get turnCount() {
        return turnCount;
      },
      close() {
        isClosed = true;
        frames.close();
      },
    };
  };
}
