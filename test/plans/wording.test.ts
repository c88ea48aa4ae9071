import { describe, expect, test } from 'vitest';
import { toOutline } from '../../src/plans/outline.ts';
import { type Plan, planSchema } from '../../src/plans/schema.ts';
import { followUpReason, followUpText } from '../../src/plans/wording.ts';

const plan: Plan = planSchema.parse({
  id: 'plan',
  title: 'Plan',
  limits: { totalMinutes: 1.5, pauseMinutes: 0.5 },
  candidate: { consent: 'Agreed?' },
  evaluation: { timeoutSeconds: 2.5, attempts: 2, backoffSeconds: 0.25 },
  questions: [
    {
      id: 'timed',
      text: 'Why?',
      timeSeconds: 60,
      followUpSeconds: 30,
      maxFollowUps: 5,
      skippable: false,
      rubric: {
        threshold: 0.7,
        points: [
          { id: 'own', text: 'secret', weight: 2, followUp: 'And then?' },
          { id: 'silent', text: 'hidden', alternatives: ['concealed'] },
        ],
      },
    },
    { id: 'alike', text: 'How?', timeSeconds: 20, rubric: { points: [{ id: 'p', text: 'so' }] } },
    { id: 'untimed', text: 'When?', rubric: { points: [{ id: 'p', text: 'now' }] } },
  ],
});
const [timed] = plan.questions as [Plan['questions'][number]];

describe('outline', () => {
  test('it holds what the machine needs, in milliseconds, and no text', () => {
    const outline = toOutline({ plan, version: 1, hash: 'f00d', publishedAt: 0 });
    expect(outline).toEqual({
      hash: 'f00d',
      isConsentRequired: true,
      totalMs: 90_000,
      disconnectedMs: 0,
      pauseMs: 30_000,
      evaluation: { timeoutMs: 2_500, attemptsMax: 2, backoffMs: 250 },
      questions: [
        {
          id: 'timed',
          timeMs: 60_000,
          followUpTimeMs: 30_000,
          followUpsMax: 5,
          skippable: false,
          threshold: 0.7,
          points: [
            { id: 'own', weight: 2 },
            { id: 'silent', weight: 1 },
          ],
        },
        expect.objectContaining({ id: 'alike', timeMs: 20_000, followUpTimeMs: 20_000, skippable: true }),
        expect.objectContaining({ id: 'untimed', timeMs: null, followUpTimeMs: null, followUpsMax: 3 }),
      ],
    });
  });

  test('a plan without limit and consent has none', () => {
    const { limits: _limits, candidate: _candidate, ...rest } = plan;
    const outline = toOutline({ plan: planSchema.parse(rest), version: 1, hash: '', publishedAt: 0 });
    expect(outline).toMatchObject({ isConsentRequired: false, totalMs: null, pauseMs: 600_000 });
  });
});

describe('follow-ups', () => {
  test('a point is asked about in its own words', () => {
    expect(followUpText(timed, 'own', 4)).toBe('And then?');
  });

  test('a point without words of its own gets another open question each time, the same one for the same number', () => {
    const texts = [1, 2, 3, 4, 5].map((n) => followUpText(timed, 'silent', n));
    expect(new Set(texts).size).toBe(5);
    expect([1, 2, 3, 4, 5].map((n) => followUpText(timed, 'silent', n))).toEqual(texts);
  });

  test('[L9] open questions are the same for every point and rubric, so they tell nothing of it', () => {
    const other = plan.questions[1] as Plan['questions'][number];
    for (const n of [1, 2, 3, 4, 5]) expect(followUpText(timed, 'silent', n)).toBe(followUpText(other, 'p', n));
  });

  test('any number gives some question', () => {
    for (const n of [0, -1, 6, 1e9, 2.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(followUpText(timed, 'gone', n)).toMatch(/\?$/);
  });

  test('the reason depends on nothing but the number of the follow-up', () => {
    const first = followUpReason({ id: 'timed.1' });
    const later = followUpReason({ id: 'timed.2' });
    expect(first).not.toBe(later);
    expect(followUpReason({ id: 'alike.1' })).toBe(first);
    expect(followUpReason({ id: 'untimed.5' })).toBe(later);
  });
});
