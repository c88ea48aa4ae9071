import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { findSecrets } from '../secrets.ts';
import type { Invocation } from './evaluate.ts';

const usage = `Usage: viva re-evaluate ID [--question QUESTION_ID] [--url URL]

Has a running service judge the answers of an interview that is over again, with its evaluator of now. Each judgement
becomes a record beside the first one; nothing is overwritten. The service is the one at --url, or the one that HOST and
PORT name; its key is VIVA_ADMIN_KEY, or the development key of this folder. Exit code: 0, 1 when the service refused or
an answer could not be judged, 2 when the command was wrong or the service is not there.
`;

const reply = z.object({
  evaluations: z.array(
    z.object({
      promptId: z.string(),
      ok: z.boolean(),
      seq: z.number().optional(),
      score: z.number().optional(),
      before: z.number().nullish(),
      code: z.string().optional(),
    }),
  ),
});
const problem = z.object({ code: z.string(), detail: z.string() });

interface Ask {
  id: string;
  questionId: string | undefined;
  url: string;
  key: string;
}

function readArguments(argv: readonly string[], env: Invocation['env']): Ask | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { help: { type: 'boolean', short: 'h' }, question: { type: 'string' }, url: { type: 'string' } },
    allowPositionals: true,
  });
  if (values.help) return 'help';
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new Error('name one interview');
  const read = readConfig({ ...env });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const { host, port } = read.config;
  const url = values.url ?? `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  return { id, questionId: values.question, url, key: findSecrets(read.config).adminKey };
}

/** `viva re-evaluate`. Returns the exit code, as the usage says. */
export async function runReevaluate({ argv, stdout, stderr, env }: Invocation): Promise<number> {
  try {
    const ask = readArguments(argv, env);
    if (ask === 'help') {
      stdout.write(usage);
      return 0;
    }
    const response = await fetch(new URL(`/api/interviews/${encodeURIComponent(ask.id)}/evaluations`, ask.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${ask.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(ask.questionId === undefined ? {} : { questionId: ask.questionId }),
    });
    const body: unknown = await response.json();
    if (!response.ok) {
      const { code, detail } = problem.parse(body);
      stderr.write(`${code}: ${detail}\n`);
      return 1;
    }
    const { evaluations } = reply.parse(body);
    for (const { promptId, ok, seq, score, before, code } of evaluations)
      stdout.write(ok ? `${promptId}  ${before ?? '-'} → ${score}  record ${seq}\n` : `${promptId}  failed: ${code}\n`);
    return evaluations.every(({ ok }) => ok) ? 0 : 1;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    stderr.write(
      `${message}${cause?.code === undefined ? '' : ` (${cause.code}): is the service running?`}\n\n${usage}`,
    );
    return 2;
  }
}
