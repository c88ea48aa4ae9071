import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { createWebSocketReceiver } from '@statelyai/inspect';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

/** A server as Stately's tools use one: what one side sends it passes on to the others. */
export async function openRelay(port = 0) {
  const server = new WebSocketServer({ port, host: '127.0.0.1' });
  await once(server, 'listening');
  let heardCount = 0;
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      heardCount += 1;
      for (const other of server.clients) if (other !== socket) other.send(data.toString());
    });
  });
  async function close(): Promise<void> {
    for (const socket of server.clients) socket.terminate();
    await new Promise((closed) => server.close(closed));
  }
  onTestFinished(close);
  const { port: opened } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${opened}`,
    port: opened,
    close,
    get heardCount() {
      return heardCount;
    },
    /** The next socket that connects. */
    next: async () => ((await once(server, 'connection')) as [WebSocket])[0],
  };
}

export type Relay = Awaited<ReturnType<typeof openRelay>>;

/** The package's own receiver on a relay. */
export async function receiveFrom(relay: Relay) {
  const events: StatelyInspectionEvent[] = [];
  const connected = relay.next();
  createWebSocketReceiver({ server: relay.url }).subscribe((event) => events.push(event));
  await connected;
  return events;
}
