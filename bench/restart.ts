import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteJournal } from '../src/journal/sqlite.ts';
import { createTokens } from '../src/tokens.ts';
import { ADMIN_KEY, SECRET, startLoad, startService } from './processes/spawn.ts';
import { digits, type Part, type Size } from './report.ts';
import { type Spread, spreadOf } from './stats.ts';
import { makeStored, type Stored } from './stored.ts';

// From the spawn of the process: until it listens, until it has stored an answer, until whatever was due has happened.

const HOUR_MS = 3_600_000;
/** Between two looks at what is due. */
const LOOK_MS = 5;
const DUE_PATIENCE_MS = 120_000;

interface Sample {
  emptyMs: number;
  listeningMs: number;
  answeredMs: number;
  dueMs: number;
}

/** Each start finds the store as it was made. */
function copyOf({ path }: Stored, to: string): string {
  copyFileSync(path, to);
  return `sqlite:${to}`;
}

async function startTime(store: string): Promise<number> {
  const service = await startService({ store });
  await service.stop();
  return service.startMs;
}

/** From the spawn until a candidate has been told that their answer is stored, and what comes next. */
async function answerTime(store: string, id: string): Promise<number> {
  const tokens = createTokens({ secret: SECRET, adminKey: ADMIN_KEY, now: Date.now });
  const candidateToken = await tokens.issue({ role: 'candidate', interviewId: id }, Date.now() + HOUR_MS);
  // It is there before the service is.
  const load = startLoad();
  await load.leave();
  const spawnedAt = performance.now();
  const service = await startService({ store });
  try {
    const target = { url: service.url, adminKey: ADMIN_KEY, planId: 'stored', invited: [{ id, candidateToken }] };
    await load.connect({ kind: 'candidate', count: 1, target });
    await load.run({ width: 1, warmMs: 0, ms: 0 });
    return performance.now() - spawnedAt;
  } finally {
    await load.stop();
    await service.stop();
  }
}

/** From the spawn until no interview is overdue any more. */
async function dueTime(path: string): Promise<number> {
  const spawnedAt = performance.now();
  const startedAt = Date.now();
  const service = await startService({ store: `sqlite:${path}` });
  const journal = createSqliteJournal({ path, isReadOnly: true });
  try {
    while ((await journal.due(startedAt, 1)).length > 0) {
      if (performance.now() - spawnedAt > DUE_PATIENCE_MS) return Number.NaN;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return performance.now() - spawnedAt;
  } finally {
    await journal.close();
    await service.stop();
  }
}

/** Measure starts of the service over an empty store and over a full one. */
export async function measureRestart({ stored: interviews, repetitions }: Size, folder: string): Promise<Part> {
  const open = await makeStored(join(folder, 'open.sqlite'), interviews, 7_200, Date.now());
  const overdue = await makeStored(join(folder, 'overdue.sqlite'), interviews, 60, Date.now() - HOUR_MS);
  const samples: Sample[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const at = (name: string) => join(folder, `${name}-${repetition}.sqlite`);
    samples.push({
      emptyMs: await startTime(`sqlite:${at('none')}`),
      listeningMs: await startTime(copyOf(open, at('listening'))),
      answeredMs: await answerTime(copyOf(open, at('answered')), open.ids[0] ?? ''),
      dueMs: await dueTime(copyOf(overdue, at('due')).slice('sqlite:'.length)),
    });
  }
  const of = (key: keyof Sample) => digits(spreadOf(samples.map((sample) => sample[key])).median);
  const over = (key: keyof Sample): Spread => spreadOf(samples.map((sample) => sample[key] / sample.emptyMs));
  const later = spreadOf(samples.map(({ listeningMs, emptyMs }) => listeningMs - emptyMs)).median;
  const many = `${interviews.toLocaleString('en')} open interviews`;
  const to = 'listening with an empty store';
  return {
    title: 'Restart: time since the process was spawned',
    rows: [
      { what: 'empty store: listening', measured: `${of('emptyMs')} ms` },
      {
        what: `${many}: listening`,
        measured: `${of('listeningMs')} ms (${digits(later)} ms later than empty)`,
        ratio: over('listeningMs'),
        to,
        target: '≤ 200 ms later',
      },
      {
        what: `${many}: the first answer is stored`,
        measured: `${of('answeredMs')} ms`,
        ratio: over('answeredMs'),
        to,
      },
      {
        what: `${many}, all overdue: nothing is overdue any more`,
        measured: `${of('dueMs')} ms`,
        ratio: over('dueMs'),
        to,
      },
    ],
  };
}
