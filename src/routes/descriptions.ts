import { z } from 'zod';
import { interview } from '../../machines/interview.ts';
import { planJsonSchema } from '../plans/jsonschema.ts';
import { reportJsonSchema } from '../report/jsonschema.ts';
import { describeSocket } from './asyncapi.ts';
import { docsPolicy, renderDocs } from './docs.ts';
import type { Description } from './openapi.ts';
import { problemResponses } from './problems.ts';
import type { App } from './service.ts';

/** The public descriptions: the machine as the Stately tools import it, the schema of plans, of addresses and frames. */
export function registerDescriptions(app: App, description: Description): void {
  const response = { 200: z.record(z.string(), z.unknown()), ...problemResponses };

  /** What is served does not change while the service runs: it is made when somebody asks for it first. */
  function serve(url: string, operationId: string, summary: string, make: () => object): void {
    let made: Record<string, unknown> | null = null;
    app.get(url, { schema: { operationId, summary, response } }, async () => {
      made ??= JSON.parse(JSON.stringify(make())) as Record<string, unknown>;
      return made;
    });
  }

  serve('/api/machines/interview', 'readMachine', 'The statechart, for the Stately tools.', () => interview.config);
  serve('/plan.schema.json', 'readPlanSchema', 'JSON Schema of plans, for editors.', planJsonSchema);
  serve('/report.schema.json', 'readReportSchema', 'JSON Schema of reports.', reportJsonSchema);
  serve('/openapi.json', 'readOpenApi', 'All addresses, as OpenAPI 3.1.', description.read);
  serve('/asyncapi.json', 'readAsyncApi', 'The frames of the socket, as AsyncAPI 3.0.', describeSocket);

  let page: string | null = null;
  app.get(
    '/docs',
    {
      schema: {
        operationId: 'docs',
        summary: 'This description as a page.',
        tags: ['pages'],
        response: { 200: { content: { 'text/html': { schema: z.string() } } }, ...problemResponses },
      },
    },
    async (_request, reply) => {
      page ??= renderDocs(description.read(), describeSocket());
      return reply.header('content-security-policy', docsPolicy).type('text/html; charset=utf-8').send(page);
    },
  );
}
