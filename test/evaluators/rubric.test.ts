import { describe, expect, it } from 'vitest';
import type { RubricPoint } from '../../src/evaluators/evaluator.ts';
import { createRubricEvaluator, evaluateRubric } from '../../src/evaluators/rubric.ts';
import { verdictOf } from '../../src/evaluators/scoring.ts';
import { evaluatorContract } from '../contract/evaluator.ts';

evaluatorContract('rubric', createRubricEvaluator);

const question = 'How does a hash table find a value, and what is the cost?';

function point(id: string, text: string, more: Partial<RubricPoint> = {}): RubricPoint {
  return { id, text, weight: 1, alternatives: [], ...more };
}

const points = [
  point('bucket', 'A hash function maps the key to a bucket', {
    weight: 2,
    alternatives: ['the key becomes an array index'],
  }),
  point('cost', 'Lookup takes constant time on average'),
  point('collision', 'Collisions are resolved by chaining or open addressing'),
];

function evaluate(answer: string, change: { points?: RubricPoint[]; threshold?: number; question?: string } = {}) {
  const rubric = { threshold: change.threshold ?? 0.6, points: change.points ?? points };
  return evaluateRubric({ question: change.question ?? question, rubric, answer });
}

function pointOf(answer: string, id: string, change: Parameters<typeof evaluate>[1] = {}) {
  const found = evaluate(answer, change).points.find((each) => each.id === id);
  if (!found) throw new Error(`no point ${id}`);
  return found;
}

