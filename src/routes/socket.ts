import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import fastifyWebsocket from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { closeCodeOf, type Problem, toProblem, VivaError } from '../errors.ts';
import { format, limits, SUBPROTOCOL } from '../protocol.ts';
import { interviewParams } from './access.ts';
import { busy, isNewcomer } from './admission.ts';
import { createAllowance } from './allowance.ts';
import { type Connection, type ConnectionDeps, createConnection } from './connection.ts';
import type { SocketLimits } from './limits.ts';
import type { Channel } from './outbox.ts';
import { answerHandshakeError, problemResponses } from './problems.ts';
import { createSeats } from './seats.ts';
import type { App, Service } from './service.ts';

// The only file that touches a WebSocket.

const SOCKET_URL = '/api/interviews/:id/socket';
const SOCKET_PATH = /^\/api\/interviews\/[^/?]+\/socket(\?|$)/;

/** A connection and its transport, of which there are many. */
interface Live {
  missedBeats: number;
  readonly connection: Connection;
}

class SocketChannel implements Channel {
  readonly #socket: WebSocket;
  readonly #transport: Writable;

  constructor(socket: WebSocket, transport: Writable) {
    this.#socket = socket;
    this.#transport = transport;
  }

  send(text: string, onFlushed: () => void): void {
    this.#socket.send(text, onFlushed);
  }

  together(send: () => void): void {
    this.#transport.cork();
    try {
      send();
    } finally {
      this.#transport.uncork();
    }
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }
}

function addressOf(request: FastifyRequest): string {
  // A peer that is gone already has no address.
  return request.ip ?? 'unknown';
}

function isOriginAllowed(request: FastifyRequest, origins: readonly string[]): boolean {
  const { origin } = request.headers;
  // Programs send none; a page cannot leave it out. The ticket is what authenticates.
  if (origin === undefined) return true;
  return origins.includes(origin) || URL.parse(origin)?.host === request.host;
}

/**
 * Whether Node treats a request as an upgrade. Every other offer to upgrade (to HTTP/2, or at an address that is no
 * socket) is passed over, and the request is answered as if it had made none.
 *
 * Source: RFC 9110 section 7.8.
 */
