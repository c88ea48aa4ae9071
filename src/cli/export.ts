import { parseArgs } from 'node:util';
import { VivaError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { findPlan } from '../plans/publish.ts';
import { formats, type ReportFormat, writeReport } from '../report/formats.ts';
import { readInterview } from '../report/read.ts';
import { buildReport } from '../report/report.ts';
import type { Invocation } from './evaluate.ts';
import { openStore } from './store.ts';

const names = Object.keys(formats).join('|');

const usage = `Usage: viva export ID [--format ${names}] [--store sqlite:PATH]

Writes the report of one interview to stdout, as JSON unless --format says otherwise. Reads beside a running service and
writes nothing. Without --store the store is that of VIVA_STORE, or the default one. Exit code: 0, 1 when there is no
such interview, 2 when the command or the store was wrong or a newer viva wrote it.
`;

function isFormat(name: string): name is ReportFormat {
  return Object.hasOwn(formats, name);
}

function readArguments(argv: readonly string[], env: Invocation['env']) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', short: 'h' },
      format: { type: 'string', default: 'json' },
      store: { type: 'string' },
    },
    allowPositionals: true,
  });
  if (values.help) return 'help';
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new Error('name one interview');
  const { format } = values;
  if (!isFormat(format)) throw new Error(`--format ${format}: accepted are ${Object.keys(formats).join(', ')}`);
  return { id, format, store: values.store ?? env?.VIVA_STORE ?? '' };
}

/** `viva export`. Returns the exit code, as the usage says. */
export async function runExport({ argv, stdout, stderr, env }: Invocation): Promise<number> {
  let journal: Journal | undefined;
  try {
    const ask = readArguments(argv, env);
    if (ask === 'help') {
      stdout.write(usage);
      return 0;
    }
    const store = await openStore(ask.store);
    journal = store;
    const find = (planId: string, version: number) => findPlan(store, planId, version);
    stdout.write(writeReport(buildReport(await readInterview(store, find, ask.id)), ask.format));
    return 0;
  } catch (error) {
    const code = error instanceof VivaError ? error.code : null;
    stderr.write(`${(error as Error).message}\n${code === null ? `\n${usage}` : ''}`);
    return code === 'INTERVIEW_NOT_FOUND' ? 1 : 2;
  } finally {
    await journal?.close();
  }
}
