import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadPlanFile } from '../../src/plans/load.ts';

const folder = new URL('../../examples/plans/', import.meta.url).pathname;
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

async function load(file: string) {
  const parsed = await loadPlanFile(folder + file);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed;
}

test('a technical, a behavioural and a user-research interview are there, each under an id of its own', async () => {
  const ids = await Promise.all(files.map(async (file) => (await load(file)).plan.id));
  expect(ids.sort()).toEqual(['backend-basics', 'behavioural-star', 'research-shopping-list']);
});

describe.each(files)('%s', (file) => {
  test('passes the check without a warning', async () => {
    expect((await load(file)).warnings).toEqual([]);
  });

  test('shows an author what belongs into a plan', async () => {
    const { plan } = await load(file);
    expect(plan.intro).toBeDefined();
    expect(plan.candidate).toMatchObject({ seesScores: false, consent: expect.any(String) });
    expect(plan.questions.length).toBeGreaterThanOrEqual(5);
    for (const { rubric, timeSeconds } of plan.questions) {
      expect(timeSeconds).toBeDefined();
      expect(rubric.points.length).toBeGreaterThanOrEqual(3);
      expect(rubric.points.length).toBeLessThanOrEqual(5);
      for (const point of rubric.points) {
        expect(point.alternatives.length, point.id).toBeGreaterThanOrEqual(2);
        expect(point.alternatives.length, point.id).toBeLessThanOrEqual(4);
        expect(point.followUp, point.id).toMatch(/\?$/);
      }
    }
  });
});

test('the technical one has the question of the contract', async () => {
  const { plan } = await load('backend-basics.yaml');
  expect(plan.questions.length).toBeGreaterThanOrEqual(6);
  expect(plan.questions.find(({ id }) => id === 'idempotency')).toMatchObject({
    text: 'What makes an HTTP operation idempotent, and why does it matter for retries?',
    timeSeconds: 240,
    maxFollowUps: 2,
    skippable: true,
    rubric: {
      threshold: 0.6,
      points: expect.arrayContaining([
        expect.objectContaining({
          id: 'same-effect',
          text: 'Repeating the request has the same effect on the server as sending it once',
          weight: 2,
          alternatives: expect.arrayContaining(['applying it twice leaves the same state as applying it once']),
          followUp: 'What happens on the server if the same request arrives twice?',
        }),
      ]),
    },
  });
});
