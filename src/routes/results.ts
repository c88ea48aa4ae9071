import { z } from 'zod';
import { VivaError } from '../errors.ts';
import { assertKnown } from '../journal/versions.ts';
import { recordSchema, type TranscriptEntry, timeLedgerSchema, transcriptSchema, viewSchema } from '../protocol.ts';
import { formats, writeReport } from '../report/formats.ts';
import { reportPolicy } from '../report/html.ts';
import { readLedger } from '../report/ledger.ts';
import { readingAt, viewOfReading } from '../report/read.ts';
import { buildReport, chainSchema, reportSchema } from '../report/report.ts';
import { recordFor } from '../view.ts';
import { allow, atMoment, interviewParams } from './access.ts';
import { problemResponses } from './problems.ts';
import { named } from './schemas.ts';
import type { App, Service } from './service.ts';

const candidateEntry = transcriptSchema.shape.entries.element.pick({
  promptId: true,
  kind: true,
  text: true,
  askedAt: true,
  answer: true,
  passed: true,
});

const [candidateView] = viewSchema.options;

/**
 * What a candidate may read of the interview: their own words, results where the plan shows them, and as a receipt
 * where the time went and the chain's head.
 */
export const candidateTranscript = z
  .strictObject({
    entries: z.array(candidateEntry.strict()),
    results: candidateView.shape.results,
    timeLedger: timeLedgerSchema,
    chain: chainSchema,
  })
  .register(named, { id: 'CandidateTranscript' });

/** Named one by one, so that a new field of the transcript stays hidden until somebody decides otherwise. */
function forCandidate(entry: TranscriptEntry): z.infer<typeof candidateEntry> {
  const { promptId, kind, text, askedAt, answer, passed } = entry;
  return { promptId, kind, text, askedAt, ...(answer ? { answer } : {}), ...(passed ? { passed } : {}) };
}

/** What became of an interview: transcript, report and journal, read from the journal alone. */
export function registerResults(app: App, service: Service): void {
  const { journal, tokens, clock, answerCharsMax, readInterview, readConfig: config } = service;
  const reviewers = allow(tokens, 'operator', 'reviewer');

  app.get(
    '/api/interviews/:id/transcript',
    {
      onRequest: allow(tokens, 'operator', 'reviewer', 'candidate'),
      config,
      schema: {
        operationId: 'readTranscript',
        summary: 'Prompts and answers; for candidates without judgements, with their receipt.',
        params: interviewParams,
        response: { 200: z.union([candidateTranscript, transcriptSchema]), ...problemResponses },
      },
    },
    async ({ params, identity }) => {
      const reading = await readInterview(params.id);
      if (identity.role !== 'candidate') return reading.transcript;
      const view = viewOfReading(reading, 'candidate', { now: clock.now(), answerCharsMax });
      const results = view.role === 'candidate' && view.results ? { results: view.results } : {};
      const timeLedger = readLedger(reading.ledger, clock.now());
      const entries = reading.transcript.entries.map(forCandidate);
      return { entries, ...results, timeLedger, chain: reading.chain };
    },
  );

  app.get(
    '/api/interviews/:id/report',
    {
      onRequest: reviewers,
      config,
      schema: {
        operationId: 'readReport',
        summary: 'Scores, evidence and the transcript by question, as JSON, CSV or a page to print.',
        params: interviewParams,
        querystring: atMoment.extend({ format: z.enum(['json', 'csv', 'html']).default('json') }),
        response: {
          200: {
            content: {
              'application/json': { schema: reportSchema },
              'text/csv': { schema: z.string() },
              'text/html': { schema: z.string() },
            },
          },
          ...problemResponses,
        },
      },
    },
    async ({ params, query: { format, atSeq } }, reply) => {
      const reading = await readInterview(params.id);
      const report = buildReport(atSeq === undefined ? reading : readingAt(reading, atSeq));
      if (format === 'json') return report;
      reply.header('content-type', formats[format]);
      if (format === 'html') reply.header('content-security-policy', reportPolicy);
      else reply.header('content-disposition', `attachment; filename="interview-${params.id}.csv"`);
      return writeReport(report, format);
    },
  );

  app.get(
    '/api/interviews/:id/journal',
    {
      onRequest: reviewers,
      config,
      schema: {
        operationId: 'readJournal',
        summary: 'The records of an interview, page by page.',
        params: interviewParams,
        querystring: z.object({
          afterSeq: z.coerce.number().int().nonnegative().default(0),
          limit: z.coerce.number().int().min(1).max(1_000).default(500),
        }),
        response: {
          200: z.object({ interviewId: z.string(), headSeq: z.number().int(), records: z.array(recordSchema) }),
          ...problemResponses,
        },
      },
    },
    async ({ params, query }) => {
      const loaded = await journal.load(params.id, query.afterSeq);
      if (!loaded) throw new VivaError('INTERVIEW_NOT_FOUND', 'no interview has this id');
      const { head, records } = loaded;
      assertKnown(head);
      return { interviewId: head.id, headSeq: head.headSeq, records: records.slice(0, query.limit).map(recordFor) };
    },
  );
}
