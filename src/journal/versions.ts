import { interview } from '../../machines/interview.ts';
import { VivaError } from '../errors.ts';
import type { InterviewHead, Versions } from './journal.ts';

/** What this build writes. Records of form 1 were written before there was a chain, and chained afterwards. */
export const versionsNow: Versions = { record: 2, machine: String(interview.version) };

/** Machine versions are whole numbers in words; what is none is of no build that this one knows. */
function isMachineKnown(machine: string): boolean {
  return /^[1-9]\d*$/.test(machine) && Number(machine) <= Number(versionsNow.machine);
}

/** Tell whether this build may read an interview and go on with it: nothing in it is newer than the build. */
export function isKnown({ versions, meta }: InterviewHead): boolean {
  return versions.record <= versionsNow.record && [versions.machine, meta.machineVersion].every(isMachineKnown);
}

/**
 * Make sure that an interview is known.
 *
 * Errors: VERSION_PARKED.
 * Source: PROTOCOL.md R20.
 */
export function assertKnown(head: InterviewHead): void {
  if (isKnown(head)) return;
  const found = `machine ${head.versions.machine}, records ${head.versions.record}`;
  const here = `machine ${versionsNow.machine}, records ${versionsNow.record}`;
  throw new VivaError('VERSION_PARKED', `a newer viva wrote this interview (${found}); this one knows up to ${here}`);
}
