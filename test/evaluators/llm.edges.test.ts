import { describe, expect, it, onTestFinished, test, vi } from 'vitest';
import type { EvaluationRequest, EvaluationResult } from '../../src/evaluators/evaluator.ts';
import { createBudget } from '../../src/evaluators/llm/budget.ts';
import { createCall } from '../../src/evaluators/llm/calls.ts';
import { openEndpoint } from '../../src/evaluators/llm/endpoint.ts';
import { openLlmEvaluator } from '../../src/evaluators/llm/open.ts';
import { quoteFinder } from '../../src/evaluators/llm/quotes.ts';
import { waitAsked } from '../../src/evaluators/llm/ratelimit.ts';
import { readableOf } from '../../src/evaluators/readable.ts';
import { type Behaviour, complete, honest, modelServer, sayAll } from '../support/model.server.ts';

// Where what a model says, and what it is asked through, comes near to a limit: rules E15 to E31 of PROTOCOL.md.

const good = 'A hash function maps the key to a bucket. Lookup takes constant time on average.';
const request: EvaluationRequest = {
  question: 'How does a hash table find a value, and what is the cost?',
  rubric: {
    threshold: 0.75,
    points: [
      { id: 'bucket', text: 'A hash function maps the key to a bucket', weight: 2, alternatives: [] },
      { id: 'cost', text: 'Lookup takes constant time on average', weight: 1, alternatives: [] },
    ],
  },
  answer: good,
};
const nothingMet: Behaviour = ({ points }, response) => complete(response, sayAll(points, 'not_met', ''));
/** It ends on the threshold's side of nothing, so further judgements are asked for. */
const borderline: Behaviour = ({ data }, response) =>
  complete(response, {
    points: [
      { id: 'bucket', quote: data.answer.slice(0, 40), reason: 'a', verdict: 'partial' },
      { id: 'cost', quote: 'Lookup takes constant time', reason: 'b', verdict: 'met' },
    ],
    flags: [],
  });

let keys = 0;
function options(signal = new AbortController().signal) {
  keys += 1;
  return { key: `edge-${keys}/q1/1`, signal };
}

function evaluationOf(result: EvaluationResult) {
  if (!result.ok) throw new Error(`expected an evaluation, got ${result.code}`);
  return result.evaluation;
}

async function judgedBy(behave: Behaviour, change: Partial<EvaluationRequest> = {}) {
  const { settings, asked } = await modelServer(behave);
  const result = await openLlmEvaluator(settings)({ ...request, ...change }, options());
  return { asked, evaluation: evaluationOf(result) };
}

function find(answers: string[], quote: string): string | null {
  const readable = readableOf(answers);
  const span = quoteFinder(readable)(quote);
  return span && readable.text.slice(span.start, span.end);
}

