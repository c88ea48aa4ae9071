import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sealRecord } from '../src/journal/chain.ts';
import type { Journal } from '../src/journal/journal.ts';
import { createMemoryJournal } from '../src/journal/memory.ts';
import { openPostgresJournal } from '../src/journal/postgres/journal.ts';
import { openRedisJournal } from '../src/journal/redis/journal.ts';
import { openSqliteJournal } from '../src/journal/sqlite/thread.ts';
import { createSqliteJournal } from '../src/journal/sqlite.ts';
import { versionsNow } from '../src/journal/versions.ts';
import { answerText } from './load/player.ts';
import { digits, type Part, type Row, type Size, type Stores } from './report.ts';
import { quantile, spreadOf } from './stats.ts';

// The journals alone: appends a second, and how long one takes until it is durable.

interface Sample {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const WIDTHS = [1, 100, 1_000];
const LEASE_MS = 60_000;

/** A record as answers make them. All that differs from one to the next does so before the time is taken. */
function makeRecord(seq: number, at: number) {
  const event = { type: 'answer.submit', at, promptId: 'question-1', text: answerText(seq, seq) };
  const command = { id: randomUUID(), digest: 'd'.repeat(43) };
  const facts = [
    { type: 'answer.taken' as const, promptId: 'question-1', questionId: 'question-1', from: 'submit' as const },
  ];
  const place = { epoch: 1, by: 'candidate' as const, state: 'EVALUATING.SCORING', versions: versionsNow };
  return sealRecord(
    { seq, at, event, command, facts, ...place },
    { previousHash: 'h'.repeat(64), salt: 's'.repeat(22) },
  );
}

/** Many writers, each of which appends again as soon as its last append is durable. */
async function appendFor(journal: Journal, width: number, ms: number): Promise<Sample> {
  const at = Date.now();
  const meta = {
    planId: 'p',
    planVersion: 1,
    planHash: 'h',
    machineVersion: '1',
    createdAt: at,
    candidate: {},
    accommodations: {},
  };
  const ids = Array.from({ length: width }, () => randomUUID());
  const first = makeRecord(1, at);
  for (const id of ids) {
    await journal.create({ id, meta, record: first, state: 'IDLE', wakeAt: at + LEASE_MS });
    await journal.claim(id, 'bench', { leaseMs: LEASE_MS, force: true });
  }
  const latencies: number[] = [];
  const sealed = Array.from({ length: 64 }, (_, index) => makeRecord(index + 2, at));
  const endsAt = performance.now() + ms;
  const write = async (interviewId: string) => {
    let previousHash = first.hash;
    for (let seq = 2; performance.now() < endsAt; seq += 1) {
      const template = sealed[seq % sealed.length] as ReturnType<typeof makeRecord>;
      const record = { ...template, seq, command: { id: randomUUID(), digest: 'd'.repeat(43) } };
      const startedAt = performance.now();
      const place = { interviewId, epoch: 1, previousHash, state: 'EVALUATING', wakeAt: at + seq };
      const appended = await journal.append({ ...place, record });
      if (!appended.ok) throw new Error(`an append was ${appended.reason}`);
      latencies.push(performance.now() - startedAt);
      previousHash = record.hash;
      // An engine that answers at once must let the time pass, too.
      if (latencies.length % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const startedAt = performance.now();
  await Promise.all(ids.map(write));
  const seconds = (performance.now() - startedAt) / 1_000;
  const sorted = latencies.sort((a, b) => a - b);
  return { perSecond: sorted.length / seconds, p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}

/** Measure every journal that can be reached. */
export async function measureStores(size: Size, folder: string, { postgres, redis }: Stores): Promise<Part> {
  let fileCount = 0;
  const newPath = () => {
    fileCount += 1;
    return join(folder, `stores-${fileCount}.sqlite`);
  };
  const engines: [name: string, open: () => Promise<Journal>][] = [
    ['memory', async () => createMemoryJournal()],
    ['SQLite', () => openSqliteJournal({ path: newPath() })],
    ['SQLite without a thread', async () => createSqliteJournal({ path: newPath() })],
  ];
  if (postgres) engines.push(['PostgreSQL', () => openPostgresJournal({ url: postgres })]);
  if (redis) engines.push(['Redis', () => openRedisJournal({ url: redis, onWarning: () => {} })]);
  const names = engines.map(([name]) => name);
  const samples = new Map(names.map((name) => [name, WIDTHS.map((): Sample[] => [])]));
  for (let repetition = 0; repetition < size.repetitions; repetition += 1)
    for (const [name, open] of engines)
      for (const [index, width] of WIDTHS.entries()) {
        const journal = await open();
        samples.get(name)?.[index]?.push(await appendFor(journal, width, size.ms));
        await journal.close();
      }

  const rows = names.flatMap((name) =>
    WIDTHS.map((width, index): Row => {
      const found = samples.get(name)?.[index] ?? [];
      const single = samples.get(name)?.[0] ?? [];
      const of = (key: keyof Sample) => digits(spreadOf(found.map((one) => one[key])).median);
      const row = {
        what: `${name}, ${width.toLocaleString('en')} writer${width === 1 ? '' : 's'}`,
        measured: `${of('perSecond')} appends/s, p50 ${of('p50Ms')} ms, p99 ${of('p99Ms')} ms`,
      };
      if (width === 1) return row;
      const ratio = spreadOf(found.map((one, at) => one.perSecond / (single[at]?.perSecond ?? Number.NaN)));
      return { ...row, ratio, to: `one writer of ${name}, a commit for each append` };
    }),
  );
  return { title: 'The journals alone: appends that are durable, alone and in groups', rows };
}
