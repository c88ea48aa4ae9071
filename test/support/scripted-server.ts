import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { type CandidateView, type Down, parseUp, SUBPROTOCOL, type Up } from '../../src/protocol.ts';

// A service that says what a test wants it to say, over real HTTP and real sockets.

/** Values in the order in which they come; whoever asks early waits. */
interface Queue<T> {
  push(value: T): void;
  next(): Promise<T>;
  readonly count: number;
}

function createQueue<T>(): Queue<T> {
  const values: T[] = [];
  const waiting: ((value: T) => void)[] = [];
  return {
    push(value) {
      const resolve = waiting.shift();
      if (resolve) resolve(value);
      else values.push(value);
    },
    next() {
      const [value] = values.splice(0, 1);
      return value === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(value);
    },
    get count() {
      return values.length;
    },
  };
}

/** What a request for a ticket is answered; `hang` = nothing, `reset` = the connection breaks. */
export type TicketReply =
  | { status: number; body?: unknown; headers?: Record<string, string>; contentType?: string }
  | 'hang'
  | 'reset';

export interface TicketRequest {
  method: string | undefined;
  path: string | undefined;
  authorization: string | undefined;
}

/** The service's end of one connection. */
export interface ScriptedSocket {
  path: string | undefined;
  protocol: string;
  /** The next frame of the client. It must be a valid one. */
  next(): Promise<Up>;
  send(frame: Down): void;
  sendText(text: string): void;
  /** Take the hello and answer it. */
  welcome(more?: Partial<Extract<Down, { type: 'welcome' }>>): Promise<Extract<Up, { type: 'hello' }>>;
  close(code: number): void;
  /** Cut the transport without a closing handshake. */
  cut(): void;
  /** Resolves with the client's close code. */
  closed: Promise<number>;
}

export interface ScriptedServer extends AsyncDisposable {
  url: string;
  /** Answer the next requests for tickets like this, one after the other; later ones get a ticket. */
  script(...replies: TicketReply[]): void;
  nextRequest(): Promise<TicketRequest>;
  nextSocket(): Promise<ScriptedSocket>;
  /** Requests for tickets so far. */
  readonly requestCount: number;
}

/** A candidate's view with one open question. */
export function sampleView(more: Partial<CandidateView> = {}): CandidateView {
  return {
    role: 'candidate',
    interviewId: 'i1',
    state: 'QUESTIONING',
    prompt: {
      id: 'p1',
      kind: 'question',
      text: 'What makes an operation idempotent?',
      index: 1,
      total: 2,
      askedAt: 0,
      isSkippable: true,
    },
    paused: false,
    allowed: ['answer.submit'],
    progress: { answered: 0, total: 2 },
    serverTime: 0,
    plan: { title: 'Sample', questionCount: 2, pauseMinutes: 1, followUpsMax: 1, answerCharsMax: 20_000 },
    ...more,
  };
}

function script(socket: WebSocket, path: string | undefined): ScriptedSocket {
  const frames = createQueue<Up>();
  socket.on('message', (data) => frames.push(parseUp(data.toString())));
  const send = (frame: Down) => socket.send(JSON.stringify(frame));
  return {
    path,
    protocol: socket.protocol,
    next: frames.next,
    send,
    sendText: (text) => socket.send(text),
    async welcome(more) {
      const hello = await frames.next();
      if (hello.type !== 'hello') throw new Error(`the first frame is ${hello.type}, not hello`);
      send({ type: 'welcome', connectionId: 'c1', epoch: 1, seq: 1, resumed: false, view: sampleView(), ...more });
      return hello;
    },
    close: (code) => socket.close(code),
    cut: () => socket.terminate(),
    closed: new Promise((resolve) => socket.once('close', resolve)),
  };
}

/** Start a scripted service on a free port. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const replies: TicketReply[] = [];
  const requests = createQueue<TicketRequest>();
  const sockets = createQueue<ScriptedSocket>();
  let requestCount = 0;
  const server = createServer((request, response) => {
    requestCount += 1;
    const { method, url, headers } = request;
    requests.push({ method, path: url, authorization: headers.authorization });
    const reply = replies.shift() ?? { status: 201, body: { ticket: `ticket-${requestCount}`, expiresAt: 1 } };
    if (reply === 'hang') return;
    if (reply === 'reset') {
      request.socket.destroy();
      return;
    }
    const { status, body, contentType = 'application/json' } = reply;
    response.writeHead(status, { 'content-type': contentType, ...reply.headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  });
  const upgrader = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL });
  server.on('upgrade', (request, transport: Socket, head) => {
    upgrader.handleUpgrade(request, transport, head, (socket) => sockets.push(script(socket, request.url)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    script: (...more) => replies.push(...more),
    nextRequest: requests.next,
    nextSocket: sockets.next,
    get requestCount() {
      return requestCount;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of upgrader.clients) if (socket.readyState !== WebSocket.CLOSED) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