describe('coverage', () => {
  it('takes inflected words, typing mistakes and related forms for the word', () => {
    expect(pointOf('Hash functions are mapping keys to buckets.', 'bucket').coverage).toBe(1);
    expect(pointOf('The hash funtcion maps the key to a bukcet.', 'bucket').coverage).toBeGreaterThan(0.85);
    const one = [point('p', 'journal')];
    expect(pointOf('There is a jounral.', 'p', { points: one }).coverage).toBeCloseTo(0.95);
    expect(pointOf('asynchronously', 'p', { points: [point('p', 'asynchrony')] }).coverage).toBeGreaterThanOrEqual(0.8);
    expect(pointOf('They eat it.', 'p', { points: one }).coverage).toBe(0);
  });

  it.each([
    ['sent', 'sending'],
    ['children', 'a child'],
    ['hotter', 'hot'],
    ['the earliest', 'early'],
    ['two', '2'],
    ['criteria', 'a criterion'],
    ['bits', 'a bit'],
    ['bounds', 'bound'],
    ['it leaves', 'leaving'],
    ['lowered', 'lower'],
    ['ones', '1'],
  ])('takes %s for %s, in both directions, because it is a form of it', (form, base) => {
    const covers = (text: string, answer: string) => pointOf(answer, 'p', { points: [point('p', text)] }).coverage;
    expect(covers(form, base)).toBe(1);
    expect(covers(base, form)).toBe(1);
  });

  it.each([
    ['reference', 'refrence'],
    ['terminals', 'termnial'],
  ])('takes %s for %s, although the typing mistake changes the stem', (right, wrong) => {
    expect(pointOf(wrong, 'p', { points: [point('p', right)] }).coverage).toBeCloseTo(0.95);
    expect(pointOf(right, 'p', { points: [point('p', wrong)] }).coverage).toBeCloseTo(0.95);
  });

  it('does not take a short word for one that is a letter away', () => {
    const words = [point('p', 'words')];
    expect(pointOf('It works.', 'p', { points: words }).coverage).toBe(0);
  });

  it.each(['e.g.', 'i.e.', 'E.g.'])('finds no content in %s', (short) => {
    const wholly = [point('p', `Private addresses, ${short} those of a network at home`)];
    expect(pointOf('Private addresses of a network at home', 'p', { points: wholly }).coverage).toBe(1);
    expect(pointOf(`${short} e i g`, 'p', { points: wholly }).coverage).toBe(0);
  });

  it('takes the best of the wordings', () => {
    expect(pointOf('The key is turned into an array index.', 'bucket').verdict).toBe('met');
  });

  it('is high for half of a long point, not for half of a tiny one, and full for all of it', () => {
    const long = [point('p', 'Writers append records to a durable journal before clients receive an acknowledgement')];
    expect(
      pointOf('Append to the durable journal before the client gets its acknowledgement.', 'p', { points: long })
        .coverage,
    ).toBeGreaterThan(0.8);
    expect(
      pointOf('Writers append the records to a durable journal, before clients receive their acknowledgement.', 'p', {
        points: long,
      }).coverage,
    ).toBe(1);
    const tiny = [point('p', 'idempotency key')];
    expect(pointOf('With a key.', 'p', { points: tiny }).verdict).toBe('partial');
    expect(pointOf('Send an idempotency-key header.', 'p', { points: tiny }).coverage).toBe(1);
    expect(pointOf('backpressure', 'p', { points: [point('p', 'back-pressure')] }).coverage).toBe(1);
  });

  it('finds identifiers whole and in parts, in both directions', () => {
    const asks = (text: string, answer: string) => pointOf(answer, 'p', { points: [point('p', text)] }).coverage;
    expect(asks('useEffect cleanup', 'use effect needs a cleanup')).toBe(1);
    expect(asks('use effect cleanup', 'useEffect needs a cleanup')).toBe(1);
    expect(asks('user_id column', 'the userId column')).toBe(1);
    expect(asks('constructor injection', 'I use constructor injection')).toBe(1);
    expect(asks('templates in C++', 'templates in C++')).toBe(1);
    expect(verdictOf(asks('templates in C++', 'templates in C'))).toBe('partial');
  });

  it('keeps numbers and does not take one for another', () => {
    const port = [point('p', 'port 5432')];
    expect(pointOf('It is on port 5432.', 'p', { points: port }).coverage).toBe(1);
    expect(pointOf('It is on port 5433.', 'p', { points: port }).verdict).toBe('partial');
    expect(pointOf('1000 of them', 'p', { points: [point('p', '1,000')] }).coverage).toBe(1);
  });

  it.each([
    ["don't", 'do not'],
    ['isn’t', 'is not'],
    ['cannot', 'can not'],
    ["won't", 'will not'],
  ])('takes %s for %s, in both directions', (short, long) => {
    const covers = (text: string, answer: string) => pointOf(answer, 'p', { points: [point('p', text)] }).coverage;
    for (const [asked, said] of [
      [short, long],
      [long, short],
      [short, short],
      [long, long],
    ]) {
      expect(covers(`consumers ${asked} block`, `a consumer ${said} block`)).toBe(1);
      expect(covers(`consumers ${asked} block`, 'consumers block')).toBeLessThan(0.8);
    }
    expect(pointOf('blocks', 'p', { points: [point('p', `consumers ${short} block`)] }).reason).toBe(
      'Found: block (turned round by a negation). Not found: consumers, not.',
    );
  });

  it('[E12] takes a related word for some of the word, but never many of them for a point', () => {
    const related = pointOf('Information gets stored on disks.', 'p', {
      points: [point('p', 'Data is saved to disk')],
    });
    const exact = pointOf('Data gets saved on disks.', 'p', { points: [point('p', 'Data is saved to disk')] });
    expect(related.coverage).toBeGreaterThan(
      pointOf('Disks.', 'p', { points: [point('p', 'Data is saved to disk')] }).coverage,
    );
    expect(related.coverage).toBeLessThan(exact.coverage);
    expect(related.reason).toMatch(/^Found: disk\. Related: data \(information\)/);
    const loose = pointOf('petition solicitation demand appeal', 'p', {
      points: [point('p', 'request order claim question')],
    });
    expect(loose.verdict).toBe('not_met');
  });

  it('counts words that several points share for less, because they tell no point from another', () => {
    const reads = point('reads', 'An index on the table makes queries faster');
    const writes = point('writes', 'An index on the table costs memory');
    const answer = 'An index on a table costs memory.';
    const both = evaluate(answer, { points: [reads, writes] }).points;
    expect(both[1]?.verdict).toBe('met');
    expect(both[0]?.verdict).not.toBe('met');
    expect(pointOf(answer, 'reads', { points: [reads] }).coverage).toBeGreaterThan(both[0]?.coverage ?? 1);
  });

  it('takes what is usually shortened for its words', () => {
    const covers = (text: string, answer: string) => pointOf(answer, 'p', { points: [point('p', text)] }).coverage;
    expect(covers('Kubernetes restarts the container', 'k8s restarts the container')).toBe(1);
    expect(covers('a FIFO queue', 'It is a first in, first out queue.')).toBe(1);
    expect(covers('the least recently used entry', 'the LRU entry')).toBe(1);
  });

  it('gives words said together more than the same words here and there', () => {
    const together = pointOf('There is a hash function, and it maps each key to a bucket.', 'bucket').coverage;
    const apart = pointOf('The bucket with the key to my hash browns has the function of two maps.', 'bucket').coverage;
    expect(apart).toBeLessThan(together);
  });

  it.each([
    ['Consumers block the queue', 'Consumers do not block the queue.'],
    ['Consumers block the queue', 'It is not true that consumers block the queue.'],
    ['Consumers block the queue', 'No consumers block the queue, and nobody waits.'],
    ['Consumers do not block the queue', 'Consumers block the queue.'],
    ['Writers append records to a durable journal', 'Writers never append records to a durable journal.'],
  ])('[E13] takes a point turned round for less, and says so: %s / %s', (text, answer) => {
    const change = { points: [point('p', text)] };
    const turned = evaluate(answer, change);
    expect(turned.flags).toContain('contradiction');
    expect(turned.needsReview).toBe(true);
    expect(turned.score).toBeLessThan(evaluate(`${text}.`, change).score);
    expect(evaluate(`${text}.`, change).flags).not.toContain('contradiction');
    // Who says it rightly beside it has said it.
    expect(evaluate(`${answer} ${text}.`, change).score).toBe(1);
  });

  it('takes a negation alone for nothing, unless it is all that is asked for', () => {
    const negated = [point('p', 'Consumers do not block')];
    expect(pointOf('It is not so.', 'p', { points: negated })).toMatchObject({ coverage: 0, evidence: [] });
    expect(pointOf('It is not.', 'p', { points: [point('p', 'It is not')] }).coverage).toBe(1);
  });

  it('asks for the very words of a wording without content where another one has some', () => {
    const vague = [point('p', 'What they do about it', { alternatives: ['a workaround for the failure'] })];
    const judged = (answer: string) => pointOf(answer, 'p', { points: vague });
    expect(judged('What do you do about that?')).toMatchObject({ coverage: 0 });
    expect(judged('Well.').reason).toBe('None of its words were found: workaround, failure.');
    expect(judged('A workaround for each failure.').verdict).toBe('met');
    expect(judged('I asked what they do about it.').coverage).toBe(1);
  });

  it('works in languages without spaces', () => {
    const chinese = [point('p', '哈希函数把键映射到桶')];
    expect(pointOf('用哈希函数把键映射到一个桶。', 'p', { points: chinese, question: '哈希表怎么查找?' }).verdict).toBe(
      'met',
    );
    expect(pointOf('二叉树是有序的。', 'p', { points: chinese, question: '哈希表怎么查找?' }).verdict).toBe('not_met');
  });

  it('gives a point without any word nothing, and fails nowhere', () => {
    expect(evaluate('???', { points: [point('p', '???')] })).toMatchObject({ score: 0 });
    expect(pointOf('to be or not', 'p', { points: [point('p', 'to be')] }).coverage).toBe(1);
  });

  it.each([
    [1, 'met'],
    [0.6, 'met'],
    [0.59, 'partial'],
    [0.3, 'partial'],
    [0.29, 'not_met'],
  ])('stands at %d for %s', (coverage, verdict) => expect(verdictOf(coverage)).toBe(verdict));
});

