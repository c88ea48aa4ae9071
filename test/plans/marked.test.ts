import { describe, expect, test } from 'vitest';
import { tellExamples } from '../../src/plans/examples.ts';
import { parsePlan } from '../../src/plans/load.ts';
import { outlinePlan } from '../../src/plans/outline.ts';
import { hashPlan } from '../../src/plans/publish.ts';

const good = 'What the roots reach by references is kept, everything else is freed.';
const brief = 'It keeps whatever is reachable.';
const wrong = 'The programmer calls free for every pointer.';

interface Example {
  answer: string;
  score: number;
}

function parse(rubric: { threshold?: number; examples?: Example[] }) {
  const parsed = parsePlan(
    JSON.stringify({
      id: 'gc',
      title: 'Garbage',
      limits: { totalMinutes: 10 },
      questions: [
        {
          id: 'q',
          text: 'How does a garbage collector know which objects it may free?',
          maxFollowUps: 1,
          rubric: {
            ...rubric,
            points: [
              {
                id: 'p',
                text: 'What can be reached from the roots by references is kept, everything else is freed',
                followUp: 'What stays?',
              },
            ],
          },
        },
      ],
    }),
  );
  if (!parsed.ok) throw new Error(parsed.problems.map(({ path, message }) => `${path} ${message}`).join('; '));
  return parsed;
}

const thresholdOf = (rubric: Parameters<typeof parse>[0]) => parse(rubric).plan.questions[0]?.rubric.threshold;

describe('marked answers', () => {
  const lenient = [
    { answer: good, score: 1 },
    { answer: brief, score: 0.6 },
    { answer: wrong, score: 0 },
  ];
  const strict = [
    { answer: good, score: 1 },
    { answer: brief, score: 0.5 },
    { answer: wrong, score: 0 },
  ];

  test('[L11] a threshold that is left out is fitted to them', () => {
    const fitted = thresholdOf({ examples: lenient });
    expect(fitted).toBeLessThan(0.6);
    expect(fitted).toBeLessThan(thresholdOf({ examples: strict }) ?? 0);
  });

  test('[L11] without any it is 0.6, and one that is written stays', () => {
    expect(thresholdOf({})).toBe(0.6);
    expect(thresholdOf({ threshold: 0.7, examples: lenient })).toBe(0.7);
  });

  test('[L11] the machine decides by the fitted one, and the published plan has it written down', () => {
    const { plan } = parse({ examples: lenient });
    const threshold = plan.questions[0]?.rubric.threshold;
    expect(outlinePlan(plan, '').questions[0]?.threshold).toBe(threshold);
    const again = parsePlan(JSON.stringify(plan));
    expect(again.ok && hashPlan(again.plan)).toBe(hashPlan(plan));
    expect(hashPlan(plan)).not.toBe(hashPlan(parse({ threshold: 0.6, examples: lenient }).plan));
  });

  test('say how many stand on the right side', () => {
    expect(tellExamples(parse({}).plan)).toEqual([]);
    expect(tellExamples(parse({ threshold: 0.6, examples: lenient }).plan)).toEqual([
      'q: threshold 0.6, with 2 of 3 marked answers on the right side',
    ]);
  });

  test.each([
    ['the same words marked otherwise', { examples: [...lenient, { answer: good.toUpperCase(), score: 0.1 }] }, '[3]'],
    ['only answers that are enough', { examples: lenient.slice(0, 1) }, 'all are enough'],
    ['only answers that are not', { examples: lenient.slice(2) }, 'none is enough'],
    [
      'marks upside down',
      {
        examples: [
          { answer: good, score: 0.1 },
          { answer: wrong, score: 1 },
        ],
      },
      'no threshold tells them apart',
    ],
    [
      'a threshold against them',
      { threshold: 0.95, examples: [...lenient, { answer: 'What references reach is kept.', score: 0.9 }] },
      'left out, it is fitted',
    ],
  ])('warn of %s', (_, rubric, told) => {
    const { warnings } = parse(rubric);
    expect(warnings.map(({ path, message }) => `${path} ${message}`).join('\n')).toContain(told);
  });

  test('are no warning where they agree', () => {
    expect(parse({ examples: strict }).warnings).toEqual([]);
  });

  test('[L6] are at most 200 in a plan, because each is judged when it is read', () => {
    const { plan } = parse({ examples: Array.from({ length: 5 }, () => ({ answer: good, score: 1 })) });
    const read = (count: number) =>
      parsePlan(
        JSON.stringify({
          ...plan,
          questions: Array.from({ length: count }, (_, at) => ({ ...plan.questions[0], id: `q${at}` })),
        }),
      );
    expect(read(40).ok).toBe(true);
    expect(read(41)).toMatchObject({
      ok: false,
      problems: [
        { path: 'questions', message: 'the questions have 205 marked answers together; expected at most 200' },
      ],
    });
  });

  test('[L1] are at most 12, with marks from 0 to 1', () => {
    expect(() => parse({ examples: Array.from({ length: 13 }, () => ({ answer: good, score: 1 })) })).toThrow(
      'examples expected at most 12 items',
    );
    expect(() => parse({ examples: [{ answer: good, score: 5 }] })).toThrow('examples[0].score expected at most 1');
  });
});
