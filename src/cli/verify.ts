import { parseArgs } from 'node:util';
import { VivaError } from '../errors.ts';
import { type Break, type ChainCheck, verifyChain } from '../journal/chain.ts';
import type { Journal } from '../journal/journal.ts';
import { assertKnown } from '../journal/versions.ts';
import type { Invocation } from './evaluate.ts';
import { openStore } from './store.ts';

const usage = `Usage: viva verify ID [--head HASH] [--store sqlite:PATH]

Checks the record chain of one interview: that no record was changed, added, moved or taken away since it was written.
Reads beside a running service and writes nothing. With --head also, that the chain goes through the head hash of a
receipt. Without --store the store is that of VIVA_STORE, or the default one. Exit code: 0 when the chain holds, 1 when
it does not or there is no such interview, 2 when the command or the store was wrong or a newer viva wrote it.
`;

const reasons: Record<Break['because'], string> = {
  missing: 'it is missing',
  changed: 'it, or its place, is not what was written',
  head: 'it should be the newest record, but the head says otherwise',
};

interface Ask {
  id: string;
  store: string;
  receipt: string | undefined;
}

function readArguments(argv: readonly string[], env: Invocation['env']): Ask | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { help: { type: 'boolean', short: 'h' }, store: { type: 'string' }, head: { type: 'string' } },
    allowPositionals: true,
  });
  if (values.help) return 'help';
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new Error('name one interview');
  return { id, store: values.store ?? env?.VIVA_STORE ?? '', receipt: values.head };
}

function describeCheck(id: string, check: ChainCheck): string[] {
  const { brokenAt, recordCount, headHash, erasedAt, lateCount } = check;
  return [
    `interview ${id}: the chain ${brokenAt ? `is BROKEN at record ${brokenAt.seq}: ${reasons[brokenAt.because]}` : 'holds'}`,
    `records: ${recordCount}`,
    `head: ${headHash}`,
    ...(erasedAt === undefined ? [] : [`erased: ${new Date(erasedAt).toISOString()}, commitments stand for the texts`]),
    ...(lateCount === undefined ? [] : [`late: ${lateCount} records are from before the chain and were hashed later`]),
  ];
}

/** `viva verify`. Returns the exit code: 0 when the chain holds, 1 when not, 2 when the command or the store was wrong. */
export async function runVerify({ argv, stdout, stderr, env }: Invocation): Promise<number> {
  let journal: Journal | undefined;
  try {
    const ask = readArguments(argv, env);
    if (ask === 'help') {
      stdout.write(usage);
      return 0;
    }
    journal = await openStore(ask.store);
    const loaded = await journal.load(ask.id);
    if (!loaded) {
      stdout.write(`interview ${ask.id}: there is none\n`);
      return 1;
    }
    // What a newer build hashes, and how, is not known here.
    assertKnown(loaded.head);
    const check = verifyChain(loaded.head, loaded.records);
    const receiptSeq = loaded.records.find(({ hash }) => hash === ask.receipt)?.seq;
    const isReceiptThere = ask.receipt === undefined || receiptSeq !== undefined;
    const lines = describeCheck(ask.id, check);
    if (receiptSeq !== undefined) lines.push(`receipt: the head after record ${receiptSeq}`);
    if (!isReceiptThere) lines.push('receipt: NOT in this chain; what it was given for has been replaced');
    stdout.write(`${lines.join('\n')}\n`);
    return check.isIntact && isReceiptThere ? 0 : 1;
  } catch (error) {
    stderr.write(`${(error as Error).message}\n${error instanceof VivaError ? '' : `\n${usage}`}`);
    return 2;
  } finally {
    await journal?.close();
  }
}