describe('evidence', () => {
  it('quotes the sentence that matched best, exactly as it stands', () => {
    const answer =
      'Well, let me think.\nFirst: a “hash function” maps\u200b the key to a bucket! It is 2\u00d7 faster.';
    expect(pointOf(answer, 'bucket').evidence.map(({ quote }) => quote)).toEqual([
      'First: a “hash function” maps\u200b the key to a bucket!',
    ]);
  });

  it('adds the sentences that bring further words, in the order of the answer', () => {
    const answer = 'Lookup is quick. I like tables. On average the time is constant.';
    expect(pointOf(answer, 'cost').evidence.map(({ quote }) => quote)).toEqual([
      'Lookup is quick.',
      'On average the time is constant.',
    ]);
  });

  it('quotes a readable piece of a text without sentences, never half a character', () => {
    const answer = `${'😀'.repeat(400)} ${'word '.repeat(200)}chaining resolves collisions`;
    for (const { quote } of pointOf(answer, 'collision').evidence) {
      expect(quote.length).toBeLessThanOrEqual(300);
      expect(quote.isWellFormed()).toBe(true);
      expect(quote).toContain('chaining');
    }
  });

  it('quotes nothing for a stray word and names the words found and not found', () => {
    const stray = pointOf('The server keeps a table.', 'p', {
      points: [
        point(
          'p',
          'A load balancer takes a dead server out of rotation after failed health checks and sends new traffic elsewhere',
        ),
      ],
    });
    expect(stray.coverage).toBeGreaterThan(0);
    expect(stray.evidence).toEqual([]);
    expect(pointOf('Constant time.', 'cost').reason).toBe('Found: constant, time. Not found: lookup, takes, average.');
    expect(pointOf('No.', 'cost').evidence).toEqual([]);
  });
});

