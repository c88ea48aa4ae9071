import { type Client, createClient } from '../../src/client.ts';
import type { CandidateView } from '../../src/protocol.ts';
import { until } from './candidate.ts';
import type { Acknowledged } from './crowd.ts';

/** What happened to one candidate's connection. */
export interface Weather {
  /** Every state of the connection since it was first open. */
  states: Set<string>;
  /** Close codes, in order; of transports that were never open too. */
  closeCodes: number[];
  /** How long a restarting service asked to stay away. Units: ms. */
  retriesAfterMs: number[];
}

/** A candidate at a real socket, and what it was told is stored. */
export interface Member {
  id: string;
  client: Client<CandidateView>;
  acknowledged: Acknowledged[];
  weather: Weather;
}

/** Connect a candidate. Whoever calls closes the client. */
export function enter(url: string, id: string, token: string): Member {
  const weather: Weather = { states: new Set(), closeCodes: [], retriesAfterMs: [] };
  class WatchedSocket extends globalThis.WebSocket {
    constructor(...address: ConstructorParameters<typeof WebSocket>) {
      super(...address);
      this.addEventListener('close', ({ code }) => weather.closeCodes.push(code));
    }
  }
  const client = createClient<CandidateView>({ url, interviewId: id, token, WebSocket: WatchedSocket });
  client.subscribe(() => {
    const { connection } = client.getState();
    if (connection === 'open' || weather.states.size > 0) weather.states.add(connection);
  });
  client.on('notice', ({ notice, retryAfterMs }) => {
    if (notice === 'restarting') weather.retriesAfterMs.push(retryAfterMs ?? -1);
  });
  client.connect();
  return { id, client, acknowledged: [], weather };
}

/** Half of the candidates answer a main question so that something is missing. */
function wordsFor(id: string, promptId: string): string {
  const isVague = id.charCodeAt(0) % 2 === 0 && !promptId.includes('.');
  return isVague ? 'I wait for a good colour and smell' : 'boiling water for black leaves, three to five minutes';
}

/**
 * Answer whatever is asked, each time as soon as it is asked, until the interview is complete or `isEnough`.
 *
 * Every answer begins with the interview's id and is unlike any other.
 */
export async function answerAll({ id, client, acknowledged }: Member, isEnough = () => false): Promise<void> {
  const first = await until(client, () => true);
  if (first.state === 'IDLE') await client.send({ type: 'interview.start' });
  for (let answered = ''; ; ) {
    const view = await until(
      client,
      ({ state, prompt }) => state === 'COMPLETE' || (prompt !== null && prompt.id !== answered),
    );
    if (!view.prompt) return;
    if (isEnough()) {
      await client.send({ type: 'interview.end' });
      return;
    }
    answered = view.prompt.id;
    const text = `${id} on ${answered}: ${wordsFor(id, answered)}`;
    const { seq } = await client.send({ type: 'answer.submit', promptId: answered, text });
    acknowledged.push({ seq, text });
  }
}
