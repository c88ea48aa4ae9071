import { z } from 'zod';
import type { Actors } from '../actors.ts';
import { VivaError } from '../errors.ts';
import type { Glance, InterviewHead, Journal } from '../journal/journal.ts';
import { outcomes } from '../protocol.ts';
import { type ConcernCode, concernLevels, findConcerns } from '../report/concerns.ts';
import type { Digest } from '../report/digest.ts';
import { createDigests } from './digests.ts';
import { named } from './schemas.ts';
import type { Service } from './service.ts';

const instant = z.number().int();

const concern = z.object({
  code: z.enum(Object.keys(concernLevels) as [ConcernCode, ...ConcernCode[]]),
  /** `stuck`: it does not go on by itself as it should. `notice`: a person could help. */
  level: z.enum(['stuck', 'notice']),
  /** Since when; of an invitation, until when. */
  at: instant,
  text: z.string(),
});

/** One interview in the list. What is not known, of an interview that a newer build wrote, is null. */
export const lineSchema = z
  .object({
    id: z.string(),
    state: z.string(),
    /** Dotted. */
    statePath: z.string().nullable(),
    stateSince: instant.nullable(),
    outcome: z.enum(outcomes).nullable(),
    /** When the service acts by itself: end of the invitation, of a prompt, of a pause. */
    deadlineAt: instant.nullable(),
    planId: z.string(),
    planVersion: z.number().int(),
    candidate: z.object({ name: z.string().optional(), email: z.string().optional(), locale: z.string().optional() }),
    externalId: z.string().optional(),
    /** Questions of the plan: answered, and in all. */
    progress: z.object({ answered: z.number().int(), total: z.number().int() }).nullable(),
    /** Of the candidate; null once it is over. */
    connection: z.enum(['connected', 'away']).nullable(),
    awaySince: instant.nullable(),
    /** The process that holds it, as host and process id. */
    node: z.string().nullable(),
    /** Questions whose judgement a person should look at, and nobody has. */
    needsReview: z.number().int().nullable(),
    concerns: z.array(concern),
    createdAt: instant,
    updatedAt: instant,
    erasedAt: instant.optional(),
  })
  .register(named, { id: 'InterviewLine', description: 'Where one interview stands, for a list.' });

export type Line = z.infer<typeof lineSchema>;

/** Host and process; what makes the owner unique beyond them tells nobody anything. */
function toNode(owner: string): string {
  return owner.split('/').slice(0, 2).join('/');
}

/** What makes lines of heads. */
export interface Lines {
  /** In the order of the heads. Errors: STORE_UNAVAILABLE. */
  read(heads: readonly InterviewHead[]): Promise<Line[]>;
}

type Deps = Pick<Service, 'clock' | 'findPlan'> & {
  journal: Pick<Journal, 'load' | 'shared'>;
  actors: Pick<Actors, 'glimpse' | 'owner'>;
};

/** Create what makes lines: of heads, of what is in the journals, and of what is known of who runs them. */
export function createLines({ journal, actors, clock, findPlan }: Deps): Lines {
  const digests = createDigests(journal);

  async function countQuestions({ meta }: InterviewHead): Promise<number | null> {
    try {
      return (await findPlan(meta.planId, meta.planVersion)).plan.questions.length;
    } catch (error) {
      if (error instanceof VivaError && error.code === 'PLAN_NOT_FOUND') return null;
      throw error;
    }
  }

  function toLine(head: InterviewHead, digest: Digest | null, total: number | null, glance: Glance | undefined): Line {
    const { id, state, meta, wakeAt, updatedAt, erasedAt } = head;
    const { planId, planVersion, candidate, externalId, createdAt } = meta;
    const { isLive, isCandidateConnected: isHere, isPutOff } = actors.glimpse(id);
    const owner = isLive ? actors.owner : (glance?.owner ?? null);
    // Who runs it elsewhere for the candidate has not missed them.
    const isThere = !isLive && glance?.heldFor === 'candidate' && digest?.awaySince === null;
    const isCandidateConnected = isHere || isThere;
    const isOver = digest !== null && (digest.outcome !== null || erasedAt !== null);
    return {
      id,
      state,
      statePath: digest?.statePath ?? null,
      stateSince: digest?.stateSince ?? null,
      outcome: digest?.outcome ?? null,
      // While an answer is evaluated something is due at once, and that is no deadline.
      deadlineAt: state === 'EVALUATING' ? null : wakeAt,
      planId,
      planVersion,
      candidate,
      ...(externalId === undefined ? {} : { externalId }),
      progress: digest && total !== null ? { answered: digest.answeredCount, total } : null,
      connection: isOver ? null : isCandidateConnected ? 'connected' : 'away',
      awaySince: digest?.awaySince ?? null,
      node: owner === null ? null : toNode(owner),
      needsReview: digest?.doubts.length ?? null,
      concerns: findConcerns({ head, digest, isCandidateConnected, isPutOff, now: clock.now() }),
      createdAt,
      updatedAt,
      ...(erasedAt === null ? {} : { erasedAt }),
    };
  }

  return {
    async read(heads) {
      const ids = heads.map(({ id }) => id);
      const glances = journal.shared && ids.length > 0 ? await journal.shared.glance(ids) : [];
      const glancesById = new Map(glances.map((glance) => [glance.id, glance]));
      const totals = await Promise.all(heads.map(countQuestions));
      const read = await digests.read(heads);
      return heads.map((head, index) =>
        toLine(head, read[index] ?? null, totals[index] ?? null, glancesById.get(head.id)),
      );
    },
  };
}
