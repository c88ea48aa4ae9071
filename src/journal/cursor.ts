import { VivaError } from '../errors.ts';
import type { InterviewHead } from './journal.ts';

/** The place of a head in a list: newest first, the id decides between equals. */
export interface Place {
  createdAt: number;
  id: string;
}

/** Before the newest possible head: where a list without a cursor begins. */
export const listStart: Place = { createdAt: Number.MAX_SAFE_INTEGER, id: '' };

/** Write the place of the last head of a page as an opaque text. */
export function writeCursor({ id, meta }: InterviewHead): string {
  return Buffer.from(JSON.stringify([meta.createdAt, id])).toString('base64url');
}

/**
 * Read the place that a page begins after.
 *
 * Errors: REQUEST_INVALID for a text that `writeCursor` did not write.
 */
export function readCursor(cursor: string | undefined): Place {
  if (cursor === undefined) return listStart;
  try {
    const [createdAt, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (Number.isSafeInteger(createdAt) && typeof id === 'string') return { createdAt: createdAt as number, id };
  } catch {
    // Not ours: said below.
  }
  throw new VivaError('REQUEST_INVALID', 'cursor: not one that this list gave out; leave it away to begin anew');
}
