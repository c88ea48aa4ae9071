import { randomUUID } from 'node:crypto';
import fastifyWebsocket from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { WebSocket } from 'ws';
import { closeCodeOf, toProblem, VivaError } from '../errors.ts';
import { format, limits, SUBPROTOCOL } from '../protocol.ts';
import { interviewParams } from './access.ts';
import { createConnection } from './connection.ts';
import type { SocketLimits } from './limits.ts';
import type { Channel } from './outbox.ts';
import { createSeats } from './seats.ts';
import type { App, Service } from './service.ts';

// The only file that touches a WebSocket.

interface Live {
  socket: WebSocket;
  missedBeats: number;
  restart(): void;
}

function addressOf(request: FastifyRequest): string {
  // Injected sockets have no address.
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
 * Register the WebSocket route.
 *
 * Refused before the upgrade, as problems: a foreign Origin (403), no WebSocket at all (426), too many connections of
 * one address (429), a restart (503). Subprotocol: the server selects viva.v1 or nothing; with nothing it says
 * VERSION_UNSUPPORTED in an error frame and closes with 4406, because a browser shows no body of a refused upgrade.
 */
export async function registerSocket(app: App, service: Service, limitsHere: SocketLimits): Promise<void> {
  const { clock } = service;
  const live = new Set<Live>();
  const takeAddress = createSeats(limitsHere.addressSocketsMax);
  const takeSeat = createSeats(limitsHere.interviewSocketsMax);
  const frames = new RateLimiterMemory({ points: limitsHere.framesPerMinuteMax, duration: 60 });
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
    const closing = [...live].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
    for (const entry of live) entry.restart();
    const patience = setTimeout(() => {
      for (const { socket } of live) socket.terminate();
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
      app.websocketServer.close();
    },
  });
  beat();

  function serve(socket: WebSocket, request: FastifyRequest): void {
    const { id } = request.params as { id: string };
    const connectionId = randomUUID();
    const giveAddressBack = takeAddress(addressOf(request));
    const connection = createConnection(
      {
        service,
        limits: limitsHere,
        log: request.log,
        interviewId: id,
        connectionId,
        spend: () => frames.consume(connectionId),
        takeSeat,
        random: Math.random,
      },
      toChannel(socket),
    );
    const entry: Live = { socket, missedBeats: 0, restart: connection.restart };
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
      giveAddressBack?.();
      connection.closed();
    });
  }

  app.get(
    '/api/interviews/:id/socket',
    {
      websocket: true,
      schema: { params: interviewParams },
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
        const probe = takeAddress(addressOf(request));
        if (!probe) throw new VivaError('RATE_LIMITED', 'too many connections from this address');
        probe();
      },
    },
    (socket, request) => {
      if (socket.protocol === SUBPROTOCOL) return serve(socket, request);
      const problem = toProblem('VERSION_UNSUPPORTED', `offer the WebSocket subprotocol ${SUBPROTOCOL}`);
      socket.send(format({ type: 'error', problem }));
      socket.close(closeCodeOf(problem.code), problem.code);
    },
  );
}
