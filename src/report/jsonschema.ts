import { z } from 'zod';
import { reportSchema } from './report.ts';

/** The JSON Schema of reports (draft 2020-12): nothing is in a report that is not in it. */
export function reportJsonSchema(): object {
  return { ...z.toJSONSchema(reportSchema), $id: 'urn:viva:schema:report', title: 'viva report of an interview' };
}
