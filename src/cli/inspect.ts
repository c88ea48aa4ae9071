import { parseArgs } from 'node:util';
import { VivaError } from '../errors.ts';
import { createTeller, type InspectionEvent } from '../inspect/events.ts';
import { connectReceiver } from '../inspect/receiver.ts';
import type { Journal } from '../journal/journal.ts';
import { toOutline } from '../plans/outline.ts';
import { findPlan } from '../plans/publish.ts';
import { readInterview } from '../report/read.ts';
import type { Invocation } from './evaluate.ts';
import { openStore } from './store.ts';

const usage = `Usage: viva inspect ID [--url ws://…] [--with-text] [--store sqlite:PATH]

Tells the whole course of one interview, record by record, in the form of @statelyai/inspect 0.7: to the receiver at
--url, or the one that VIVA_INSPECT names, or else on stdout, a line of JSON for each event. What people wrote is left
out, unless --with-text asks for it. Reads beside a running service and writes nothing. Without --store the store is
that of VIVA_STORE, or the default one. Exit code: 0, 1 when there is no such interview, 2 when the command or the store
was wrong or nobody receives.
`;

/** How long a receiver may take to take everything. Units: ms. */
const SEND_MS_MAX = 60_000;

interface Ask {
  id: string;
  store: string;
  url: string;
  isTextTold: boolean;
}

function readArguments(argv: readonly string[], env: Invocation['env']): Ask | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', short: 'h' },
      store: { type: 'string' },
      url: { type: 'string' },
      'with-text': { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (values.help) return 'help';
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new Error('name one interview');
  const url = values.url ?? env?.VIVA_INSPECT ?? '';
  if (url !== '' && !/^wss?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new Error('a receiver is named like ws://127.0.0.1:8080');
  return { id, store: values.store ?? env?.VIVA_STORE ?? '', url, isTextTold: values['with-text'] === true };
}

/** What there is to tell, a few events for each record. */
async function readEvents(journal: Journal, { id, isTextTold }: Ask): Promise<InspectionEvent[]> {
  const find = (planId: string, version: number) => findPlan(journal, planId, version);
  const { published, records } = await readInterview(journal, find, id);
  const teller = createTeller({ interviewId: id, plan: toOutline(published), isTextTold });
  return records.flatMap((record) => teller.tell(record));
}

/** `viva inspect`. Returns the exit code, as the usage says. */
export async function runInspect({ argv, stdout, stderr, env }: Invocation): Promise<number> {
  let journal: Journal | undefined;
  try {
    const ask = readArguments(argv, env);
    if (ask === 'help') {
      stdout.write(usage);
      return 0;
    }
    journal = await openStore(ask.store);
    const events = await readEvents(journal, ask);
    if (ask.url === '') {
      stdout.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      return 0;
    }
    const receiver = await connectReceiver(ask.url);
    receiver.send(events);
    if (!(await receiver.close(SEND_MS_MAX))) throw new Error(`the receiver at ${ask.url} did not take everything`);
    stdout.write(`interview ${ask.id}: ${events.length} events sent\n`);
    return 0;
  } catch (error) {
    const code = error instanceof VivaError ? error.code : null;
    stderr.write(`${(error as Error).message}\n${code === null ? `\n${usage}` : ''}`);
    return code === 'INTERVIEW_NOT_FOUND' ? 1 : 2;
  } finally {
    await journal?.close();
  }
}
