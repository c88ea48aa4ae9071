import { createLayoutReader } from '../flow/cache.ts';
import { pathOf } from '../flow/path.ts';
import { flowLayoutSchema, flowPathSchema } from '../flow/shape.ts';
import { versionsNow } from '../journal/versions.ts';
import { toOutline } from '../plans/outline.ts';
import { allow, interviewParams } from './access.ts';
import { problemResponses } from './problems.ts';
import type { App, Service } from './service.ts';

/** The statechart as a picture, and an interview's way over it. */
export function registerFlow(app: App, { tokens, readInterview, readConfig: config }: Service): void {
  const readLayout = createLayoutReader();

  app.get(
    '/api/machines/interview/layout',
    {
      schema: {
        operationId: 'readMachineLayout',
        summary: 'The statechart as a picture: states, transitions, and where each is drawn.',
        response: { 200: flowLayoutSchema, ...problemResponses },
      },
    },
    () => readLayout(),
  );

  app.get(
    '/api/interviews/:id/path',
    {
      onRequest: allow(tokens, 'operator', 'reviewer'),
      config,
      schema: {
        operationId: 'readPath',
        summary: 'The way of an interview over the statechart, record by record.',
        params: interviewParams,
        response: { 200: flowPathSchema, ...problemResponses },
      },
    },
    async ({ params }) => {
      const { head, published, records } = await readInterview(params.id);
      const steps = pathOf(head.id, toOutline(published), records);
      return { interviewId: head.id, machineVersion: versionsNow.machine, headSeq: head.headSeq, steps };
    },
  );
}
