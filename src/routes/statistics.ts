import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { InterviewHead } from '../journal/journal.ts';
import { isKnown } from '../journal/versions.ts';
import { toOutline } from '../plans/outline.ts';
import type { PublishedPlan } from '../plans/schema.ts';
import { BIN_COUNT, countInterviews, type InterviewTold, tellInterview } from '../report/statistics.ts';
import { allow } from './access.ts';
import { LOOKED_AT_MAX } from './list.ts';
import { problemResponses } from './problems.ts';
import { named } from './schemas.ts';
import type { App, Service } from './service.ts';

/** The newest interviews of a plan's version that are counted. */
export const COUNTED_MAX = 1_000;
/** Interviews kept in numbers; the one used longest ago leaves first. */
const KEPT_MAX = 2_000;
const BATCH = 200;
/** How many journals are read at a time. */
const READ_AT_ONCE = 4;

const count = z.number().int().nonnegative();
const share = z.number().nullable();

const questionStatistics = z.object({
  id: z.string(),
  text: z.string(),
  threshold: z.number(),
  /** How many were asked it: the sum of the five that follow. */
  reached: count,
  answered: count,
  skipped: count,
  expired: count,
  /** The interview ended before it was answered. */
  left: count,
  /** The candidate is at it. */
  open: count,
  /** Interviews that ended here otherwise than finished, by outcome. */
  dropped: z.object({ ended: count, expired: count, cancelled: count }),
  /** The best judgement of each that has one, by tenths. */
  scores: z.object({ counted: count, bins: z.array(count).length(BIN_COUNT), median: share, atThreshold: count }),
  followUps: z.object({
    /** Questions with one follow-up or more. */
    followedUp: count,
    asked: count,
    answered: count,
    /** Questions with a judgement before and after a follow-up; `gained` of them had a better one after it. */
    compared: count,
    gained: count,
    gainMean: share,
  }),
  /** The candidate's own time for a question that was answered and gone on from, follow-ups included. */
  time: z.object({ counted: count, medianMs: share, p90Ms: share }),
  needsReview: count,
});

const statistics = z
  .object({
    planId: z.string(),
    version: z.number().int(),
    title: z.string(),
    /** At most so many interviews are counted, the newest ones. */
    countedMax: count,
    /** How many interviews of all plans were looked through for them. */
    lookedAt: count,
    /** None is missing: there are no more, and a newer build wrote none of them. */
    isComplete: z.boolean(),
    interviews: z.object({
      counted: count,
      invited: count,
      underWay: count,
      started: count,
      finished: count,
      ended: count,
      declined: count,
      expired: count,
      cancelled: count,
    }),
    questions: z.array(questionStatistics),
  })
  .register(named, { id: 'Statistics', description: 'Counts, and what they say; null where it is too few to say it.' });

type Statistics = z.infer<typeof statistics>;

/** What reads the statistics of plans. */
interface Statistician {
  read(published: PublishedPlan): Promise<Statistics>;
}

/**
 * Create what counts interviews: each journal is read once, and again only when it has grown. A plan is counted by one
 * run at a time, whoever asks; between journals others get their turns.
 */
function createStatistician({ journal }: Pick<Service, 'journal'>): Statistician {
  const toldById = new Map<string, { hash: string; told: InterviewTold }>();
  const running = new Map<string, Promise<Statistics>>();

  async function findHeads({ plan, version }: PublishedPlan) {
    const heads: InterviewHead[] = [];
    let lookedAt = 0;
    let cursor: string | null = null;
    do {
      const page = await journal.list({ limit: BATCH, ...(cursor === null ? {} : { cursor }) });
      lookedAt += page.heads.length;
      cursor = page.cursor;
      heads.push(...page.heads.filter(({ meta }) => meta.planId === plan.id && meta.planVersion === version));
      await nextTurn();
    } while (cursor !== null && heads.length <= COUNTED_MAX && lookedAt < LOOKED_AT_MAX);
    return { heads: heads.slice(0, COUNTED_MAX), lookedAt, isAll: cursor === null && heads.length <= COUNTED_MAX };
  }

  async function tell(published: PublishedPlan, { id, hash }: InterviewHead): Promise<InterviewTold | null> {
    const known = toldById.get(id);
    // A Map keeps the order of insertion: putting it back makes it the newest.
    toldById.delete(id);
    if (known?.hash === hash) {
      toldById.set(id, known);
      return known.told;
    }
    const loaded = await journal.load(id);
    if (!loaded || !isKnown(loaded.head)) return null;
    const told = tellInterview(toOutline(published), loaded.records);
    toldById.set(id, { hash: loaded.head.hash, told });
    const oldest = toldById.keys().next();
    if (toldById.size > KEPT_MAX && !oldest.done) toldById.delete(oldest.value);
    return told;
  }

  async function readNow(published: PublishedPlan): Promise<Statistics> {
    const { heads, lookedAt, isAll } = await findHeads(published);
    const readable = heads.filter(isKnown);
    const told: InterviewTold[] = [];
    for (let from = 0; from < readable.length; from += READ_AT_ONCE) {
      const batch = readable.slice(from, from + READ_AT_ONCE).map((head) => tell(published, head));
      told.push(...(await Promise.all(batch)).filter((one) => one !== null));
      await nextTurn();
    }
    const questions = published.plan.questions.map(({ id, text, rubric }) => ({
      id,
      text,
      threshold: rubric.threshold,
    }));
    return {
      planId: published.plan.id,
      version: published.version,
      title: published.plan.title,
      countedMax: COUNTED_MAX,
      lookedAt,
      isComplete: isAll && told.length === heads.length,
      ...countInterviews(questions, told),
    };
  }

  return {
    read(published) {
      const key = `${published.plan.id}@${published.version}`;
      const known = running.get(key);
      if (known) return known;
      const run = readNow(published).finally(() => running.delete(key));
      running.set(key, run);
      return run;
    },
  };
}

/** What the interviews by one version of a plan have in common. */
export function registerStatistics(app: App, service: Service): void {
  const statistician = createStatistician(service);
  app.get(
    '/api/plans/:id/statistics',
    {
      onRequest: allow(service.tokens, 'operator'),
      config: service.readConfig,
      schema: {
        operationId: 'readStatistics',
        summary: 'How the interviews by one version of a plan went, question by question.',
        params: z.object({ id: z.string().max(64) }),
        querystring: z.object({ version: z.coerce.number().int().positive().optional() }),
        response: { 200: statistics, ...problemResponses },
      },
    },
    async ({ params, query }) => statistician.read(await service.findPlan(params.id, query.version)),
  );
}
