import type { Bus } from '../../src/hints/bus.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openBus } from './bus.ts';
import * as postgres from './journal.postgres.ts';
import * as redis from './journal.redis.ts';

/** A store with nothing in it, for any number of nodes. */
export interface Place {
  url: string;
  open(): Promise<Journal>;
  /** Absent = nodes hear nothing of each other, and look. */
  openBus?(): Bus;
  /** As if so much time had passed on the clock of the leases. */
  passTime(ms: number): Promise<void>;
  /** Until so much time has passed on the clock of the leases. */
  wait(ms: number): Promise<void>;
}

async function makePostgres(): Promise<Place> {
  const url = await postgres.makeSchema();
  return {
    url,
    open: () => postgres.openPostgres(url),
    openBus: () => openBus(url),
    async passTime(ms) {
      const database = postgres.connect(url);
      await postgres.passTime(database.ask, ms, 'everything');
      await database.end();
    },
    async wait(ms) {
      const database = postgres.connect(url);
      const [began] = await database.ask<{ at: Date }>('SELECT clock_timestamp() AS at');
      for (let isOver = false; !isOver; )
        [{ isOver = false } = {}] = await database.ask<{ isOver: boolean }>(
          `SELECT clock_timestamp() > $1::TIMESTAMPTZ + $2::BIGINT * INTERVAL '1 millisecond' AS "isOver", pg_sleep(0.05)`,
          [began?.at, ms],
        );
      await database.end();
    },
  };
}

async function makeRedis(): Promise<Place> {
  const url = redis.makePrefix();
  return {
    url,
    open: () => redis.openRedis(url),
    openBus: () => openBus(url),
    async passTime(ms) {
      const server = await redis.connect(url);
      await redis.passTime(url, server.ask, ms);
      server.end();
    },
    async wait(ms) {
      const server = await redis.connect(url);
      const now = async () => {
        const [seconds, micros] = (await server.ask('TIME')) as [string, string];
        return Number(seconds) * 1_000 + Number(micros) / 1_000;
      };
      const began = await now();
      while ((await now()) <= began + ms)
        await server.ask('BLPOP', `${new URL(url).searchParams.get('prefix')}:none`, '0.05');
      server.end();
    },
  };
}

interface Named {
  name: string;
  isMissing: boolean;
  makePlace(): Promise<Place>;
}

const engines: Named[] = [
  { name: 'PostgreSQL', isMissing: postgres.isPostgresMissing, makePlace: makePostgres },
  { name: 'Redis', isMissing: redis.isRedisMissing, makePlace: makeRedis },
];

/** Every engine that nodes share, with hints, and one without, where nodes look. */
export const places: Named[] = [
  ...engines,
  {
    name: 'PostgreSQL without hints',
    isMissing: postgres.isPostgresMissing,
    async makePlace() {
      const { openBus: _none, ...place } = await makePostgres();
      return place;
    },
  },
];

/** Those with hints that are there. What is missing its own harness names; `npm run test:all` leaves none out. */
export const stores = engines.filter(({ isMissing }) => !isMissing);
