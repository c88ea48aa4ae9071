import { randomBytes } from 'node:crypto';

/** Units: bytes. */
const SALT_BYTES = 16;
/** Asking the system for random bytes costs the same for one salt as for many. */
const SALTS_PER_ASK = 256;

/** A source of salts, each of 128 random bits, as base64url. */
export function createSalts(): () => string {
  let pool = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at === pool.length) {
      pool = randomBytes(SALT_BYTES * SALTS_PER_ASK);
      at = 0;
    }
    const salt = pool.toString('base64url', at, at + SALT_BYTES);
    // What is in the journal is nowhere else.
    pool.fill(0, at, at + SALT_BYTES);
    at += SALT_BYTES;
    return salt;
  };
}
