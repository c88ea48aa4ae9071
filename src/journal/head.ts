import { VivaError } from '../errors.ts';
import type { InterviewHead, Journal } from './journal.ts';
import { assertKnown } from './versions.ts';

/**
 * Read the head of an interview alone.
 *
 * Errors: INTERVIEW_NOT_FOUND, VERSION_PARKED, STORE_UNAVAILABLE.
 */
export async function readHead(journal: Journal, id: string): Promise<InterviewHead> {
  // Past the last record.
  const loaded = await journal.load(id, Number.MAX_SAFE_INTEGER);
  if (!loaded) throw new VivaError('INTERVIEW_NOT_FOUND', 'no interview has this id');
  assertKnown(loaded.head);
  return loaded.head;
}

/**
 * Make sure that an interview can still be taken part in.
 *
 * Errors: INTERVIEW_ERASED.
 */
export function assertNotErased({ erasedAt }: Pick<InterviewHead, 'erasedAt'>): void {
  if (erasedAt !== null) throw new VivaError('INTERVIEW_ERASED', 'what was said in this interview is erased');
}
