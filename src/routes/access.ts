import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { VivaError } from '../errors.ts';
import type { Role } from '../protocol.ts';
import type { Identity, Tokens } from '../tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by `allow`, which every route under /api has unless it is public. */
    identity: Identity;
  }
}

/** The interview that a path names. */
export const interviewParams = z.object({ id: z.string().min(1).max(100) });

/** The earlier record as of which something is asked for; without it, as of now. */
export const atMoment = z.object({ atSeq: z.coerce.number().int().positive().optional() });

/** A hook that lets only these roles in. */
interface Gate {
  (request: FastifyRequest): Promise<void>;
  readonly roles: readonly Role[];
}

/** The hook of a route that only these roles may use. Links open their own interview only; the admin key opens all. */
export function allow(tokens: Tokens, ...roles: Role[]): Gate {
  const gate = async (request: FastifyRequest): Promise<void> => {
    const identity = await tokens.authenticate(request.headers.authorization);
    if (!roles.includes(identity.role)) throw new VivaError('FORBIDDEN', `this is for: ${roles.join(', ')}`);
    const { id } = request.params as { id?: string };
    if (identity.interviewId !== null && identity.interviewId !== id)
      throw new VivaError('FORBIDDEN', 'this link is for another interview');
    request.identity = identity;
  };
  return Object.assign(gate, { roles });
}

/** The roles which a route's hooks let in; none = anyone. */
export function rolesOf(hooks: unknown): readonly Role[] {
  return [hooks].flat().flatMap((hook) => (typeof hook === 'function' && 'roles' in hook ? (hook as Gate).roles : []));
}
