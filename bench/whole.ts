import { join } from 'node:path';
import type { RunOptions } from './load/run.ts';
import { publishPlan } from './plan.ts';
import { ADMIN_KEY, type Measured, startEcho, startLoad, startService } from './processes/spawn.ts';
import { digits, type Part, type Row, type Size, type Stores } from './report.ts';
import { spreadOf } from './stats.ts';

// The whole service under load, beside servers that only echo: the same generator, one after the other.

type Server =
  | 'ws echo'
  | '@fastify/websocket echo'
  | 'service'
  | 'service, embedded evaluator'
  | 'service, PostgreSQL'
  | 'service, Redis';

interface Sample {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuUs: number;
  lagP99Ms: number;
}

interface Loading {
  name: string;
  options: Omit<RunOptions, 'ms' | 'warmMs'>;
  /** Of the echo's turns a second in a closed loop, of its p99 at a rate. */
  target?: string;
}

function loadsOver(connections: number): Loading[] {
  const all = connections.toLocaleString('en');
  const rate = (perSecond: number) => ({
    name: `${perSecond.toLocaleString('en')}/s over ${all}`,
    options: { width: connections, perSecond },
  });
  return [
    { name: '1 connection', options: { width: 1 } },
    { name: '100 connections', options: { width: 100 }, target: '≥ 0.20' },
    { name: `${all} connections`, options: { width: connections }, target: '≥ 0.25' },
    rate(500),
    { ...rate(2_000), target: '≤ 8' },
    rate(6_000),
  ];
}

/** What is thrown away: the same work, until the code is as fast as it gets. */
const WARMING: Omit<RunOptions, 'ms'> = { width: 100, warmMs: 0 };

async function start(server: Server, folder: string, stores: Stores): Promise<Measured> {
  if (server === 'ws echo') return startEcho('echo');
  if (server === '@fastify/websocket echo') return startEcho('fastify');
  const shared = server === 'service, PostgreSQL' ? stores.postgres : server === 'service, Redis' ? stores.redis : null;
  const store = shared ?? `sqlite:${join(folder, 'whole.sqlite')}`;
  return startService({ store, isJudging: server === 'service, embedded evaluator' });
}

async function measure(server: Server, folder: string, stores: Stores, size: Size): Promise<Sample[]> {
  const measured = await start(server, folder, stores);
  const load = startLoad();
  try {
    if (server.startsWith('service')) {
      const target = { url: measured.url, adminKey: ADMIN_KEY, planId: await publishPlan(measured) };
      await load.connect({ kind: 'candidate', count: size.connections, target });
    } else await load.connect({ kind: 'echo', count: size.connections, url: measured.url });
    await load.run({ ...WARMING, ms: size.ms * 2 });
    const samples: Sample[] = [];
    for (const { options } of loadsOver(size.connections)) {
      await measured.read();
      const { allCount, ...result } = await load.run({ ...options, warmMs: size.warmMs, ms: size.ms });
      const { cpuUs, lagP99Ms } = await measured.read();
      samples.push({ ...result, cpuUs: cpuUs / allCount, lagP99Ms });
    }
    return samples;
  } finally {
    await load.stop();
    await measured.stop();
  }
}

/** Measure turns a second, latency and processor time of the service and of the echoes. */
export async function measureWhole(size: Size, folder: string, stores: Stores): Promise<Part> {
  const servers: Server[] = ['ws echo', '@fastify/websocket echo', 'service'];
  if (!size.isQuick) servers.push('service, embedded evaluator');
  if (stores.postgres && !size.isQuick) servers.push('service, PostgreSQL');
  if (stores.redis && !size.isQuick) servers.push('service, Redis');
  const samples = new Map<Server, Sample[][]>(servers.map((server) => [server, []]));
  for (let repetition = 0; repetition < size.repetitions; repetition += 1)
    for (const server of repetition % 2 === 0 ? servers : servers.toReversed())
      samples.get(server)?.push(await measure(server, join(folder, `${server}${repetition}`), stores, size));

  const median = (server: Server, load: number, key: keyof Sample) =>
    spreadOf(samples.get(server)?.map((one) => one[load]?.[key] ?? Number.NaN) ?? []).median;
  const toEcho = (server: Server, load: number, key: keyof Sample) =>
    spreadOf(
      samples
        .get(server)
        ?.map((one, at) => (one[load]?.[key] ?? 0) / (samples.get('ws echo')?.[at]?.[load]?.[key] ?? 0)) ?? [],
    );

  const rows = loadsOver(size.connections).flatMap(({ name, options, target }, load) =>
    servers.flatMap((server): Row[] => {
      const isEcho = server === 'ws echo';
      const isGoal = server === 'service';
      const of = (key: keyof Sample) => digits(median(server, load, key));
      const pace = `${of('perSecond')}/s, p50 ${of('p50Ms')} ms, p99 ${of('p99Ms')} ms, ${of('cpuUs')} µs CPU, loop p99 ${of('lagP99Ms')} ms`;
      const row: Row = { what: `${name}: ${server}`, measured: pace };
      if (isEcho) return [row];
      const key = options.perSecond === undefined ? 'perSecond' : 'p99Ms';
      return [
        {
          ...row,
          ratio: toEcho(server, load, key),
          to: `${key === 'perSecond' ? 'turns/s' : 'p99'} of ws echo`,
          ...(isGoal && target ? { target } : {}),
        },
      ];
    }),
  );
  return { title: 'The whole service: turns, closed loop and at fixed rates', rows };
}