describe('quotes', () => {
  it.each([
    ['over the end of one answer into the next', ['It takes constant', 'time, I think.'], 'constant time'],
    ['a part of a word', ['I would start over.'], 'art'],
    ['a word without its accent', ['In a cafe\u0301 somewhere.'], 'a cafe'],
    ['a letter of nearly any text', ['Something else.'], 'e'],
    ['more than a quote', [`${'long '.repeat(300)}`], `${'long '.repeat(299)}`],
  ])('[E15] is none: %s', (_, answers, quote) => {
    expect(find(answers, quote)).toBeNull();
  });

  it.each([
    ['an accent that was typed by itself', ['Une ide\u0301e claire.'], 'id\u00e9e', 'ide\u0301e'],
    ['an accent that the model takes apart', ['Une id\u00e9e claire.'], 'ide\u0301e', 'id\u00e9e'],
    ['syllables that the model takes apart', ['상수 시간'], '상수'.normalize('NFD'), '상수'],
    ['a capital that is two when small', ['\u0130stanbul is far.'], '\u0130STANBUL', '\u0130stanbul'],
    ['a script without spaces', ['重复请求对服务器的影响'], '请求对服务器', '请求对服务器'],
    ['the whole word after a part of one', ['Started with art.'], 'art', 'art'],
    ['fillers that nobody sees', ['con\u3164stant\u{1d173} time'], 'constant time', 'con\u3164stant\u{1d173} time'],
    ['what stands after emoji', ['👩‍👩‍👧 constant 🏳️‍🌈 time'], 'constant 🏳️‍🌈 time', 'constant 🏳️‍🌈 time'],
    ['the second of two answers', ['First.', 'Second one.'], 'second ONE', 'Second one'],
    ['one that breaks off at its limit', [`${'word '.repeat(30)}something`], `${'word '.repeat(30)}some`, null],
  ])('[E15] is found: %s', (_, answers, quote, written) => {
    expect(find(answers, quote)).toBe(written ?? quote);
  });

  it('[E3] stands where the evaluation says after an answer of which only a part is read', async () => {
    const answer = 'x'.repeat(25_000);
    const { evaluation } = await judgedBy(
      ({ points }, response) => complete(response, sayAll(points, 'met', 'Constant time')),
      { answer, followUps: [{ prompt: 'More?', answer: 'It is constant time.' }] },
    );
    const evidence = evaluation.points[0]?.evidence[0];
    expect(`${answer}\n\nIt is constant time.`.slice(evidence?.start, evidence?.end)).toBe('constant time');
  });

  it('[E15] is looked for in a text of millions of characters and gaps, each looked at once', () => {
    expect(find(Array.from({ length: 200 }, () => 'a '.repeat(10_000)).concat('found it'), 'FOUND it')).toBe(
      'found it',
    );
  });

  it('[E17] of grammar alone asks for a person, also beside the words of its point', async () => {
    const { threshold, points } = request.rubric;
    const { evaluation } = await judgedBy(
      ({ points: all }, response) => complete(response, sayAll(all, 'met', 'to a')),
      {
        rubric: { threshold, points: points.slice(0, 1) },
      },
    );
    expect(evaluation).toMatchObject({ score: 1, needsReview: true, model: { doubts: ['far-from-point'] } });
  });

  it.each([
    ['stuffing', 'hash function maps key bucket lookup takes constant time average hash key bucket lookup'],
    ['copied-question', request.question],
  ])('[E21] of what the candidate put there for it asks for a person: %s', async (flag, answer) => {
    const { evaluation } = await judgedBy(({ points }, response) => complete(response, sayAll(points, 'met', answer)), {
      answer,
    });
    expect(evaluation.flags).toContain(flag);
    expect(evaluation.needsReview).toBe(true);
  });

  it('[E17] of a statement turned round asks for a person, though the model takes it for said', async () => {
    const answer = 'A hash function never maps the key to a bucket. Lookup takes constant time on average.';
    const { evaluation } = await judgedBy(
      ({ points }, response) =>
        complete(response, {
          points: points.map(({ id }, index) => ({
            id,
            quote: answer.split('. ')[index] ?? '',
            reason: '',
            verdict: 'met',
          })),
          flags: [],
        }),
      { answer },
    );
    expect(evaluation).toMatchObject({ needsReview: true, model: { doubts: ['turned-round'] } });
  });
});

describe('verdicts', () => {
  it('[E17] of the contrary count nothing, show their quote and ask for a person', async () => {
    const { evaluation } = await judgedBy(
      ({ points }, response) => complete(response, sayAll(points, 'contradicted', 'constant time')),
      { answer: 'It is never constant time.' },
    );
    expect(evaluation).toMatchObject({
      score: 0,
      needsReview: true,
      points: [
        { verdict: 'contradicted', coverage: 0, evidence: [{ quote: 'constant time' }] },
        { verdict: 'contradicted', coverage: 0 },
      ],
    });
    expect(evaluation.flags).toContain('contradiction');
  });

  it('[E17] that are far from what word matching says ask for a person, though nothing else does', async () => {
    const { evaluation } = await judgedBy(nothingMet);
    expect(evaluation).toMatchObject({ score: 0, needsReview: true, model: { doubts: [], scoreByWords: 1 } });
    const near = await judgedBy(nothingMet, { answer: 'It keeps bananas in a long list and looks at each of them.' });
    expect(near.evaluation).toMatchObject({ score: 0, needsReview: false });
  });

  it('[E14] are believed of flags only in the words that there are, and by most judgements', async () => {
    const remarks = [['off-topic', 'hedging', 'too-long', 'saint'], ['off-topic'], []];
    const { asked, evaluation } = await judgedBy((one, response, nth) => {
      const { points } = honest({ ...one, data: { answer: good } });
      const said = points.map((point) => (point.id === 'bucket' ? { ...point, verdict: 'partial' } : point));
      complete(response, { points: said, flags: remarks[nth - 1] ?? [] });
    });
    expect(asked).toHaveLength(3);
    expect(evaluation.flags).toContain('off-topic');
    expect(evaluation.flags).not.toContain('hedging');
    expect(evaluation.flags).not.toContain('too-long');
    expect(evaluation.flags).not.toContain('saint');
  });

  it('[E20] of two judgements the stricter one holds where the third comes to nothing', async () => {
    const { evaluation } = await judgedBy((one, response, nth) => {
      if (nth === 1) borderline(one, response, nth);
      else if (nth === 2) complete(response, honest(one));
      else complete(response, 'no', undefined);
    });
    expect(evaluation).toMatchObject({ score: 2 / 3, needsReview: true, model: { scores: [2 / 3, 1] } });
  });
});

