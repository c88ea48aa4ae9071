import { z } from 'zod';
import { accommodations, outcomes, states, timeLedgerSchema, transcriptSchema } from '../protocol.ts';
import { stateOf } from '../reduce.ts';
import { scoreOf } from '../working.ts';
import { readAgreement } from './agreement.ts';
import { readLedger } from './ledger.ts';
import type { Reading } from './read.ts';
import { reviewedScoreOf } from './reviewed.ts';
import { provenanceSchema, readProvenance } from './sources.ts';

const instant = z.number().int();

/** Whether the records are as they were written. */
export const chainSchema = z.object({
  isIntact: z.boolean(),
  recordCount: z.number().int(),
  /** The hash of the newest record: kept, it proves later that nothing up to it was changed. */
  headHash: z.string(),
  /** The first place where it does not hold. */
  brokenAt: z.object({ seq: z.number().int(), because: z.enum(['missing', 'changed', 'head']) }).optional(),
  /** When the personal texts were erased. */
  erasedAt: instant.optional(),
  /** Records from before there was a chain: hashed afterwards. */
  lateCount: z.number().int().optional(),
});

/** The report of one interview. Scores are 0..1; what was not measured is null, never a number. */
export const reportSchema = z.object({
  interviewId: z.string(),
  state: z.enum(states),
  outcome: z.enum(outcomes).nullable(),
  candidate: z.object({ name: z.string().optional(), email: z.string().optional(), locale: z.string().optional() }),
  plan: z.object({ id: z.string(), version: z.number().int(), hash: z.string(), title: z.string() }),
  machineVersion: z.string(),
  headSeq: z.number().int(),
  chain: chainSchema,
  provenance: provenanceSchema,
  createdAt: instant,
  startedAt: instant.nullable(),
  completedAt: instant.nullable(),
  /** Until the end, or until the newest record. */
  timeLedger: timeLedgerSchema,
  /** As they are now: operators may change them on the way. */
  accommodations: accommodations.required(),
  /** Mean of the questions that have a score; null when none has. */
  score: z.number().nullable(),
  /** The same with the scores that people have given in their places; null when none has. */
  reviewedScore: z.number().nullable(),
  reviews: transcriptSchema.shape.reviews.unwrap(),
  /** Each two who judged the same points. */
  agreement: z.array(
    z.object({
      first: z.string(),
      /** Null = the evaluator. */
      second: z.string().nullable(),
      points: z.number().int(),
      same: z.number().int(),
      /** Points that both judged without having been shown what others said. */
      blind: z.number().int(),
      /** With linear weights; null = too few points, or chance could not differ. */
      kappa: z.number().nullable(),
    }),
  ),
  counts: z.object({
    questions: z.number().int(),
    asked: z.number().int(),
    answered: z.number().int(),
    skipped: z.number().int(),
    timedOut: z.number().int(),
    followUps: z.number().int(),
    needsReview: z.number().int(),
  }),
  questions: z.array(
    z.object({
      id: z.string(),
      text: z.string(),
      threshold: z.number(),
      /** Of its rubric, in order. */
      points: z.array(z.object({ id: z.string(), text: z.string(), weight: z.number() })),
      /** Best score over the answer and its follow-ups; null = not asked, not answered or nothing could judge it. */
      score: z.number().nullable(),
      /** As people left it; null = nobody has judged it. */
      reviewedScore: z.number().nullable(),
      entries: transcriptSchema.shape.entries,
    }),
  ),
});

export type Report = z.infer<typeof reportSchema>;

function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Build the report of an interview from its journal. Pure: the same journal gives the same report. */
export function buildReport({ head, records, chain, published, standing, transcript, ledger }: Reading): Report {
  const { context } = standing.snapshot;
  const { plan } = published;
  const { entries } = transcript;
  const score = (questionId: string) => scoreOf(standing.working, questionId) ?? null;
  const mains = entries.filter(({ kind }) => kind === 'question');
  const { reviews = [] } = transcript;
  const reviewedById = new Map(
    plan.questions.map(({ id, rubric }) => {
      const ofQuestion = <Item extends { questionId?: string | undefined }>(items: readonly Item[]) =>
        items.filter(({ questionId }) => questionId === id);
      return [id, reviewedScoreOf(rubric.points, ofQuestion(entries), ofQuestion(reviews))];
    }),
  );
  const reviewed = (questionId: string) => reviewedById.get(questionId) ?? null;
  const isReviewed = plan.questions.some(({ id }) => reviewed(id) !== null);
  const judged = entries.filter(({ evaluation }) => evaluation !== undefined);
  return {
    interviewId: head.id,
    state: stateOf(standing.snapshot),
    outcome: context.outcome,
    candidate: head.meta.candidate,
    plan: { id: plan.id, version: published.version, hash: published.hash, title: plan.title },
    machineVersion: head.meta.machineVersion,
    headSeq: standing.seq,
    chain,
    provenance: readProvenance(published, records, entries, chain.headHash),
    createdAt: head.meta.createdAt,
    startedAt: context.startedAt,
    completedAt: context.completedAt,
    timeLedger: readLedger(ledger, head.updatedAt),
    accommodations: { timeMultiplier: context.timeMultiplier, untimed: context.isUntimed },
    score: mean(plan.questions.map(({ id }) => score(id)).filter((value) => value !== null)),
    reviewedScore: isReviewed
      ? mean(plan.questions.map(({ id }) => reviewed(id) ?? score(id)).filter((value) => value !== null))
      : null,
    reviews,
    agreement: readAgreement(entries, reviews),
    counts: {
      questions: plan.questions.length,
      asked: mains.length,
      answered: mains.filter(({ answer }) => answer).length,
      skipped: entries.filter(({ passed }) => passed === 'skip').length,
      timedOut: entries.filter(({ passed }) => passed === 'deadline').length,
      followUps: entries.length - mains.length,
      needsReview: judged.filter(({ evaluation }) => !evaluation || evaluation.needsReview).length,
    },
    questions: plan.questions.map(({ id, text, rubric }) => ({
      id,
      text,
      threshold: rubric.threshold,
      points: rubric.points.map((point) => ({ id: point.id, text: point.text, weight: point.weight })),
      score: score(id),
      reviewedScore: reviewed(id),
      entries: entries.filter(({ questionId }) => questionId === id),
    })),
  };
}