describe('confidence and review', () => {
  it('grows with the distance from the threshold of the rubric', () => {
    const full = points.map(({ text }) => text).join('. ');
    expect(evaluate(full).confidence).toBe(1);
    expect(evaluate('Bananas are yellow.').confidence).toBe(1);
    expect(evaluate(full, { threshold: 1 }).confidence).toBe(1);
    const half = evaluate('A hash function maps the key to a bucket.', { threshold: 0.52 });
    expect(half.score).toBeCloseTo(0.5, 1);
    expect(half.confidence).toBeCloseTo((0.52 - half.score) / 0.52);
    expect(half.needsReview).toBe(true);
  });

  it('is sure of a silent answer', () => {
    expect(evaluate("I don't know")).toMatchObject({ score: 0, confidence: 1, needsReview: false });
  });
});

describe('follow-up', () => {
  it('is proposed about the missing point worth most', () => {
    expect(evaluate('It takes constant time on average to lookup.').followUp).toMatchObject({
      due: true,
      pointId: 'bucket',
    });
    expect(evaluate('A hash function maps the key to a bucket.').followUp).toMatchObject({
      due: true,
      pointId: 'collision',
    });
  });

  it('is not due when the threshold is reached, when all points are met, or after "I do not know"', () => {
    const half = evaluate('A hash function maps the key to a bucket.', { threshold: 0.5 });
    expect(half.followUp).toEqual({ due: false, urgency: 1 - half.score });
    const nearly = evaluate('Constant time on average', { points: points.slice(1, 2), threshold: 0.95 });
    expect(nearly.points[0]?.verdict).toBe('met');
    expect(nearly.score).toBeLessThan(0.95);
    expect(nearly.followUp.due).toBe(false);
    expect(evaluate('Sorry, no idea.').followUp).toEqual({ due: false, urgency: 1 });
  });
});
