import { join } from 'node:path';
import { publishPlan } from './plan.ts';
import { ADMIN_KEY, type Load, type Measured, startEcho, startLoad, startService } from './processes/spawn.ts';
import { digits, type Part, type Size } from './report.ts';
import { makeStored } from './stored.ts';

// Heap after collecting, for each of many that are idle. What the first ones bring along is not counted.

const FIRST = 200;
/** Rate limits and used tickets are remembered for a minute. */
const FORGET_MS = 65_000;
/** How long to wait between two looks at a heap that is getting smaller. */
const SETTLE_MS = 6_000;
const LOOKS_MAX = 20;
/** What a heap may change by and still be at rest. Units: bytes. */
const REST_BYTES = 200_000;

const heapOf = async (measured: Measured): Promise<number> => (await measured.read(true)).heapBytes;

/** Wait until nothing leaves memory any more. */
async function heapAtRest(measured: Measured): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, FORGET_MS));
  let before = await heapOf(measured);
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const now = await heapOf(measured);
    if (Math.abs(before - now) < REST_BYTES) return now;
    before = now;
  }
  return before;
}

async function perEchoSocket(count: number): Promise<number> {
  const server = await startEcho('fastify');
  const load = startLoad();
  await load.connect({ kind: 'echo', count: FIRST, url: server.url });
  const before = await heapOf(server);
  await load.connect({ kind: 'echo', count, url: server.url });
  const perSocket = ((await heapOf(server)) - before) / count;
  await load.stop();
  await server.stop();
  return perSocket;
}

async function perInterview(count: number, folder: string, isQuick: boolean) {
  // Those without a connection leave as soon as the service looks.
  const env = { VIVA_HIBERNATE_AFTER_SECONDS: '1' };
  const service = await startService({ store: `sqlite:${join(folder, 'memory.sqlite')}`, env });
  const load: Load = startLoad();
  const target = { url: service.url, adminKey: ADMIN_KEY, planId: await publishPlan(service) };
  const enter = (many: number) => load.connect({ kind: 'candidate', count: many, target });
  await enter(FIRST);
  const first = await heapOf(service);
  await load.leave();
  const rest = isQuick ? 0 : await heapAtRest(service);
  await enter(FIRST);
  await enter(count);
  const live = ((await heapOf(service)) - first) / count;
  await load.leave();
  const hibernated = isQuick ? null : ((await heapAtRest(service)) - rest) / (count + FIRST);
  await load.stop();
  await service.stop();
  return { live, hibernated };
}

/** Of an interview that is in the store and has not been asked for since the start. */
async function perStored(count: number, folder: string): Promise<number> {
  const heapAfterStart = async (path: string) => {
    const service = await startService({ store: `sqlite:${path}` });
    const heap = await heapOf(service);
    await service.stop();
    return heap;
  };
  const { path } = await makeStored(join(folder, 'stored.sqlite'), count, 7_200, Date.now());
  return ((await heapAfterStart(path)) - (await heapAfterStart(join(folder, 'none.sqlite')))) / count;
}

/** Measure what idle interviews keep in memory. */
export async function measureMemory({ interviews, stored, isQuick }: Size, folder: string): Promise<Part> {
  const socket = await perEchoSocket(interviews);
  const { live, hibernated } = await perInterview(interviews, folder, isQuick);
  const asleep = await perStored(stored, folder);
  const kilobytes = (bytes: number) => `${digits(bytes / 1_024)} KB`;
  const once = (value: number) => ({ median: value, min: value, max: value });
  const to = 'a socket of @fastify/websocket alone';
  return {
    title: `Memory: JS heap for each of ${interviews.toLocaleString('en')}, idle`,
    rows: [
      { what: 'socket of @fastify/websocket alone', measured: kilobytes(socket) },
      {
        what: 'live interview with a connected candidate',
        measured: kilobytes(live),
        ratio: once(live / socket),
        to,
        target: '≤ 14 KB',
      },
      ...(hibernated === null
        ? []
        : [
            {
              what: 'hibernated interview',
              measured: kilobytes(hibernated),
              ratio: once(hibernated / socket),
              to,
              target: '≤ 0.3 KB',
            },
          ]),
      {
        what: `one of ${stored.toLocaleString('en')} in the store, not asked for since the start`,
        measured: kilobytes(Math.max(0, asleep)),
        ratio: once(Math.max(0, asleep) / socket),
        to,
        target: '≤ 0.3 KB',
      },
    ],
  };
}
