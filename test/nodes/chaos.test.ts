import { expect, onTestFinished, test } from 'vitest';
import { findPlan } from '../../src/plans/publish.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { answerAll, enter, type Member } from '../support/crowd.clients.ts';
import { audit, inParallel } from '../support/crowd.ts';
import { ask, isPostgresMissing, openPostgres } from '../support/journal.postgres.ts';
import { startServer } from '../support/postgres.server.ts';
import { takeSeed } from '../support/random.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

// Rule N8: PROTOCOL.md. Real processes, real sockets, a real database; the candidates know one address only.

const NODES = 3;
/** At a time; `npm run chaos` sets more, and goes on with new ones until its minutes are over. */
const INTERVIEWS = Number(process.env.VIVA_CHAOS_INTERVIEWS ?? 60);
/** How often every fault strikes. */
const PASSES = process.env.VIVA_TEST_ALL === '1' ? 2 : 1;
const MINUTES = Number(process.env.VIVA_CHAOS_MINUTES ?? 0);
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

/** In a table beside, what epoch an interview was in when a record was added: a stale writer shows nowhere else. */
const witness = `
  CREATE TABLE witness (interview_id TEXT, seq BIGINT, written_by BIGINT, held_by BIGINT);
  CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO witness SELECT NEW.interview_id, NEW.seq, NEW.epoch, epoch FROM viva_interview WHERE id = NEW.interview_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER look AFTER INSERT ON viva_record FOR EACH ROW EXECUTE FUNCTION look()`;

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
    await ask(witness, server.url);
    const journal = await openPostgres(server.url);
    const published = await findPlan(journal, plan.id);
    let members: Member[] = [];
    onTestFinished(() => {
      for (const { client } of members) client.close();
    });

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
    /** New interviews, every fault in turn, and what they were told against what is stored. */
    async function storm(): Promise<void> {
      members = [];
      await inParallel(Array(INTERVIEWS).keys(), 10, async () => {
        const created = await callApi<{ id: string; candidateToken: string }>(api, '/api/interviews', {
          planId: plan.id,
        });
        members.push(enter(balancer.url, created.id, created.candidateToken));
      });
      let isEnough = false;
      const done = Promise.all(members.map((member) => answerAll(member, () => isEnough)));
      await allGoOn(members);
      for (let round = 0; round < PASSES * faults.length; round += 1) {
        await faults[round % faults.length]?.(victim(round));
        await allGoOn(members);
      }
      isEnough = true;
      await done;
      for (const { client } of members) client.close();
      await inParallel(members, 10, check);
      process.stdout.write(
        `${members.length} interviews, ${answers} answers, ${moves} times at another node or anew\n`,
      );
    }

    let answers = 0;
    let moves = 0;
    async function check({ id, acknowledged }: Member): Promise<void> {
      const records = await audit(journal, published, id, acknowledged);
      expect(records.filter(({ event }) => event.type === 'answer.submit')).toHaveLength(acknowledged.length);
      expect(records.findLast(({ by }) => by === 'candidate')).toMatchObject({ state: 'COMPLETE' });
      const epochs = records.map(({ epoch }) => epoch);
      expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
      answers += acknowledged.length;
      moves += new Set(epochs).size - 1;
    }

    const endsAt = Date.now() + MINUTES * 60_000;
    do await storm();
    while (Date.now() < endsAt);
    for (const node of nodes) expect(await node.stop()).toBe(0);
    const stale = await ask('SELECT * FROM witness WHERE written_by <> held_by', server.url);
    const [seen] = await ask<{ count: number }>('SELECT count(*)::INTEGER AS count FROM witness', server.url);
    expect(stale).toEqual([]);
    expect(seen?.count).toBeGreaterThanOrEqual(answers);
  },
  240_000 + MINUTES * 60_000,
);
