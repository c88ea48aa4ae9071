import type { FastifyRequest } from 'fastify';
import type { DispatchResult } from '../actor.ts';
import { toProblem, VivaError } from '../errors.ts';
import type { Pressure } from '../pressure.ts';
import type { CommandType } from '../protocol.ts';
import type { Service } from './service.ts';

// What is refused beyond capacity, early and with the time to wait. Those who are in an interview go before newcomers,
// and an answer goes before a draft, which a newer one replaces anyhow.

/** Units: ms. The client's own back-off comes on top. */
const RETRY_AFTER_MS = 2_000;

/** What newcomers are told. */
export const busy = toProblem('TRY_LATER', 'more is under way than can be done in time; try again in a moment', {
  retryAfterMs: RETRY_AFTER_MS,
});

const tooMany = toProblem('RATE_LIMITED', 'not stored, too much is under way; send it again with the same id', {
  retryAfterMs: RETRY_AFTER_MS,
});

const patientTypes: ReadonlySet<CommandType> = new Set(['interview.start', 'answer.draft']);

/** Dispatch a command if it can be taken on; else it has changed nothing. */
export async function admit(
  pressure: Pressure,
  type: CommandType,
  dispatch: () => Promise<DispatchResult>,
): Promise<DispatchResult> {
  const release = pressure.take(patientTypes.has(type));
  if (!release) return { ok: false, problem: tooMany };
  try {
    return await dispatch();
  } finally {
    release();
  }
}

/** Whether to turn away whoever comes to an interview now: one that is in memory goes on. */
export function isNewcomer({ pressure, actors }: Pick<Service, 'pressure' | 'actors'>, interviewId: string): boolean {
  return pressure.isBusy && !actors.glimpse(interviewId).isLive;
}

/** Addresses of the API that decide for themselves whom they turn away. */
const COMMANDS = '/api/interviews/:id/commands';
const SOCKET = '/api/interviews/:id/socket';
const TICKETS = '/api/interviews/:id/tickets';

/** The hook that turns newcomers away while the service is busy. Pages, probes and metrics are always served. */
export function shed(service: Pick<Service, 'pressure' | 'actors'>) {
  return async (request: FastifyRequest): Promise<void> => {
    const { url } = request.routeOptions;
    if (!service.pressure.isBusy || !url?.startsWith('/api/') || url === COMMANDS || url === SOCKET) return;
    if (url === TICKETS && !isNewcomer(service, (request.params as { id: string }).id)) return;
    throw new VivaError(busy.code, busy.detail, { retryAfterMs: RETRY_AFTER_MS });
  };
}
