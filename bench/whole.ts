import { join } from 'node:path';
import type { RunOptions } from './load/run.ts';
import { publishPlan } from './plan.ts';
import { ADMIN_KEY, type Measured, startEcho, startLoad, startService } from './processes/spawn.ts';
import { digits, type Part, type Row, type Size } from './report.ts';
import { spreadOf } from './stats.ts';

// The whole service under load, beside servers that only echo: the same generator, one after the other.

type Server = 'ws echo' | '@fastify/websocket echo' | 'service' | 'service, embedded evaluator' | 'service, PostgreSQL';

interface Sample {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuUs: number;
  lagP99Ms: number;
}

const loads: {
  name: string;
  options: Omit<RunOptions, 'ms' | 'warmMs'>;
  target: Partial<Record<'share' | 'p99', string>>;
}[] = [
  { name: '1 connection', options: { width: 1 }, target: {} },
  { name: '100 connections', options: { width: 100 }, target: { share: '≥ 0.20' } },
  { name: '1,000 connections', options: { width: 1_000 }, target: { share: '≥ 0.25' } },
  { name: '500/s over 1,000', options: { width: 1_000, perSecond: 500 }, target: {} },
  { name: '2,000/s over 1,000', options: { width: 1_000, perSecond: 2_000 }, target: { p99: '≤ 8' } },
  { name: '6,000/s over 1,000', options: { width: 1_000, perSecond: 6_000 }, target: {} },
];

const CONNECTIONS = 1_000;
/** What is thrown away: the same work, until the code is as fast as it gets. */
const WARMING: RunOptions = { width: 100, warmMs: 0, ms: 2_000 };

async function start(server: Server, folder: string, postgres: string | null): Promise<Measured> {
  if (server === 'ws echo') return startEcho('echo');
  if (server === '@fastify/websocket echo') return startEcho('fastify');
  const store = server === 'service, PostgreSQL' && postgres ? postgres : `sqlite:${join(folder, 'whole.sqlite')}`;
  return startService({ store, isJudging: server === 'service, embedded evaluator' });
}

async function measure(server: Server, folder: string, postgres: string | null, size: Size): Promise<Sample[]> {
  const measured = await start(server, folder, postgres);
  const load = startLoad();
  try {
    if (server.startsWith('service')) {
      const target = { url: measured.url, adminKey: ADMIN_KEY, planId: await publishPlan(measured) };
      await load.connect({ kind: 'candidate', count: CONNECTIONS, target });
    } else await load.connect({ kind: 'echo', count: CONNECTIONS, url: measured.url });
    await load.run(WARMING);
    const samples: Sample[] = [];
    for (const { options } of loads) {
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
export async function measureWhole(size: Size, folder: string, postgres: string | null): Promise<Part> {
  const servers: Server[] = ['ws echo', '@fastify/websocket echo', 'service', 'service, embedded evaluator'];
  if (postgres) servers.push('service, PostgreSQL');
  const samples = new Map<Server, Sample[][]>(servers.map((server) => [server, []]));
  for (let repetition = 0; repetition < size.repetitions; repetition += 1)
    for (const server of repetition % 2 === 0 ? servers : servers.toReversed())
      samples.get(server)?.push(await measure(server, join(folder, `${server}${repetition}`), postgres, size));

  const median = (server: Server, load: number, key: keyof Sample) =>
    spreadOf(samples.get(server)?.map((one) => one[load]?.[key] ?? Number.NaN) ?? []).median;
  const toEcho = (server: Server, load: number, key: keyof Sample) =>
    spreadOf(
      samples
        .get(server)
        ?.map((one, at) => (one[load]?.[key] ?? 0) / (samples.get('ws echo')?.[at]?.[load]?.[key] ?? 0)) ?? [],
    );

  const rows = loads.flatMap(({ name, options, target }, load) =>
    servers.flatMap((server): Row[] => {
      const isEcho = server === 'ws echo';
      const isGoal = server === 'service';
      const of = (key: keyof Sample) => digits(median(server, load, key));
      const pace = `${of('perSecond')}/s, p50 ${of('p50Ms')} ms, p99 ${of('p99Ms')} ms, ${of('cpuUs')} µs CPU, loop p99 ${of('lagP99Ms')} ms`;
      const row: Row = { what: `${name}: ${server}`, measured: pace };
      if (isEcho) return [row];
      const key = options.perSecond === undefined ? 'perSecond' : 'p99Ms';
      const goal = key === 'perSecond' ? target.share : target.p99;
      return [
        {
          ...row,
          ratio: toEcho(server, load, key),
          to: `${key === 'perSecond' ? 'turns/s' : 'p99'} of ws echo`,
          ...(isGoal && goal ? { target: goal } : {}),
        },
      ];
    }),
  );
  return { title: 'The whole service: turns, closed loop and at fixed rates', rows };
}
