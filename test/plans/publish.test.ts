import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryJournal } from '../../src/journal/memory.ts';
import { parsePlan } from '../../src/plans/load.ts';
import { toOutline } from '../../src/plans/outline.ts';
import { findPlan, hashPlan, PLANS_CACHED_MAX, publishPlan } from '../../src/plans/publish.ts';
import type { Plan } from '../../src/plans/schema.ts';
import { smallPlan } from '../support/plans.ts';
import { takeSeed } from '../support/random.ts';

function parse(text: string): Plan {
  const parsed = parsePlan(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  return parsed.plan;
}

/** The same JSON with the keys of every object in another order. */
function reorder(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => reorder(item, random));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => ({ key, child, rank: random() }));
  entries.sort((a, b) => a.rank - b.rank);
  return Object.fromEntries(entries.map(({ key, child }) => [key, reorder(child, random)]));
}

describe('the hash of a plan', () => {
  test('[L4] the order of keys does not change it', () => {
    const plan = smallPlan();
    const seed = takeSeed('hash of reordered plans');
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (numbers) => {
        const json = JSON.stringify(reorder(plan, () => numbers.next().value));
        expect(hashPlan(parse(json))).toBe(hashPlan(plan));
      }),
      { seed, numRuns: 50 },
    );
  });

  test('[L4] comments, layout and defaults written out do not change it', () => {
    const short = parse(
      'id: a\ntitle: A\nquestions:\n  - { id: q, text: Why?, rubric: { points: [{ id: p, text: so }] } }\n',
    );
    const long = parse(`# A plan.
title: "A"
id: a
limits: { pauseMinutes: 10, invitationDays: 7 }
candidate:
  seesScores: false # not here
questions:
  - text: Why?
    id: q
    skippable: true
    maxFollowUps: 3
    rubric:
      threshold: 0.6
      points:
        - { text: so, id: p, weight: 1, alternatives: [] }
`);
    expect(hashPlan(long)).toBe(hashPlan(short));
  });

  test('[L4] it is the SHA-256 of one known text, so that other programs can compute it', () => {
    const plan = parse(
      'id: a\ntitle: A\nquestions:\n  - { id: q, text: Why?, rubric: { points: [{ id: p, text: so }] } }\n',
    );
    // printf '{"candidate":{"seesScores":false},"evaluation":{"attempts":3,…' | sha256sum
    expect(hashPlan(plan)).toBe('cea56522b11b49fbee592b5e0ef90c832f8e5043dc339d574eb35688c143e586');
  });

  test.each([
    ['a text', { title: 'Another title' }],
    ['a limit', { limits: { invitationDays: 8, pauseMinutes: 5 } }],
    ['the order of questions', { questions: smallPlan().questions.toReversed() }],
  ])('%s changes it', (_, change) => {
    expect(hashPlan(smallPlan(2, change))).not.toBe(hashPlan(smallPlan()));
  });
});

describe('published plans', () => {
  test('[L5] new content is a new version, known content stays the version it is', async () => {
    const journal = createMemoryJournal();
    const first = await publishPlan(journal, smallPlan(), 1);
    const second = await publishPlan(journal, smallPlan(3), 2);
    const again = await publishPlan(journal, smallPlan(), 3);
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(again).toBe(first);
    expect(first).toMatchObject({ hash: hashPlan(smallPlan()), publishedAt: 1, plan: smallPlan() });
  });

  test('a version is found by its number, the newest without one', async () => {
    const journal = createMemoryJournal();
    await publishPlan(journal, smallPlan(), 1);
    await publishPlan(journal, smallPlan(3), 2);
    expect((await findPlan(journal, 'small', 1)).plan.questions).toHaveLength(2);
    expect((await findPlan(journal, 'small')).plan.questions).toHaveLength(3);
  });

  test('a plan or a version that does not exist is refused by name', async () => {
    const journal = createMemoryJournal();
    await publishPlan(journal, smallPlan(), 1);
    await expect(findPlan(journal, 'large')).rejects.toMatchObject({ code: 'PLAN_NOT_FOUND', message: /"large"/ });
    await expect(findPlan(journal, 'small', 2)).rejects.toMatchObject({
      code: 'PLAN_NOT_FOUND',
      message: /"small" in version 2/,
    });
  });

  test('[L10] all interviews of one version share one frozen plan and one frozen outline', async () => {
    const journal = createMemoryJournal();
    await journal.putPlan({ id: 'small', hash: 'h', json: JSON.stringify(smallPlan()), publishedAt: 1 });
    const [one, other] = await Promise.all([findPlan(journal, 'small', 1), findPlan(journal, 'small')]);
    expect(other).toBe(one);
    expect(toOutline(other)).toBe(toOutline(one));
    expect(Object.isFrozen(one.plan.questions[0]?.rubric.points[0])).toBe(true);
    expect(Object.isFrozen(toOutline(one).questions[0]?.points[0])).toBe(true);
  });

  test('two journals do not see the plans of each other', async () => {
    const [one, other] = [createMemoryJournal(), createMemoryJournal()];
    await publishPlan(one, smallPlan(), 1);
    await publishPlan(other, smallPlan(3), 1);
    expect((await findPlan(one, 'small', 1)).plan.questions).toHaveLength(2);
    expect((await findPlan(other, 'small', 1)).plan.questions).toHaveLength(3);
  });

  test('the plan used longest ago leaves memory and is read again', async () => {
    const journal = createMemoryJournal();
    const first = await publishPlan(journal, smallPlan(), 0);
    const second = await publishPlan(journal, smallPlan(1, { id: 'second' }), 0);
    for (let index = 0; index < PLANS_CACHED_MAX - 1; index++) {
      await publishPlan(journal, smallPlan(1, { id: `plan-${index}` }), index);
      expect(await findPlan(journal, 'small', 1)).toBe(first);
    }
    const back = await findPlan(journal, 'second', 1);
    expect(back).not.toBe(second);
    expect(back).toEqual(second);
  });
});
