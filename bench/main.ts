import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureGrowth } from './growth.ts';
import { measureMachine } from './machine/measure.ts';
import { measureMemory } from './memory.ts';
import { measurePeers } from './peers/measure.ts';
import { measureTurns } from './peers/turns.ts';
import { findPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { describeRun, type Part, type Size, type Stores, toTable } from './report.ts';
import { measureRestart } from './restart.ts';
import { measureStores } from './stores.ts';
import { measureWhole } from './whole.ts';

// What the parts and the whole cost, beside what one could have instead. See README.md beside this file.

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    peers: { type: 'boolean', default: false },
    stored: { type: 'string' },
  },
});

const bare = values.quick
  ? { isQuick: true, repetitions: 1, ms: 500, warmMs: 200, interviews: 300, connections: 200 }
  : { isQuick: false, repetitions: 3, ms: 2_000, warmMs: 500, interviews: 10_000, connections: 1_000 };
const size: Size = { ...bare, stored: Number(values.stored ?? bare.interviews) };
if (!Number.isInteger(size.stored) || size.stored < 1) {
  process.stderr.write('--stored takes a number of interviews\n');
  process.exit(1);
}

const schemas = await findPostgres();
if (!schemas) process.stderr.write('No PostgreSQL: start one or name another in VIVA_BENCH_POSTGRES.\n');
const postgres = (await schemas?.make()) ?? null;
const folder = mkdtempSync(join(tmpdir(), 'viva-bench-'));
const redis = await startRedis(folder);
if (!redis) process.stderr.write('No redis-server: install one or name it in VIVA_BENCH_REDIS_BIN.\n');
const stores: Stores = { postgres, redis: redis?.url ?? null };

const parts: Record<string, () => Promise<Part> | Part> = {
  machine: () => measureMachine(size),
  stores: () => measureStores(size, folder, stores),
  whole: () => measureWhole(size, folder, stores),
  memory: () => measureMemory(size, folder),
  restart: () => measureRestart(size, folder),
  growth: () => measureGrowth(size, folder),
  ...(values.peers ? { peers: () => measurePeers(size, folder), turns: () => measureTurns(size) } : {}),
};

const names = values.only?.split(',') ?? Object.keys(parts);
const unknown = names.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(`there is no ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}\n`);
  process.exit(1);
}

let text = describeRun(size);
process.stdout.write(text);
try {
  for (const name of names) {
    const part = await parts[name]?.();
    if (!part) continue;
    const table = toTable(part);
    process.stdout.write(`${table}\n`);
    text += `${table}\n`;
  }
} finally {
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
  await schemas?.drop();
}
// A part of the table must not stand for the whole of it.
if (values.only === undefined) writeFileSync(new URL('./results.md', import.meta.url), text);
