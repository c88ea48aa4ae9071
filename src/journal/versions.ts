import { interview } from '../../machines/interview.ts';
import { VivaError } from '../errors.ts';
import type { InterviewHead, Versions } from './journal.ts';

/** What this build writes. Records of form 1 were written before there was a chain, and chained afterwards. */
export const versionsNow: Versions = { record: 2, machine: String(interview.version) };

/** Machine versions are whole numbers in words; what is none is of no build that this one knows. */
function isKnown({ record, machine }: Versions, known: Versions): boolean {
  return record <= known.record && /^[1-9]\d*$/.test(machine) && Number(machine) <= Number(known.machine);
}

/**
 * Make sure that this build may read an interview and go on with it: nothing in it is newer than the build.
 *
 * Errors: VERSION_PARKED.
 * Source: PROTOCOL.md R20.
 */
export function assertKnown({ versions, meta }: InterviewHead, known: Versions = versionsNow): void {
  if (isKnown(versions, known) && isKnown({ ...versions, machine: meta.machineVersion }, known)) return;
  const found = `machine ${versions.machine}, records ${versions.record}`;
  const here = `machine ${known.machine}, records ${known.record}`;
  throw new VivaError('VERSION_PARKED', `a newer viva wrote this interview (${found}); this one knows up to ${here}`);
}