export function isSocketUpgrade({ method, url = '', headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && SOCKET_PATH.test(url);
}

/**
 * Register the WebSocket route.
 *
 * Refused before the upgrade, as problems: a foreign Origin (403), no WebSocket at all (426), a broken handshake (400),
 * too many connections of one address (429), a restart (503). Subprotocol: the server selects viva.v1 or nothing; with nothing it says
 * VERSION_UNSUPPORTED in an error frame and closes with 4406, because a browser shows no body of a refused upgrade.
 */
export async function registerSocket(app: App, service: Service, limitsHere: SocketLimits): Promise<void> {
  const { clock } = service;
  const liveBySocket = new Map<WebSocket, Live>();
  const responses = new WeakMap<FastifyRequest, ServerResponse>();
  const takeAddress = createSeats(limitsHere.addressSocketsMax);
  const takeSeat = createSeats(limitsHere.interviewSocketsMax);
  const spend = createAllowance(clock, {
    framesMax: limitsHere.framesPerMinuteMax,
    bytesMax: limitsHere.bytesPerMinuteMax,
  });
  let callOffBeat: (() => void) | null = null;

  function beat(): void {
    for (const [socket, live] of liveBySocket) {
      if (live.missedBeats >= limitsHere.missedBeatsMax) socket.terminate();
      else {
        live.missedBeats += 1;
        socket.ping();
      }
    }
    callOffBeat = clock.wake(clock.now() + limitsHere.heartbeatMs, beat);
  }

  async function closeAll(): Promise<void> {
    callOffBeat?.();
    const { websocketServer } = app;
    // From here on it takes no upgrade that is still on its way; those whom it has taken stay in `clients`.
    websocketServer.close();
    const closing = [...websocketServer.clients].map((socket) => new Promise((closed) => socket.once('close', closed)));
    for (const { connection } of liveBySocket.values()) connection.restart();
    const patience = setTimeout(() => {
      for (const socket of websocketServer.clients) socket.terminate();
    }, limitsHere.closeMs);
    await Promise.all(closing);
    clearTimeout(patience);
  }

  // ws has answered a broken or oversized frame with its close code already; terminating here would swallow it.
  function onSocketError(error: Error, socket: WebSocket): void {
    const isTheirs = 'code' in error && String(error.code).startsWith('WS_ERR_');
    if (isTheirs || socket.readyState >= socket.CLOSING) {
      app.log.info({ code: 'code' in error ? error.code : error.name }, 'socket error');
      return;
    }
    app.log.error({ err: error }, 'a socket failed');
    socket.close(1011, 'INTERNAL');
  }

  /**
   * Let go of the request that was upgraded and of its answer, which the transport and the plugin's listener for errors
   * would keep for as long as the connection lasts: a fifth of what an idle interview takes in memory.
   */
  function forgetUpgrade(socket: WebSocket, request: FastifyRequest): void {
    responses.get(request)?.detachSocket(request.raw.socket);
    socket.removeAllListeners('error');
    socket.on('error', onError);
  }

  await app.register(fastifyWebsocket, {
    options: {
      maxPayload: limits.frameBytesMax,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
    errorHandler: onSocketError,
    async preClose() {
      await service.actors.drain();
      await closeAll();
    },
  });
  app.websocketServer.on('wsClientError', answerHandshakeError);
  // The plugin ends the connection of a refused upgrade, but not when a hook before its own has refused it.
  app.addHook('onResponse', async ({ raw }) => {
    if (isSocketUpgrade(raw)) raw.socket.destroy();
  });
  beat();
  service.metrics.watchSockets(() => [...liveBySocket.values()].map(({ connection }) => connection.role));

  const connectionDeps: ConnectionDeps = {
    service,
    limits: limitsHere,
    log: app.log,
    spend,
    takeSeat,
    unread: { bytes: 0 },
    random: Math.random,
  };

  // One function each for all sockets, which are `this` in them: closures of its own would weigh as much as a socket.
  function onMessage(this: WebSocket, data: WebSocket.RawData, isBinary: boolean): void {
    const live = liveBySocket.get(this);
    if (!live) return;
    live.missedBeats = 0;
    if (isBinary) live.connection.receiveBinary();
    else live.connection.receive(data.toString());
  }

  function onPong(this: WebSocket): void {
    const live = liveBySocket.get(this);
    if (live) live.missedBeats = 0;
  }

  function onClose(this: WebSocket): void {
    const live = liveBySocket.get(this);
    liveBySocket.delete(this);
    live?.connection.closed();
  }

  function onError(this: WebSocket, error: Error): void {
    onSocketError(error, this);
  }

  /** The connection is called as the request that opened it, by which its line in the log is found. */
  function serve(socket: WebSocket, interviewId: string, { id: connectionId, raw }: FastifyRequest): void {
    const channel = new SocketChannel(socket, raw.socket);
    const connection = createConnection(connectionDeps, { interviewId, connectionId }, channel);
    liveBySocket.set(socket, { missedBeats: 0, connection });
    // All listeners now: what comes before a listener is lost.
    socket.on('message', onMessage);
    socket.on('pong', onPong);
    socket.on('close', onClose);
  }

  /** A seat from now to the end of the transport, whatever becomes of the upgrade. */
  function takeAddressSeat(request: FastifyRequest): void {
    const { socket } = request.raw;
    const giveBack = takeAddress(addressOf(request));
    if (!giveBack) throw new VivaError('RATE_LIMITED', 'too many connections from this address');
    socket.once('close', giveBack);
    if (socket.destroyed) giveBack();
  }

  /** Refuse a connection after its upgrade, because a browser does not tell its page why an upgrade was refused. */
  function turnAway(socket: WebSocket, problem: Problem): void {
    service.metrics.refused('socket', problem.code);
    const patience = setTimeout(() => socket.terminate(), limitsHere.closeMs);
    socket.once('close', () => clearTimeout(patience));
    socket.send(format({ type: 'error', problem }));
    socket.close(closeCodeOf(problem.code), problem.code);
  }

  function receive(socket: WebSocket, request: FastifyRequest): void {
    forgetUpgrade(socket, request);
    const { id } = request.params as { id: string };
    if (socket.protocol !== SUBPROTOCOL)
      turnAway(socket, toProblem('VERSION_UNSUPPORTED', `offer the WebSocket subprotocol ${SUBPROTOCOL}`));
    else if (isNewcomer(service, id)) turnAway(socket, busy);
    else serve(socket, id, request);
  }

  app.get(
    SOCKET_URL,
    {
      websocket: true,
      schema: {
        operationId: 'openSocket',
        summary: `The WebSocket, subprotocol ${SUBPROTOCOL}; what is said on it is in /asyncapi.json.`,
        params: interviewParams,
        response: { 101: z.void(), ...problemResponses },
      },
      onRequest: async (request, reply) => {
        if (!request.ws)
          throw new VivaError(
            'VERSION_UNSUPPORTED',
            `open this address as a WebSocket with subprotocol ${SUBPROTOCOL}`,
          );
        if (!isOriginAllowed(request, service.origins))
          throw new VivaError(
            'FORBIDDEN',
            'this Origin may not open sockets; the operator lists origins in VIVA_ORIGINS',
          );
        takeAddressSeat(request);
        responses.set(request, reply.raw);
      },
    },
    receive,
  );
}
