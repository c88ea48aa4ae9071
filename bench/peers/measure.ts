import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Dialect } from '../load/peer.ts';
import { publishPlan } from '../plan.ts';
import {
  ADMIN_KEY,
  type Measured,
  startEcho,
  startForeign,
  startLoad,
  startMeasured,
  startService,
} from '../processes/spawn.ts';
import { digits, type Part, type Row, type Size } from '../report.ts';
import { spreadOf } from '../stats.ts';
import { findPython, installPackages } from './install.ts';

// The same turn, under the same load, of the service and of what one might build instead.

const WIDTH = 100;
const pathOf = (name: string) => new URL(name, import.meta.url).pathname;

interface Contender {
  name: string;
  /** `file` is a new one for SQLite. */
  start(file: string): Promise<Measured>;
  speaks: Dialect | 'echo' | 'service';
}

function contenders(): Contender[] {
  const node = (script: string) => (words: string[]) => startMeasured([pathOf(script), ...words]);
  const langgraph = node('./langgraph.mjs');
  const socketio = node('./socketio.mjs');
  const hasPackages = installPackages();
  const python = findPython();
  return [
    { name: 'ws echo', start: () => startEcho('echo'), speaks: 'echo' },
    { name: 'the service, SQLite', start: (file) => startService({ store: `sqlite:${file}` }), speaks: 'service' },
    { name: 'the service, in memory', start: () => startService({ store: 'memory' }), speaks: 'service' },
    ...(hasPackages
      ? ([
          { name: 'Socket.IO by hand, SQLite', start: (file) => socketio([file]), speaks: 'socket.io' },
          { name: 'Socket.IO by hand, nothing kept', start: () => socketio([]), speaks: 'socket.io' },
          { name: 'LangGraph.js, SqliteSaver', start: (file) => langgraph([file]), speaks: 'plain' },
          { name: 'LangGraph.js, MemorySaver', start: () => langgraph([]), speaks: 'plain' },
        ] satisfies Contender[])
      : []),
    ...(python
      ? ([
          {
            name: 'FastAPI by hand, SQLite',
            start: (file) => startForeign([python, pathOf('./fastapi_server.py'), file]),
            speaks: 'plain',
          },
          {
            name: 'FastAPI by hand, nothing kept',
            start: () => startForeign([python, pathOf('./fastapi_server.py')]),
            speaks: 'plain',
          },
        ] satisfies Contender[])
      : []),
  ];
}

interface Sample {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuUs: number;
}

async function measure({ start, speaks }: Contender, folder: string, { ms, warmMs }: Size): Promise<Sample> {
  const measured = await start(join(folder, `peer-${randomUUID()}.sqlite`));
  const load = startLoad();
  try {
    const { url } = measured;
    if (speaks === 'echo') await load.connect({ kind: 'echo', count: WIDTH, url });
    else if (speaks !== 'service') await load.connect({ kind: 'peer', count: WIDTH, url, dialect: speaks });
    else {
      const target = { url, adminKey: ADMIN_KEY, planId: await publishPlan(measured) };
      // More than play at a time: one whose interview is over gives way to another.
      await load.connect({ kind: 'candidate', count: 3 * WIDTH, target });
    }
    await load.run({ width: WIDTH, warmMs: 0, ms });
    await measured.read();
    const { allCount, ...result } = await load.run({ width: WIDTH, warmMs, ms });
    const { cpuUs } = await measured.read();
    return { ...result, cpuUs: cpuUs / allCount };
  } finally {
    await load.stop();
    await measured.stop();
  }
}

/** Measure turns a second of the service and of its peers, at 100 connections in a closed loop. */
export async function measurePeers(size: Size, folder: string): Promise<Part> {
  const all = contenders();
  const samples = new Map<string, Sample[]>(all.map(({ name }) => [name, []]));
  for (let repetition = 0; repetition < size.repetitions; repetition += 1)
    for (const contender of repetition % 2 === 0 ? all : all.toReversed())
      samples.get(contender.name)?.push(await measure(contender, folder, size));

  const medianOf = (name: string, key: keyof Sample) =>
    digits(spreadOf(samples.get(name)?.map((sample) => sample[key]) ?? []).median);
  const rate = (name: string, at: number) => samples.get(name)?.[at]?.perSecond ?? Number.NaN;
  const ratioOf = (above: string, below: string) =>
    spreadOf(Array.from({ length: size.repetitions }, (_, at) => rate(above, at) / rate(below, at)));

  const rows = all.map(({ name }): Row => {
    const of = (key: keyof Sample) => medianOf(name, key);
    const measured = `${of('perSecond')}/s, p50 ${of('p50Ms')} ms, p99 ${of('p99Ms')} ms, ${of('cpuUs')} µs CPU`;
    if (name === 'ws echo') return { what: name, measured };
    return { what: name, measured, ratio: ratioOf(name, 'ws echo'), to: 'turns/s of ws echo' };
  });
  const durable = 'the service, SQLite';
  const beside = all
    .filter(({ name }) => !['ws echo', durable].includes(name))
    .map(
      ({ name }): Row => ({
        what: durable,
        measured: `${medianOf(durable, 'perSecond')}/s`,
        ratio: ratioOf(durable, name),
        to: `turns/s of ${name}`,
        ...targetAgainst(name),
      }),
    );
  return { title: `The same turn elsewhere: ${WIDTH} connections, closed loop`, rows: [...rows, ...beside] };
}

function targetAgainst(name: string): { target?: string } {
  if (name === 'LangGraph.js, SqliteSaver') return { target: '≥ 30' };
  return name === 'FastAPI by hand, nothing kept' ? { target: '≥ 1' } : {};
}
