import { expect, onTestFinished } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { findPlan } from '../../src/plans/publish.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { until } from './candidate.ts';
import { answerAll, enter, type Member } from './crowd.clients.ts';
import { audit, inParallel } from './crowd.ts';
import { takeSeed } from './random.ts';
import { callApi, type SpawnedService, spawnService } from './service.ts';

// Rule N8: PROTOCOL.md. Real processes, real sockets, a real store; the candidates know one address only.

export const NODES = 3;
const isWhole = process.env.VIVA_TEST_ALL === '1';
/** At a time; `npm run chaos` goes on with new ones until its minutes are over. */
export const INTERVIEWS = Number(process.env.VIVA_CHAOS_INTERVIEWS ?? (isWhole ? 200 : 60));
const MINUTES = Number(process.env.VIVA_CHAOS_MINUTES ?? 0);
/** How long a storm may take. Units: ms. */
export const STORM_MS_MAX = 420_000 + MINUTES * 60_000;
const ADMIN_KEY = 'the-admin-key-of-the-nodes';

/** A store that can be struck, and that knows what was written. */
export interface StormStore {
  url: string;
  open(): Promise<Journal>;
  /** As if its machine had lost its power, and come back. */
  restart(): Promise<void>;
  /** By its own account: how many records were added, and those by somebody who did not hold the interview any more. */
  witness(): Promise<{ count: number; stale: unknown[] }>;
}

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

/** A node, and the network between it and the store. */
type Node = SpawnedService & { network: Balancer };

/** Resolves when every candidate has had another answer stored, or has nothing more to answer. */
async function allGoOn(members: readonly Member[]): Promise<void> {
  await Promise.all(
    members.map(({ client, acknowledged }) => {
      const before = acknowledged.length;
      const hasGoneOn = () => acknowledged.length > before || client.getState().view?.state === 'COMPLETE';
      return new Promise<void>((resolve) => {
        const stop = client.subscribe(() => {
          if (!hasGoneOn()) return;
          stop();
          resolve();
        });
        if (hasGoneOn()) resolve();
      });
    }),
  );
}

/** Let candidates answer on three nodes that are killed, stopped, woken and cut off, and a store that restarts. */
export async function storm(title: string, store: StormStore): Promise<void> {
  const seed = takeSeed(title);
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
    network.add(store.url);
    const address = new URL(store.url);
    address.port = String(network.port);
    const service = await spawnService({ ...env, VIVA_STORE: address.href }, 'node');
    onTestFinished(() => service.kill());
    const node = { ...service, network };
    nodes.push(node);
    balancer.add(node.url);
  }
  for (let count = 0; count < NODES; count += 1) await startNode();

  const api = { url: balancer.url, adminKey: ADMIN_KEY };
  await callApi(api, '/api/plans', plan);
  const journal = await store.open();
  const published = await findPlan(journal, plan.id);
  let members: Member[] = [];
  onTestFinished(() => {
    for (const { client } of members) client.close();
  });

  async function invite(url: string): Promise<Member> {
    const { id, candidateToken } = await callApi<{ id: string; candidateToken: string }>(api, '/api/interviews', {
      planId: plan.id,
    });
    return enter(url, id, candidateToken);
  }

  /** Resolves when the leases of a node that is stopped have run out. Before, it gets an interview that stays behind. */
  async function leaveBehind(node: Node): Promise<() => Promise<void>> {
    const { id, client } = await invite(node.url);
    await until(client, () => true);
    await client.send({ type: 'interview.start' });
    client.close();
    return async () => {
      while ((await journal.claim(id, 'auditor', { leaseMs: 1, force: false })) === 'held');
    };
  }

  const victim = (round: number) => nodes[(seed + round) % nodes.length] as Node;
  const faults: ((node: Node, isLong: boolean) => Promise<void>)[] = [
    async function kill(node) {
      balancer.remove(node.url);
      nodes.splice(nodes.indexOf(node), 1);
      await node.kill();
      await Promise.all([startNode(), allGoOn(members)]);
    },
    // Woken in the middle of what it was doing, while its candidates have long gone on elsewhere; in a whole run, once
    // all its leases have run out.
    async function sleep(node, isLong) {
      const leasesRunOut = isLong ? await leaveBehind(node) : async () => {};
      node.signal('SIGSTOP');
      balancer.remove(node.url);
      await Promise.all([allGoOn(members), leasesRunOut()]);
      node.signal('SIGCONT');
      balancer.add(node.url);
    },
    // It lives, and hears nothing of the store while others take over what it runs.
    async function cut(node) {
      node.network.hush();
      balancer.remove(node.url);
      await allGoOn(members);
      node.network.heal();
      balancer.add(node.url);
    },
    async function restartStore() {
      await store.restart();
    },
  ];

  let answers = 0;
  let moves = 0;
  async function check({ id, acknowledged }: Member): Promise<void> {
    const records = await audit(journal, published, id, acknowledged);
    expect(records.filter(({ event }) => event.type === 'answer.submit')).toHaveLength(acknowledged.length);
    expect(records.at(-1)).toMatchObject({ state: 'COMPLETE' });
    const epochs = records.map(({ epoch }) => epoch);
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
    answers += acknowledged.length;
    moves += new Set(epochs).size - 1;
  }

  /** New interviews, every fault in turn, and what they were told against what is stored. */
  async function blow(): Promise<void> {
    members = [];
    await inParallel(Array(INTERVIEWS).keys(), 10, async () => void members.push(await invite(balancer.url)));
    let isEnough = false;
    const done = Promise.all(members.map((member) => answerAll(member, () => isEnough)));
    await allGoOn(members);
    for (let round = 0; round < faults.length; round += 1) {
      await faults[round]?.(victim(round), isWhole);
      await allGoOn(members);
    }
    isEnough = true;
    await done;
    for (const { client } of members) client.close();
    await inParallel(members, 10, check);
    process.stdout.write(`${members.length} interviews, ${answers} answers, ${moves} times at another node or anew\n`);
  }

  const endsAt = Date.now() + MINUTES * 60_000;
  do await blow();
  while (Date.now() < endsAt);
  for (const node of nodes) expect(await node.stop()).toBe(0);
  const { count, stale } = await store.witness();
  expect(stale).toEqual([]);
  expect(count).toBeGreaterThanOrEqual(answers);
}
