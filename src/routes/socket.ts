import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fastifyWebsocket from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { closeCodeOf, toProblem, VivaError } from '../errors.ts';
import { format, limits, SUBPROTOCOL } from '../protocol.ts';
import { interviewParams } from './access.ts';
import { type Connection, createConnection } from './connection.ts';
import type { SocketLimits } from './limits.ts';
import type { Channel } from './outbox.ts';
import { answerHandshakeError, problemResponses } from './problems.ts';
import { createSeats } from './seats.ts';
import type { App, Service } from './service.ts';

// The only file that touches a WebSocket.

const SOCKET_URL = '/api/interviews/:id/socket';
const SOCKET_PATH = /^\/api\/interviews\/[^/?]+\/socket(\?|$)/;

interface Live {
  socket: WebSocket;
  missedBeats: number;
  connection: Connection;
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

function toChannel(socket: WebSocket): Channel {
  return {
    send: (text, onFlushed) => socket.send(text, onFlushed),
    close: (code, reason) => socket.close(code, reason),
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
  };
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
  const live = new Set<Live>();
  const takeAddress = createSeats(limitsHere.addressSocketsMax);
  const takeSeat = createSeats(limitsHere.interviewSocketsMax);
  const frames = new RateLimiterMemory({ points: limitsHere.framesPerMinuteMax, duration: 60 });
  const bytes = new RateLimiterMemory({ points: limitsHere.bytesPerMinuteMax, duration: 60 });
  let callOffBeat: (() => void) | null = null;

  function beat(): void {
    for (const entry of live) {
      if (entry.missedBeats >= limitsHere.missedBeatsMax) entry.socket.terminate();
      else {
        entry.missedBeats += 1;
        entry.socket.ping();
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
    for (const { connection } of live) connection.restart();
    const patience = setTimeout(() => {
      for (const socket of websocketServer.clients) socket.terminate();
    }, limitsHere.closeMs);
    await Promise.all(closing);
    clearTimeout(patience);
  }

  await app.register(fastifyWebsocket, {
    options: {
      maxPayload: limits.frameBytesMax,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
    // ws has answered a broken or oversized frame with its close code already; terminating here would swallow it.
    errorHandler(error, socket, request) {
      const isTheirs = 'code' in error && String(error.code).startsWith('WS_ERR_');
      if (isTheirs || socket.readyState >= socket.CLOSING)
        return request.log.info({ code: 'code' in error ? error.code : error.name }, 'socket error');
      request.log.error({ err: error }, 'a socket failed');
      socket.close(1011, 'INTERNAL');
    },
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
  service.metrics.watchSockets(() => [...live].map(({ connection }) => connection.role));

  function serve(socket: WebSocket, request: FastifyRequest): void {
    const { id } = request.params as { id: string };
    const connectionId = randomUUID();
    const connection = createConnection(
      {
        service,
        limits: limitsHere,
        log: request.log,
        interviewId: id,
        connectionId,
        spend: (role, byteCount) =>
          Promise.all([frames.consume(`${role} ${id}`), bytes.consume(`${role} ${id}`, byteCount)]),
        takeSeat,
        random: Math.random,
      },
      toChannel(socket),
    );
    const entry: Live = { socket, missedBeats: 0, connection };
    live.add(entry);
    // All listeners now: what comes before a listener is lost.
    socket.on('message', (data, isBinary) => {
      entry.missedBeats = 0;
      if (isBinary) connection.receiveBinary();
      else connection.receive(data.toString());
    });
    socket.on('pong', () => {
      entry.missedBeats = 0;
    });
    socket.on('close', () => {
      live.delete(entry);
      connection.closed();
    });
  }

  /** A seat from now to the end of the transport, whatever becomes of the upgrade. */
  function takeAddressSeat(request: FastifyRequest): void {
    const { socket } = request.raw;
    const giveBack = takeAddress(addressOf(request));
    if (!giveBack) throw new VivaError('RATE_LIMITED', 'too many connections from this address');
    socket.once('close', giveBack);
    if (socket.destroyed) giveBack();
  }

  function refuseVersion(socket: WebSocket): void {
    const problem = toProblem('VERSION_UNSUPPORTED', `offer the WebSocket subprotocol ${SUBPROTOCOL}`);
    const patience = setTimeout(() => socket.terminate(), limitsHere.closeMs);
    socket.once('close', () => clearTimeout(patience));
    socket.send(format({ type: 'error', problem }));
    socket.close(closeCodeOf(problem.code), problem.code);
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
      onRequest: async (request) => {
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
      },
    },
    (socket, request) => (socket.protocol === SUBPROTOCOL ? serve(socket, request) : refuseVersion(socket)),
  );
}