describe('what an endpoint writes', () => {
  it('[E21] is kept in one plain line, well formed and not long', async () => {
    const reason = `<b>\u202eone\u0000two\n\ud800three ${'😀'.repeat(400)}`;
    const { settings } = await modelServer(({ points }, response) => {
      const said = sayAll(points, 'not_met', '');
      const text = JSON.stringify({ ...said, points: said.points.map((point) => ({ ...point, reason })) });
      response.setHeader('content-type', 'application/json');
      const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }];
      response.end(JSON.stringify({ id: 'c', created: 1, model: `m\u0000\u202e${'n'.repeat(50_000)}`, choices }));
    });
    const { points, model } = evaluationOf(await openLlmEvaluator(settings)(request, options()));
    const kept = points[0]?.reason ?? '';
    expect(kept).toMatch(/^<b>one two \ufffdthree 😀+…$/u);
    expect(kept.length).toBeLessThanOrEqual(400);
    expect(kept.isWellFormed()).toBe(true);
    expect(model?.answeredBy).toMatch(/^m n{190,197}…$/);
  });

  it('[E18] never is what hides text from people, and neither is what it is given', async () => {
    const answer = `Fine\u3164\u115f\u2800\u{1d173}\ufff9 and\u2028good.`;
    const { asked } = await judgedBy(nothingMet, { answer });
    expect(asked[0]?.data.answer).toBe('Fine\u2800 and good.');
    expect(asked[0]?.prompt.split(/[\n\u2028]/u)).toHaveLength(3);
  });

  it('[E23] is believed of tokens only as far as any call could cost', async () => {
    const { settings } = await modelServer(({ points }, response) =>
      complete(response, sayAll(points, 'not_met', ''), { prompt_tokens: 2 ** 53 - 1, completion_tokens: 2 ** 53 - 1 }),
    );
    const { model } = evaluationOf(await openLlmEvaluator(settings)(request, options()));
    expect(model?.tokens.input).toBeLessThan(2_000);
    expect(model?.tokens.output).toBeLessThan(300);
  });

  it('[E22] is not looked through for a time when it is a header of many thousand digits', () => {
    expect(waitAsked(new Headers({ 'retry-after': `${'1'.repeat(1_000_000)}x` }), 0)).toBe(0);
    expect(waitAsked(new Headers({ 'retry-after': '1h2m3s' }), 0)).toBe(3_600_000);
    expect(waitAsked(new Headers({ 'retry-after': '2m3.5s' }), 0)).toBe(123_500);
  });

  it('[E21] an error that calls itself too large is an error like others', async () => {
    const { settings, asked } = await modelServer((_, response) =>
      response.writeHead(500).end('{"error":{"message":"the response is too large"}}'),
    );
    expect(await openLlmEvaluator(settings)(request, options())).toMatchObject({ code: 'FAILED', isRetryable: true });
    expect(asked).toHaveLength(2);
  });
});

describe('what it may cost', () => {
  it('[E23] a call under way is paid for already, so that two at once cannot spend the same tokens', () => {
    const budget = createBudget(1_000);
    const first = budget.reserve('i', 600, 0);
    expect(first).not.toBeNull();
    expect(budget.reserve('i', 600, 0)).toBeNull();
    expect(budget.reserve('another', 600, 0)).not.toBeNull();
    first?.(300);
    expect(budget.reserve('i', 600, 0)).not.toBeNull();
  });

  it('[E23] what came to nothing comes on top of what the journal tells', () => {
    const budget = createBudget(1_000);
    budget.reserve('i', 100, 700)?.(200);
    expect(budget.reserve('i', 101, 700)).toBeNull();
    expect(budget.reserve('i', 100, 900)).not.toBeNull();
  });

  it('[E23] an evaluation asks no third time when the second judgement spent the rest', async () => {
    const { settings, asked } = await modelServer(borderline);
    const evaluator = openLlmEvaluator({ ...settings, interviewTokensMax: 3_500 });
    const { model, needsReview } = evaluationOf(await evaluator(request, options()));
    expect(asked).toHaveLength(2);
    expect(model).toMatchObject({ calls: 2, doubts: ['too-few-judgements'] });
    expect(needsReview).toBe(true);
  });
});

