import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a raw connection was answered so far, and how to wait for more. */
export interface RawConnection {
  readonly socket: Socket;
  readonly text: () => string;
  /** Resolves when the words have come. */
  until(words: string): Promise<string>;
  /** Resolves when the other side has ended the connection. */
  readonly ended: Promise<string>;
}

/** Header lines by name; `line` is the method and the address, `Host` is added unless it is null. */
export type RawHead = { line: string; Host?: string | null } & Record<string, string | null>;

/** Connect and say nothing. It never closes its side by itself. */
export async function rawConnection(url: string): Promise<RawConnection> {
  const { port, hostname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  // A connection that the service cuts is an end as good as any.
  socket.on('error', () => {});
  const ended = Promise.race([once(socket, 'end'), once(socket, 'close')]).then(() => text);
  await once(socket, 'connect');
  return {
    socket,
    text: () => text,
    ended,
    async until(words) {
      while (!text.includes(words)) {
        const more = await Promise.race([once(socket, 'data').then(() => true), ended.then(() => false)]);
        if (!more && !text.includes(words)) throw new Error(`the connection ended before "${words}": ${text}`);
      }
      return text;
    },
  };
}

/** Send a request head byte for byte, as no client library would. */
export async function rawRequest(url: string, { line, Host = 'test', ...headers }: RawHead): Promise<RawConnection> {
  const connection = await rawConnection(url);
  const lines = Object.entries({ Host, ...headers }).flatMap(([name, value]) =>
    value === null ? [] : `${name}: ${value}`,
  );
  connection.socket.write(`${[`${line} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
  return connection;
}

/** The head of a WebSocket handshake that would be taken. */
export function upgradeOf(interviewId: string, more: Record<string, string | null> = {}): RawHead {
  return {
    line: `GET /api/interviews/${interviewId}/socket`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'viva.v1',
    ...more,
  };
}

/** The problem document in an answer. */
export function problemIn(text: string): { code: string; detail: string; status: number } {
  return JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
}
