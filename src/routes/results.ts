import { z } from 'zod';
import { recordSchema, type TranscriptEntry, transcriptSchema, viewSchema } from '../protocol.ts';
import { readInterview, viewOfReading } from '../report/read.ts';
import { buildReport, reportSchema } from '../report/report.ts';
import { recordFor } from '../view.ts';
import { allow, interviewParams } from './access.ts';
import { problemResponses } from './problems.ts';
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

/** What a candidate may read of the interview: their own words, and results where the plan shows them. */
const candidateTranscript = z.strictObject({
  entries: z.array(candidateEntry.strict()),
  results: candidateView.shape.results,
});

/** Named one by one, so that a new field of the transcript stays hidden until somebody decides otherwise. */
function forCandidate(entry: TranscriptEntry): z.infer<typeof candidateEntry> {
  const { promptId, kind, text, askedAt, answer, passed } = entry;
  return { promptId, kind, text, askedAt, ...(answer ? { answer } : {}), ...(passed ? { passed } : {}) };
}

/** What became of an interview: transcript, report and journal, read from the journal alone. */
export function registerResults(app: App, { journal, tokens, findPlan, clock, answerCharsMax }: Service): void {
  const reviewers = allow(tokens, 'operator', 'reviewer');

  app.get(
    '/api/interviews/:id/transcript',
    {
      onRequest: allow(tokens, 'operator', 'reviewer', 'candidate'),
      schema: {
        params: interviewParams,
        response: { 200: z.union([candidateTranscript, transcriptSchema]), ...problemResponses },
      },
    },
    async ({ params, identity }) => {
      const reading = await readInterview(journal, findPlan, params.id);
      if (identity.role !== 'candidate') return reading.transcript;
      const view = viewOfReading(reading, 'candidate', { now: clock.now(), answerCharsMax });
      const results = view.role === 'candidate' && view.results ? { results: view.results } : {};
      return { entries: reading.transcript.entries.map(forCandidate), ...results };
    },
  );

  app.get(
    '/api/interviews/:id/report',
    {
      onRequest: reviewers,
      schema: {
        params: interviewParams,
        querystring: z.object({ format: z.enum(['json']).default('json') }),
        response: { 200: reportSchema, ...problemResponses },
      },
    },
    async ({ params }) => buildReport(await readInterview(journal, findPlan, params.id)),
  );

  app.get(
    '/api/interviews/:id/journal',
    {
      onRequest: reviewers,
      schema: {
        params: interviewParams,
        querystring: z.object({ afterSeq: z.coerce.number().int().nonnegative().default(0) }),
        response: {
          200: z.object({ interviewId: z.string(), headSeq: z.number().int(), records: z.array(recordSchema) }),
          ...problemResponses,
        },
      },
    },
    async ({ params, query }) => {
      const { head, records } = await readInterview(journal, findPlan, params.id);
      const wanted = records.filter(({ seq }) => seq > query.afterSeq);
      return { interviewId: head.id, headSeq: head.headSeq, records: wanted.map(recordFor) };
    },
  );
}