describe('who gives up', () => {
  it('[E25] leaves nothing behind for who asks next with the same key', async () => {
    const { settings, asked } = await modelServer((one, response, nth) => {
      if (nth > 1) nothingMet(one, response, nth);
      else controller.abort();
    });
    const controller = new AbortController();
    const evaluator = openLlmEvaluator(settings);
    const first = evaluator(request, { key: 'i/a/1', signal: controller.signal });
    await new Promise<void>((resolve) => controller.signal.addEventListener('abort', () => resolve()));
    expect(await evaluator(request, { key: 'i/a/1', signal: new AbortController().signal })).toMatchObject({
      ok: true,
    });
    expect(await first).toMatchObject({ ok: false, code: 'ABORTED' });
    expect(asked).toHaveLength(2);
  });

  it('[E10] need not stay in the row behind a call that does not end', async () => {
    const { promise: isAsked, resolve } = Promise.withResolvers<void>();
    const { settings, asked } = await modelServer(() => resolve());
    const evaluator = openLlmEvaluator({ ...settings, callsMax: 1 });
    const [one, two] = [new AbortController(), new AbortController()];
    const first = evaluator(request, options(one.signal));
    await isAsked;
    const second = evaluator(request, options(two.signal));
    two.abort();
    expect(await second).toMatchObject({ ok: false, code: 'ABORTED', isRetryable: true });
    one.abort();
    expect(await first).toMatchObject({ ok: false, code: 'ABORTED' });
    expect(asked).toHaveLength(1);
  });

  it('[E10] need not wait until the endpoint may be asked again', async () => {
    const { settings } = await modelServer((one, response, nth) => {
      response.setHeader('retry-after-ms', '2900');
      nothingMet(one, response, nth);
    });
    const evaluator = openLlmEvaluator(settings);
    await evaluator(request, options());
    const controller = new AbortController();
    const waiting = evaluator(request, options(controller.signal));
    controller.abort();
    expect(await waiting).toMatchObject({ ok: false, code: 'ABORTED' });
  });
});

describe('time', () => {
  it('[E31] that runs out leaves the first judgement, and asks for a person', async () => {
    const { settings, asked } = await modelServer((one, response, nth) => {
      if (nth === 1) borderline(one, response, nth);
    });
    const result = await openLlmEvaluator(settings)(request, { ...options(), timeLeftMs: 1_000 });
    expect(evaluationOf(result)).toMatchObject({
      score: 2 / 3,
      needsReview: true,
      model: { calls: 3, doubts: ['too-few-judgements'] },
    });
    expect(asked).toHaveLength(3);
  });

  it('[E31] that runs out in the row is told as such, and nothing is asked later', async () => {
    const { promise: isAsked, resolve } = Promise.withResolvers<void>();
    const { settings, asked } = await modelServer(() => resolve());
    const evaluator = openLlmEvaluator({ ...settings, callsMax: 1 });
    const one = new AbortController();
    const first = evaluator(request, options(one.signal));
    await isAsked;
    const second = await evaluator(request, { ...options(), timeLeftMs: 100 });
    expect(second).toMatchObject({ ok: false, code: 'TIMEOUT', isRetryable: true, tokens: 0 });
    one.abort();
    await first;
    expect(asked).toHaveLength(1);
  });

  it('[E22] that the machine gives counts as well: five calls without an answer in it, and none is made', async () => {
    const { settings, asked } = await modelServer(() => {});
    const evaluator = openLlmEvaluator({ ...settings, timeoutMs: 60_000 });
    for (let nth = 0; nth < 5; nth++)
      expect(await evaluator(request, { ...options(), timeLeftMs: 100 })).toMatchObject({ code: 'TIMEOUT' });
    expect(await evaluator(request, { ...options(), timeLeftMs: 100 })).toMatchObject({ code: 'UNAVAILABLE' });
    expect(asked).toHaveLength(5);
  });
});

