import { z } from 'zod';
import { writeCursor } from '../journal/cursor.ts';
import type { InterviewHead } from '../journal/journal.ts';
import type { Digest } from '../report/digest.ts';
import { allow } from './access.ts';
import { createDigests } from './digests.ts';
import { problemResponses } from './problems.ts';
import { named } from './schemas.ts';
import type { App, Service } from './service.ts';

/** Interviews that are over which one request looks through. */
export const QUEUE_LOOKED_AT_MAX = 1_000;
/** Cases of one answer at most. */
export const QUEUE_CASES_MAX = 500;
const BATCH = 200;

const instant = z.number().int();

const queueCase = z
  .object({
    interviewId: z.string(),
    candidate: z.object({ name: z.string().optional() }),
    planId: z.string(),
    planVersion: z.number().int(),
    questionId: z.string(),
    /** Of the newest judgement that asks for a person; null = nothing could judge the answer. */
    confidence: z.number().nullable(),
    /** When that was. */
    at: instant,
  })
  .register(named, { id: 'QueueCase', description: 'A question whose judgement waits for a person.' });

const queuePage = z.object({
  /** The most uncertain first: what nothing could judge, then by confidence, then the oldest. */
  cases: z.array(queueCase),
  /** Cases that were found; those beyond the first are left out until these are reviewed. */
  found: z.number().int(),
  /** Interviews that are over and were looked through, the newest ones. */
  lookedAt: z.number().int(),
  /** Older interviews; null = there are none. */
  cursor: z.string().nullable(),
});

type Case = z.infer<typeof queueCase>;
type Page = z.infer<typeof queuePage>;

function toCases({ id, meta, erasedAt }: InterviewHead, digest: Digest | null): Case[] {
  if (!digest || erasedAt !== null) return [];
  const { name } = meta.candidate;
  return digest.doubts.map((doubt) => ({
    interviewId: id,
    candidate: name === undefined ? {} : { name },
    planId: meta.planId,
    planVersion: meta.planVersion,
    ...doubt,
  }));
}

const rank = ({ confidence }: Case) => confidence ?? -1;

/**
 * What waits for a person. No store keeps an index of it: that would be one more thing to hold true to the journal
 * across every write, reviews included. The heads of what is over are read newest first, so many of them, and of each
 * the digest, which is kept in memory under the hash of the newest record: a journal is read once, not on each request.
 */
export function registerQueue(app: App, { journal, tokens }: Service): void {
  const digests = createDigests(journal);

  async function readPage(limit: number, from: string | undefined): Promise<Page> {
    const cases: Case[] = [];
    let lookedAt = 0;
    let cursor: string | null | undefined = from;
    do {
      const asked = { limit: Math.min(BATCH, QUEUE_LOOKED_AT_MAX - lookedAt), state: 'COMPLETE' as const };
      const { heads, cursor: next } = await journal.list({ ...asked, ...(cursor ? { cursor } : {}) });
      const read = await digests.read(heads);
      cases.push(...heads.flatMap((head, index) => toCases(head, read[index] ?? null)));
      lookedAt += heads.length;
      const last = heads.at(-1);
      cursor = next === null || !last ? null : writeCursor(last);
    } while (cursor !== null && lookedAt < QUEUE_LOOKED_AT_MAX);
    cases.sort((one, other) => rank(one) - rank(other) || one.at - other.at);
    return { cases: cases.slice(0, limit), found: cases.length, lookedAt, cursor };
  }

  app.get(
    '/api/reviews/queue',
    {
      onRequest: allow(tokens, 'operator'),
      schema: {
        operationId: 'readQueue',
        summary: 'Judgements of the newest interviews that are over which wait for a person, the most uncertain first.',
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(QUEUE_CASES_MAX).default(100),
          cursor: z.string().max(500).optional(),
        }),
        response: { 200: queuePage, ...problemResponses },
      },
    },
    ({ query }) => readPage(query.limit, query.cursor),
  );
}
