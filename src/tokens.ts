import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { VivaError } from './errors.ts';
import type { Role } from './protocol.ts';

/** Who is asking: a link's role for one interview, or the admin key's operator for all (`interviewId` null). */
export interface Identity {
  role: Role;
  interviewId: string | null;
}

/** The roles that links are made for. */
type LinkRole = Exclude<Role, 'operator'>;

const ISSUER = 'viva';
const AUDIENCE = 'viva:link';

/** One key per purpose, so a token of one kind can never pass as another. */
export function deriveKey(secret: string, purpose: string): Uint8Array {
  return createHmac('sha256', secret).update(purpose).digest();
}

function isSame(left: string, right: string): boolean {
  return timingSafeEqual(hash('sha256', left, 'buffer'), hash('sha256', right, 'buffer'));
}

function isLinkRole(role: unknown): role is LinkRole {
  return role === 'candidate' || role === 'reviewer';
}

/** Makes and reads the tokens of links, and knows the admin key. */
export interface Tokens {
  /** The same request gives the same token. Units: `expiresAt` in ms since 1970 UTC. */
  issue(identity: { role: LinkRole; interviewId: string }, expiresAt: number): Promise<string>;
  /** Errors: UNAUTHENTICATED, saying what is accepted, never what was sent. */
  authenticate(authorization: string | undefined): Promise<Identity>;
}

/** Create the tokens of a service. `now` in ms since 1970 UTC. */
export function createTokens(deps: { secret: string; adminKey: string; now: () => number }): Tokens {
  const key = deriveKey(deps.secret, AUDIENCE);

  return {
    issue: ({ role, interviewId }, expiresAt) =>
      new SignJWT({ role })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(interviewId)
        .setExpirationTime(Math.floor(expiresAt / 1000))
        .sign(key),

    async authenticate(authorization) {
      const token = /^Bearer ([!-~]{1,4096})$/i.exec(authorization ?? '')?.[1];
      if (token === undefined)
        throw new VivaError(
          'UNAUTHENTICATED',
          'send `Authorization: Bearer` with the admin key or the token of a link',
        );
      if (isSame(token, deps.adminKey)) return { role: 'operator', interviewId: null };
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['sub', 'exp'],
          currentDate: new Date(deps.now()),
        });
        if (isLinkRole(payload.role) && payload.sub !== undefined)
          return { role: payload.role, interviewId: payload.sub };
      } catch {
        // Whatever is wrong with it, the answer is the same: nothing for an attacker to learn.
      }
      throw new VivaError('UNAUTHENTICATED', 'this is neither the admin key nor the valid token of a link');
    },
  };
}

/** The addresses that people open. The token is in the fragment, which browsers never send to a server. */
export const links = {
  candidate: (base: string, interviewId: string, token: string) => `${base}/interviews/${interviewId}#${token}`,
  reviewer: (base: string, interviewId: string, token: string) => `${base}/console/interviews/${interviewId}#${token}`,
  console: (base: string, adminKey: string) => `${base}/console#key=${encodeURIComponent(adminKey)}`,
};