describe('the endpoint', () => {
  const messages = { system: 's\n{"question":"q","rubric":[]}', prompt: 'm\n{"answer":""}\nm' };
  const limits = { timeoutMs: 10_000, concurrency: 2, patienceMs: 3_000, failuresMax: 5, breakMs: 60_000 };

  it('[E22] is left alone when it asks for that while somebody waits already', async () => {
    const { settings, asked } = await modelServer(nothingMet);
    const waits = [20, 60_000];
    const endpoint = { ...openEndpoint(settings, Date.now), closedUntil: () => Date.now() + (waits.shift() ?? 60_000) };
    const call = createCall(endpoint, limits, Date.now);
    const called = await call(messages, { signal: new AbortController().signal, outputTokensMax: 100 });
    expect(called).toMatchObject({ ok: false, code: 'RATE_LIMITED', isRetryable: false });
    expect(asked).toHaveLength(0);
  });

  it('[E22] is not asked in another form either, while it wants to be left alone', async () => {
    const { settings, asked } = await modelServer((_, response) =>
      response.writeHead(400, { 'retry-after': '60' }).end('{}'),
    );
    expect(await openLlmEvaluator(settings)(request, options())).toMatchObject({ code: 'RATE_LIMITED' });
    expect(asked).toHaveLength(1);
  });

  it('[E22] that fails is counted on while others give up', async () => {
    const { settings, asked } = await modelServer((_, response, nth) => {
      if (nth === 3) controller.abort();
      else response.writeHead(503).end('{}');
    });
    const controller = new AbortController();
    const call = createCall(openEndpoint(settings, Date.now), limits, Date.now);
    const ask = (signal = new AbortController().signal) => call(messages, { signal, outputTokensMax: 100 });
    expect(await ask()).toMatchObject({ code: 'FAILED' });
    expect(await ask(controller.signal)).toMatchObject({ code: 'ABORTED' });
    expect(await ask()).toMatchObject({ code: 'FAILED' });
    expect(await ask()).toMatchObject({ code: 'UNAVAILABLE' });
    expect(asked).toHaveLength(6);
  });

  it('[E27] that refuses one request and then fails keeps its schema', async () => {
    const { settings, asked } = await modelServer((one, response, nth) => {
      if (nth === 1) response.writeHead(400).end('{}');
      else if (nth === 2) response.writeHead(429).end('{}');
      else nothingMet(one, response, nth);
    });
    const evaluator = openLlmEvaluator(settings);
    expect(await evaluator(request, options())).toMatchObject({ ok: false });
    expect(await evaluator(request, options())).toMatchObject({ ok: true });
    expect(asked.map(({ body }) => 'response_format' in body)).toEqual([true, false, true]);
  });

  test.each([
    ['openai', 'OPENAI_BASE_URL', 'https://api.openai.com/'],
    ['anthropic', 'ANTHROPIC_BASE_URL', 'https://api.anthropic.com/'],
    ['google', 'GOOGLE_GENERATIVE_AI_BASE_URL', 'https://generativelanguage.googleapis.com/'],
  ])('[E26] no variable but those of the service says where the key goes: %s', async (url, name, address) => {
    vi.stubEnv(name, 'http://127.0.0.1:9/v1');
    const seen: string[] = [];
    vi.stubGlobal('fetch', async (input: URL | string) => {
      seen.push(String(input));
      return new Response('{}', { status: 401 });
    });
    onTestFinished(() => {
      vi.unstubAllEnvs();
      vi.unstubAllGlobals();
    });
    const evaluator = openLlmEvaluator({
      url,
      model: 'm',
      key: 'k-1',
      timeoutMs: 10_000,
      callsMax: 1,
      interviewTokensMax: 100_000,
    });
    expect(await evaluator(request, options())).toMatchObject({ code: 'REFUSED' });
    expect(seen.length).toBeGreaterThan(0);
    for (const one of seen) expect(one).toMatch(new RegExp(`^${address}`));
  });

  it('[E20] of which the further judgements come to nothing leaves one that a person should look at', async () => {
    const { settings } = await modelServer((one, response, nth) => {
      if (nth === 1) borderline(one, response, nth);
      else complete(response, { ...honest(one), leaked: one.canary });
    });
    const { model, needsReview } = evaluationOf(await openLlmEvaluator(settings)(request, options()));
    expect(model).toMatchObject({ calls: 3, scores: [2 / 3], doubts: ['too-few-judgements'] });
    expect(needsReview).toBe(true);
  });
});
