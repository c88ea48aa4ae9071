import { expect, onTestFinished, test } from 'vitest';
import { findPlan } from '../../src/plans/publish.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { answerAll, enter, type Member } from '../support/crowd.clients.ts';
import { audit, inParallel } from '../support/crowd.ts';
import { isPostgresMissing, openPostgres } from '../support/journal.postgres.ts';
import { startServer } from '../support/postgres.server.ts';
import { takeSeed } from '../support/random.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// Rule N8: PROTOCOL.md. Real processes, real sockets, a real database; the candidates know one address only.

const NODES = 3;
const INTERVIEWS = 60;
const ADMIN_KEY = 'the-admin-key-of-the-nodes';

/** More prompts than can be answered while the test runs. */
const plan = {
  id: 'long',
  title: 'A long one',
  questions: Array.from({ length: 50 }, (_, index) => ({
    id: `q${index}`,
    text: 'How do you make tea?',
    maxFollowUps: 5,
    rubric: {
      points: Array.from({ length: 6 }, (_, point) => ({ id: `p${point}`, text: `secret ingredient number ${point}` })),
    },
  })),
};

/** A node, and the network between it and the database. */
type Node = SpawnedService & { network: Balancer };

/** Resolves when every candidate has had another answer stored, or has nothing more to answer. */
async function allGoOn(members: readonly Member[]): Promise<void> {
  await Promise.all(
    members.map(({ client, acknowledged }) => {
      const before = acknowledged.length;
      return new Promise<void>((resolve) => {
        const stop = client.subscribe(() => {
          const isOver = client.getState().view?.state === 'COMPLETE';
          if (acknowledged.length <= before && !isOver) return;
          stop();
          resolve();
        });
      });
    }),
  );
}

test.skipIf(isPostgresMissing)(
  `[N8] ${INTERVIEWS} interviews on ${NODES} nodes that are killed, stopped, woken and cut off, and a database that restarts, lose no answer`,
  async () => {
    const seed = takeSeed('N8');
    const server = await startServer();
    const balancer = await startBalancer();
    const env = {
      VIVA_SECRET: 'the secret of the nodes, the same at each',
      VIVA_ADMIN_KEY: ADMIN_KEY,
      VIVA_ADDRESS_SOCKETS_MAX: '1000',
      VIVA_ADDRESS_REQUESTS_PER_MINUTE_MAX: '100000',
      VIVA_SOCKET_FRAMES_PER_MINUTE_MAX: '100000',
      VIVA_SOCKET_BYTES_PER_MINUTE_MAX: '100000000',
      LOG_LEVEL: 'fatal',
    };
    const nodes: Node[] = [];
    async function startNode(): Promise<void> {
      const network = await startBalancer();
      network.add(server.url);
      const store = new URL(server.url);
      store.port = String(network.port);
      const service = await spawnService({ ...env, VIVA_STORE: store.href }, 'node');
      onTestFinished(() => service.kill());
      const node = { ...service, network };
      nodes.push(node);
      balancer.add(node.url);
    }
    for (let count = 0; count < NODES; count += 1) await startNode();

    const api = { url: balancer.url, adminKey: ADMIN_KEY };
    await callApi(api, '/api/plans', plan);
    const members: Member[] = [];
    onTestFinished(() => {
      for (const { client } of members) client.close();
    });
    await inParallel(Array(INTERVIEWS).keys(), 10, async () => {
      const created = await callApi<{ id: string; candidateToken: string }>(api, '/api/interviews', {
        planId: plan.id,
      });
      members.push(enter(balancer.url, created.id, created.candidateToken));
    });
    let isEnough = false;
    const done = Promise.all(members.map((member) => answerAll(member, () => isEnough)));
    await allGoOn(members);

    const victim = (round: number) => nodes[(seed + round) % nodes.length] as Node;
    const faults: ((node: Node) => Promise<void>)[] = [
      async function kill(node) {
        balancer.remove(node.url);
        nodes.splice(nodes.indexOf(node), 1);
        await node.kill();
        await Promise.all([startNode(), allGoOn(members)]);
      },
      // Woken in the middle of what it was doing, while its candidates have long gone on elsewhere.
      async function sleep(node) {
        node.signal('SIGSTOP');
        balancer.remove(node.url);
        await allGoOn(members);
        node.signal('SIGCONT');
        balancer.add(node.url);
      },
      // It lives, and hears nothing of the database while others take over what it runs.
      async function cut(node) {
        node.network.hush();
        balancer.remove(node.url);
        await allGoOn(members);
        node.network.heal();
        balancer.add(node.url);
      },
      async function restartDatabase() {
        await server.stop('immediate');
        await server.start();
      },
    ];
    for (let round = 0; round < 2 * faults.length; round += 1) {
      await faults[round % faults.length]?.(victim(round));
      await allGoOn(members);
    }
    isEnough = true;
    await done;
    for (const { client } of members) client.close();
    for (const node of nodes) expect(await node.stop()).toBe(0);

    const journal = await openPostgres(server.url);
    const published = await findPlan(journal, plan.id);
    let answers = 0;
    let moves = 0;
    for (const { id, acknowledged } of members) {
      const records = await audit(journal, published, id, acknowledged);
      expect(records.filter(({ event }) => event.type === 'answer.submit')).toHaveLength(acknowledged.length);
      expect(records.at(-1)).toMatchObject({ state: 'COMPLETE' });
      const epochs = records.map(({ epoch }) => epoch);
      expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
      answers += acknowledged.length;
      moves += new Set(epochs).size - 1;
    }
    process.stdout.write(`${answers} answers, ${moves} times at another node or anew\n`);
  },
  240_000,
);
