import { expect, test } from 'vitest';
import { ask, openRedis } from '../support/journal.redis.ts';
import { readWitness } from '../support/redis.log.ts';
import { isRedisServerMissing, startServer } from '../support/redis.server.ts';
import { INTERVIEWS, NODES, STORM_MS_MAX, storm } from '../support/storm.ts';

test.skipIf(isRedisServerMissing)(
  `[N8] ${INTERVIEWS} interviews on ${NODES} nodes that are killed, stopped, woken and cut off, and a Redis that restarts, lose no answer`,
  async () => {
    // It keeps the log of every write, so that a stale writer shows in it.
    const server = await startServer({ 'auto-aof-rewrite-percentage': '0' });
    await storm('N8 on Redis', {
      url: server.url,
      open: () => openRedis(server.url),
      async restart() {
        await server.stop();
        await server.start();
      },
      witness: async () => readWitness(server.folder),
    });
  },
  STORM_MS_MAX,
);

test.skipIf(isRedisServerMissing)('[N8] the log of a Redis tells who wrote what they did not hold', async () => {
  const server = await startServer();
  const write = async (seq: number, epoch: number) =>
    ask(server.url, 'RPUSH', 'viva:{i}:records', JSON.stringify({ seq, epoch, text: 'Grüße\r\n' }));
  await ask(server.url, 'HSET', 'viva:{i}:head', 'owner', 'epoch', 'epoch', '1');
  await write(1, 1);
  await ask(server.url, 'HSET', 'viva:{i}:head', 'epoch', '2');
  await write(2, 2);
  await server.stop();
  expect(readWitness(server.folder)).toEqual({ count: 2, stale: [] });
  await server.start();
  await write(3, 1);
  await write(5, 2);
  expect(readWitness(server.folder)).toMatchObject({ count: 4, stale: [{ seq: 3 }, { seq: 5 }] });
});
