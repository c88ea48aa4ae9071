import type { Clock } from './clock.ts';
import { VivaError } from './errors.ts';
import { sealRecord } from './journal/chain.ts';
import type { InterviewMeta, Journal } from './journal/journal.ts';
import { versionsNow } from './journal/versions.ts';
import { toOutline } from './plans/outline.ts';
import type { PublishedPlan } from './plans/schema.ts';
import { stateOf, statePathOf, wakeAtOf } from './reduce.ts';
import { type CreatedEvent, created } from './restore.ts';

const DAY_MS = 86_400_000;

/** Whom to interview, by which plan. */
export interface CreateRequest {
  published: PublishedPlan;
  candidate: InterviewMeta['candidate'];
  accommodations: InterviewMeta['accommodations'];
  externalId?: string;
  idempotency?: { key: string; digest: string };
}

/**
 * Store a new interview. Nothing of it is live: its first connection, or its invitation's end, brings it.
 *
 * Errors: IDEMPOTENCY_KEY_REUSED when the key was used for another request.
 */
export async function storeInterview(
  deps: { journal: Journal; clock: Clock; newId(): string; newSalt(): string },
  { published, candidate, accommodations, externalId, idempotency }: CreateRequest,
): Promise<{ id: string; isNew: boolean }> {
  const id = deps.newId();
  const at = deps.clock.now();
  const event: CreatedEvent = {
    type: 'interview.created',
    at,
    invitationExpiresAt: at + Math.round(published.plan.limits.invitationDays * DAY_MS),
    timeMultiplier: accommodations.timeMultiplier ?? 1,
    isUntimed: accommodations.untimed ?? false,
  };
  const step = created(id, toOutline(published), event);
  const meta: InterviewMeta = {
    planId: published.plan.id,
    planVersion: published.version,
    planHash: published.hash,
    machineVersion: versionsNow.machine,
    createdAt: at,
    candidate,
    accommodations,
    ...(externalId === undefined ? {} : { externalId }),
  };
  const unsealed = {
    seq: 1,
    at,
    epoch: 0,
    by: 'operator' as const,
    event: { ...event },
    facts: step.facts,
    state: statePathOf(step.snapshot),
    versions: versionsNow,
  };
  const stored = await deps.journal.create({
    id,
    meta,
    record: sealRecord(unsealed, { salt: deps.newSalt(), opening: { interviewId: id, meta } }),
    state: stateOf(step.snapshot),
    wakeAt: wakeAtOf(step.started, at),
    ...(idempotency ? { idempotency } : {}),
  });
  if (!stored.isNew && stored.digest !== idempotency?.digest)
    throw new VivaError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key came with another request before');
  return { id: stored.id, isNew: stored.isNew };
}
