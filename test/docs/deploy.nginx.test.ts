import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/candidate.ts';
import { answerAll, enter } from '../support/crowd.clients.ts';
import { isPostgresMissing, makeSchema } from '../support/journal.postgres.ts';
import { isNginxMissing, startNginx } from '../support/nginx.ts';
import { readText } from '../support/pages.ts';
import { callApi, type SpawnedService, spawnService } from '../support/service.ts';

const adminKey = 'the-admin-key-of-the-nodes';

const plan = {
  id: 'tea',
  title: 'Tea',
  questions: ['one', 'two', 'three', 'four'].map((id) => ({
    id,
    text: 'How do you make tea?',
    maxFollowUps: 1,
    rubric: { points: [{ id: 'water', text: 'boiling water' }] },
  })),
};

test.skipIf(isNginxMissing || isPostgresMissing)(
  'three nodes behind the nginx of the example take a candidate through an interview, whichever of them goes',
  { timeout: 120_000 },
  async () => {
    const env = {
      VIVA_STORE: await makeSchema(),
      VIVA_SECRET: 'the secret of the nodes, the same at each',
      VIVA_ADMIN_KEY: adminKey,
      VIVA_TRUSTED_PROXIES: '127.0.0.1',
      LOG_LEVEL: 'fatal',
    };
    const nodes: SpawnedService[] = [];
    for (let count = 0; count < 3; count += 1) {
      const node = await spawnService(env, 'node');
      onTestFinished(() => node.kill());
      nodes.push(node);
    }
    const servers = nodes.map(
      ({ url }, index) => [`server node-${index + 1}:3000`, `server ${new URL(url).host}`] as const,
    );
    const url = await startNginx(readText('examples/deploy/nginx.conf'), servers);

    const api = { url, adminKey };
    await callApi(api, '/api/plans', plan);
    const { id, candidateToken } = await callApi<{ id: string; candidateToken: string }>(api, '/api/interviews', {
      planId: plan.id,
    });
    const member = enter(url, id, candidateToken);
    const { client, acknowledged } = member;
    onTestFinished(() => client.close());
    await until(client, ({ state }) => state === 'IDLE');
    await client.send({ type: 'interview.start' });
    // A deploy: two nodes go one after the other, each in the middle of the interview.
    for (const node of nodes.slice(0, 2)) {
      const { prompt } = await until(client, (view) => view.prompt !== null);
      const promptId = prompt?.id ?? '';
      const text = `${id} on ${promptId}`;
      acknowledged.push({ text, ...(await client.send({ type: 'answer.submit', promptId, text })) });
      expect(await node.stop()).toBe(0);
      await until(client, (view) => view.prompt !== null && view.prompt.id !== promptId);
    }
    await answerAll(member);
    const transcript = JSON.stringify(await callApi(api, `/api/interviews/${id}/transcript`));
    expect(acknowledged.length).toBeGreaterThanOrEqual(plan.questions.length);
    for (const { text } of acknowledged) expect(transcript).toContain(text);
  },
);
