import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { writeCursor } from '../journal/cursor.ts';
import type { InterviewHead } from '../journal/journal.ts';
import { outcomes, states } from '../protocol.ts';
import { allow } from './access.ts';
import { createLines, type Line, lineSchema } from './lines.ts';
import { problemResponses } from './problems.ts';
import type { App, Service } from './service.ts';

/** Interviews in one page at most. */
const PAGE_MAX = 500;
/** Interviews that one request looks through for those that it asks for. */
export const LOOKED_AT_MAX = 10_000;
/** The same where every journal has to be read for it. */
export const READ_MAX = 1_000;
const BATCH = 200;

const attentions = ['stuck', 'review', 'any'] as const;

const listQuery = z.object({
  state: z.enum(states).optional(),
  planId: z.string().min(1).max(64).optional(),
  planVersion: z.coerce.number().int().positive().optional(),
  outcome: z.enum(outcomes).optional(),
  /** `stuck`, `review`: a judgement waits for a person; `any`: these, and whatever a person could help with. */
  attention: z.enum(attentions).optional(),
  /** Part of the candidate's name, of the external id or of the id. */
  q: z.string().trim().min(1).max(100).optional(),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});

type Query = z.infer<typeof listQuery>;

const listPage = z.object({
  interviews: z.array(lineSchema),
  /** Where to go on; null = there are no more. A page that was filtered may be short or empty and still have one. */
  cursor: z.string().nullable(),
  /** How many interviews were looked through for this page. */
  lookedAt: z.number().int(),
});

type Page = z.infer<typeof listPage>;

/** Capital letters, widths and composed accents make no difference. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Whether a head may be one of those asked for, as far as the head alone tells. */
function isPossible(
  { id, state, meta }: InterviewHead,
  { planId, planVersion, outcome, attention, q }: Query,
): boolean {
  if (planId !== undefined && meta.planId !== planId) return false;
  if (planVersion !== undefined && meta.planVersion !== planVersion) return false;
  if (outcome !== undefined && state !== 'COMPLETE') return false;
  if (attention === 'stuck' && state === 'COMPLETE') return false;
  if (q === undefined) return true;
  const wanted = fold(q);
  return [meta.candidate.name, meta.externalId, id].some((text) => text !== undefined && fold(text).includes(wanted));
}

/** Whether a line is one of those asked for. */
function isWanted({ outcome, concerns, needsReview }: Line, query: Query): boolean {
  if (query.outcome !== undefined && outcome !== query.outcome) return false;
  const isStuck = concerns.some(({ level }) => level === 'stuck');
  const isReviewDue = needsReview !== null && needsReview > 0;
  switch (query.attention) {
    case 'stuck':
      return isStuck;
    case 'review':
      return isReviewDue;
    case 'any':
      return isReviewDue || concerns.length > 0;
    default:
      return true;
  }
}

/** The list of interviews, filtered and searched. */
export function registerList(app: App, service: Service): void {
  const { journal, tokens } = service;
  const lines = createLines(service);

  /** Look through the heads, newest first, until the page is full, nothing is left or enough has been looked at. */
  async function readPage(query: Query): Promise<Page> {
    const { state, limit } = query;
    const isFiltered = [query.planId, query.planVersion, query.outcome, query.attention, query.q].some(
      (one) => one !== undefined,
    );
    const needsReading = query.outcome !== undefined || query.attention !== undefined;
    const found: Line[] = [];
    let { cursor } = query;
    let lookedAt = 0;
    let readCount = 0;
    for (;;) {
      const batch = isFiltered ? BATCH : limit;
      const asked = { limit: batch, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) };
      const { heads, cursor: next } = await journal.list(asked);
      const possible = heads.filter((head) => isPossible(head, query));
      // What the heads alone decide is not read beyond what fits.
      const read = needsReading ? possible : possible.slice(0, limit - found.length);
      const wanted = (await lines.read(read)).filter((line) => isWanted(line, query));
      found.push(...wanted.slice(0, limit - found.length));
      readCount += read.length;
      const isFull = found.length === limit;
      const last = isFull ? heads.findIndex(({ id }) => id === found.at(-1)?.id) : heads.length - 1;
      lookedAt += last + 1;
      const place = heads[last];
      const isLast = next === null && last === heads.length - 1;
      if (isLast || !place) return { interviews: found, cursor: null, lookedAt };
      cursor = writeCursor(place);
      if (isFull || lookedAt >= LOOKED_AT_MAX || (needsReading && readCount >= READ_MAX))
        return { interviews: found, cursor, lookedAt };
      await nextTurn();
    }
  }

  app.get(
    '/api/interviews',
    {
      onRequest: allow(tokens, 'operator'),
      schema: {
        operationId: 'listInterviews',
        summary: 'List interviews, newest first, page by page; filtered, searched, and 304 while nothing has changed.',
        querystring: listQuery,
        headers: z.object({ 'if-none-match': z.string().max(200).optional() }),
        response: { 200: listPage, 304: z.void(), ...problemResponses },
      },
    },
    async ({ query, headers }, reply) => {
      const page = await readPage(query);
      const etag = `"${hash('sha256', JSON.stringify(page), 'base64url')}"`;
      reply.header('etag', etag);
      if (headers['if-none-match'] === etag) return reply.code(304).send();
      return page;
    },
  );
}
