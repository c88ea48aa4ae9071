import { randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { VivaError } from './errors.ts';
import type { Sharing } from './journal/journal.ts';
import { type Role, roles } from './protocol.ts';
import { deriveKey } from './tokens.ts';

const ISSUER = 'viva';
const AUDIENCE = 'viva:ticket';

/** Units: ms. */
const LIFETIME_MS = 60_000;
/** Redeemed tickets are remembered until they expire; above this many at once the service asks to try later. */
const REMEMBERED_MAX = 100_000;

/** What a ticket opens: one connection to one interview in one role. */
interface Admission {
  role: Role;
  interviewId: string;
}

/**
 * Tickets open WebSockets: browsers cannot set headers there, and a token in the address would end up in logs.
 *
 * Source: PROTOCOL.md; OWASP ASVS 5 V4.4.
 */
export interface Tickets {
  /** Units: `expiresAt` in ms since 1970 UTC. */
  issue(admission: Admission): Promise<{ ticket: string; expiresAt: number }>;
  /** Errors: UNAUTHENTICATED for a ticket that is forged, expired or used already. */
  redeem(ticket: string): Promise<Admission>;
}

/**
 * Create the tickets of a node. A store that nodes share remembers which are used up; they are good at any of them.
 * Without one this process does, which begins now: what was redeemed before is not known any more, so it takes no
 * ticket from before.
 */
export function createTickets(deps: {
  secret: string;
  now: () => number;
  rememberedMax?: number;
  shared?: Pick<Sharing, 'redeem'> | undefined;
}): Tickets {
  const key = deriveKey(deps.secret, AUDIENCE);
  const rememberedMax = deps.rememberedMax ?? REMEMBERED_MAX;
  const beganAt = deps.now();
  const expiresAtById = new Map<string, number>();
  let forgetAt = 0;

  function forgetExpired(now: number): void {
    if (now < forgetAt) return;
    for (const [id, expiresAt] of expiresAtById) if (expiresAt <= now) expiresAtById.delete(id);
    forgetAt = now + LIFETIME_MS;
  }

  function redeemHere(id: string, expiresAt: number): boolean {
    forgetExpired(deps.now());
    if (expiresAtById.has(id)) return false;
    if (expiresAtById.size >= rememberedMax) throw new VivaError('TRY_LATER', 'too many connections at once');
    expiresAtById.set(id, expiresAt);
    return true;
  }

  /** Units: s, with fractions, as tokens carry instants. */
  function isRemembered(issuedAt: number | undefined): boolean {
    return issuedAt !== undefined && (deps.shared !== undefined || Math.round(issuedAt * 1000) >= beganAt);
  }

  async function read(ticket: string): Promise<Admission & { id: string; expiresAt: number }> {
    try {
      const { payload } = await jwtVerify(ticket, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'iat', 'jti'],
        currentDate: new Date(deps.now()),
      });
      const role = roles.find((candidate) => candidate === payload.role);
      if (role && payload.sub && payload.jti && payload.exp && isRemembered(payload.iat))
        return { role, interviewId: payload.sub, id: payload.jti, expiresAt: payload.exp * 1000 };
    } catch {
      // Forged, malformed or expired: one answer for all.
    }
    throw new VivaError('UNAUTHENTICATED', 'the ticket is not valid or has expired; get another one');
  }

  return {
    async issue({ role, interviewId }) {
      // Whole seconds, because that is what the token carries; rounded down, so it never lives longer than promised.
      const expiresAt = Math.floor((deps.now() + LIFETIME_MS) / 1000) * 1000;
      const ticket = await new SignJWT({ role })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(interviewId)
        .setJti(randomUUID())
        .setIssuedAt(deps.now() / 1000)
        .setExpirationTime(expiresAt / 1000)
        .sign(key);
      return { ticket, expiresAt };
    },

    async redeem(ticket) {
      const { id, expiresAt, role, interviewId } = await read(ticket);
      const isUnused = await (deps.shared ? deps.shared.redeem(id, expiresAt) : redeemHere(id, expiresAt));
      if (!isUnused) throw new VivaError('UNAUTHENTICATED', 'the ticket has been used; get another one');
      return { role, interviewId };
    },
  };
}
