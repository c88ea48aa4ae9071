import { describe, expect, it } from 'vitest';
import {
  ANSWER_READ_CHARS_MAX,
  type AnsweredFollowUp,
  answersOf,
  joinAnswers,
  type RubricPoint,
} from '../../src/evaluators/evaluator.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';
import { loadPlanFile } from '../../src/plans/load.ts';

const question = 'What makes an HTTP operation idempotent, and why does it matter for retries?';
const point: RubricPoint = {
  id: 'same',
  text: 'Repeating the request has the same effect on the server as sending it once',
  weight: 1,
  alternatives: [],
};
const prompt = 'What happens on the server if the same request arrives twice?';
const off = 'Bananas are yellow.';

function judge(answer: string, followUps: AnsweredFollowUp[], points = [point]) {
  const request = { question, rubric: { threshold: 0.6, points }, answer, followUps };
  return { ...evaluateRubric(request), joined: joinAnswers(answersOf(request)) };
}

function followedUp(answer: string, points = [point]) {
  return judge(off, [{ prompt, answer }], points);
}

describe('[E9] the limit is each answer’s own', () => {
  const honest = 'Repeating the request has the same effect on the server.';

  it.each([
    ['just within it', 'x '.repeat(ANSWER_READ_CHARS_MAX / 2).slice(1), false],
    ['beyond it', 'x '.repeat(ANSWER_READ_CHARS_MAX), true],
    ['cut within a character', `${'x'.repeat(ANSWER_READ_CHARS_MAX - 1)}😀 and more`, true],
  ])('a follow-up answer is read in full after a first one %s, and its quote is where it says', (_, first, isCut) => {
    const { score, flags, points, joined } = judge(first, [{ prompt: 'And what else?', answer: honest }]);
    expect(score).toBe(judge(honest, []).score);
    expect(score).toBeGreaterThan(0.8);
    expect(flags.includes('too-long')).toBe(isCut);
    expect(points[0]?.evidence).toEqual([{ quote: honest, start: joined.indexOf(honest), end: joined.length }]);
  });

  it('the sixth of six long answers is read', () => {
    const filler = 'x '.repeat(ANSWER_READ_CHARS_MAX / 2);
    const last = `${filler.slice(honest.length + 2)}. ${honest}`;
    const followUps = [filler, filler, filler, filler, last].map((answer) => ({ prompt: 'And what else?', answer }));
    expect(judge(filler, followUps)).toMatchObject({
      score: judge(honest, []).score,
      points: [{ verdict: 'met', evidence: [{ quote: honest }] }],
    });
  });
});

describe('an answer that says nothing', () => {
  const knowing = { ...point, text: 'An operator must not know the key' };

  it.each(['I do not know.', "I don't know.", 'Sorry, I do not know this one.', 'I cannot say.'])(
    'is evidence for nothing: %j',
    (answer) => {
      const { points, flags } = followedUp(answer, [knowing]);
      expect(points[0]).toMatchObject({ coverage: 0, evidence: [] });
      expect(flags).toContain('non-answer');
      expect(judge(answer, [], [knowing]).points[0]?.coverage).toBe(0);
    },
  );

  it('takes nothing from the answers before it, and is not quoted for them', () => {
    const earlier = 'Operators must not see the key.';
    const { points } = judge(earlier, [{ prompt: 'Why?', answer: 'I do not know.' }], [knowing]);
    expect(points[0]?.evidence.map(({ quote }) => quote)).toEqual([earlier]);
    expect(points[0]?.coverage).toBe(judge(earlier, [], [knowing]).points[0]?.coverage);
  });

  it('may be the very word that was asked for', () => {
    const keyword = { ...point, text: 'pass' };
    expect(followedUp('pass', [keyword]).score).toBe(1);
  });
});

describe('the words of a follow-up, said back', () => {
  it.each([
    prompt,
    prompt.toUpperCase(),
    `${prompt} ${prompt}`,
    'the same request arrives twice',
    `${question} ${prompt}`,
  ])('earn no point: %j', (answer) => {
    const { points, flags, needsReview } = followedUp(answer);
    expect(points[0]).toMatchObject({ coverage: 0, evidence: [] });
    expect(flags).toContain('copied-question');
    expect(needsReview).toBe(true);
  });

  it.each([
    'The server: same request, twice, happens, arrives.',
    'Twice arrives request same, the if server on happens what.',
    `Good question. ${prompt}`,
  ])('do not meet a point when they are put together anew: %j', (answer) => {
    expect(followedUp(answer).points[0]?.verdict).not.toBe('met');
  });

  it('earn no point even where the prompt holds a whole wording', () => {
    const given = { ...point, text: 'the same request arrives' };
    expect(followedUp(prompt, [given]).score).toBe(0);
    expect(judge('Then the same request arrives.', [{ prompt, answer: 'Yes.' }], [given]).score).toBe(1);
  });

  it.each([
    'The server ends up in the same state, because repeating the request changes nothing more.',
    'Same effect as sending it once.',
  ])('cost an honest answer nothing: %j', (answer) => {
    const { score, flags } = followedUp(answer);
    // The same words without a prompt that holds some of them.
    expect(score).toBe(judge(off, [{ prompt: 'And what else?', answer }]).score);
    expect(score).toBeGreaterThanOrEqual(0.6);
    expect(flags).not.toContain('copied-question');
  });

  it('cost an honest answer that begins with them only what is copied', () => {
    const answer =
      'If the same request arrives twice, the effect is the effect of sending it once, so repeating does no harm.';
    const { points, flags } = followedUp(answer);
    expect(points[0]?.verdict).toBe('met');
    expect(flags).not.toContain('copied-question');
  });

  it('are an answer where one had to choose among them', () => {
    const methods = { ...point, text: 'PUT and DELETE' };
    const asked = { prompt: 'Which of GET, PUT, POST, PATCH and DELETE change something?', answer: 'DELETE and PUT.' };
    expect(judge(off, [asked], [methods]).points[0]?.verdict).toBe('met');
  });

  it('count in the answers before the follow-up was asked', () => {
    const answer = 'The same request arrives twice on the server, and repeating has no further effect.';
    const before = judge(answer, []).score;
    expect(judge(answer, [{ prompt, answer: 'I do not know.' }]).score).toBe(before);
  });

  it.each(['backend-basics', 'behavioural-star', 'research-shopping-list'])('earn no point of %s', async (name) => {
    const loaded = await loadPlanFile(`examples/plans/${name}.yaml`);
    if (!loaded.ok) throw new Error('the example is refused');
    for (const { text, rubric } of loaded.plan.questions) {
      for (const { id, followUp } of rubric.points) {
        if (followUp === undefined) continue;
        const followUps = [{ prompt: followUp, answer: followUp }];
        const { points } = evaluateRubric({ question: text, rubric, answer: off, followUps });
        expect.soft(points.find((each) => each.id === id)?.verdict, `${id}: ${followUp}`).toBe('not_met');
      }
    }
  });
});
