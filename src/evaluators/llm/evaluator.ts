import { hash } from 'node:crypto';
import type { Evaluation, EvaluationRequest, Evaluator, Flag, ModelUse } from '../evaluator.ts';
import { answersOf, flags as vocabulary } from '../evaluator.ts';
import { reviewFlags } from '../guards.ts';
import { readableOf } from '../readable.ts';
import { evaluateRubric } from '../rubric.ts';
import { summarize } from '../scoring.ts';
import type { Budget } from './budget.ts';
import { type Call, type CallFailure, estimateTokens, type Tokens } from './calls.ts';
import type { Endpoint } from './endpoint.ts';
import { type Judgement, modelFlags, problemsOf } from './judgement.ts';
import { medianOf } from './median.ts';
import { promptUsed, toMessages, type Wrapping } from './prompt.ts';
import { type Verified, verify } from './verify.ts';

const evaluator = { id: 'llm', version: '1' };

/** So near to the threshold, as a share of the scale, a score is asked for again. */
const BORDER = 0.15;
/** How often a borderline answer is judged, so that there is a middle one. */
const BORDER_RUNS = 3;
/** A difference of scores, 0..1, from which two opinions are no longer one. */
const DISAGREEMENT_MIN = 0.5;
const SPREAD_MIN = 0.25;
/** What a judgement may cost in words, by point and around them. Units: tokens. */
const OUTPUT_TOKENS_PER_POINT = 200;
const OUTPUT_TOKENS_BASE = 300;
/** So much earlier than asked for an evaluation ends, so that it is told what it cost, and what it found until then. */
const SPARE_MS = 1_000;
const SPARE_SHARE = 0.1;
/** Results that are remembered by key, so that asking twice with one key is one evaluation. */
const REMEMBERED_MAX = 500;

/** What the embedded evaluator knows of an answer by looking at its letters, better than a model. */
const seenFlags: readonly Flag[] = vocabulary.filter(
  (flag) =>
    !['off-topic', 'hedging', 'contradiction', 'no-evidence', 'unsupported-language', 'degraded'].includes(flag),
);

export interface LlmDeps {
  endpoint: Pick<Endpoint, 'provider' | 'name'>;
  call: Call;
  budget: Budget;
  /** Per million tokens, in the currency of whoever set it; absent = the cost is not told. */
  prices?: Tokens | undefined;
  /** Units: ms since 1970 UTC. */
  now: () => number;
  /** A random word, as long as nobody can guess it. */
  newWord: () => string;
}

/** What was spent on one evaluation. */
interface Spending {
  calls: number;
  tokens: Tokens;
  answeredBy: string;
}

type Judged = { ok: true; points: Verified[]; flags: string[] } | { ok: false; code: LlmFailure; isRetryable: boolean };
type LlmFailure = CallFailure | 'BUDGET_SPENT' | 'CANARY_LEAKED';

/**
 * An evaluator that lets a model judge each point of the rubric, and believes only what it can check: every quote has to
 * stand in the answer, and score, confidence and follow-up are computed here. The embedded evaluator looks at the same
 * answer; where the two are far apart, a person should look.
 *
 * Errors, as values: those of `CallFailure`; CANARY_LEAKED when the model told what it was told not to; BUDGET_SPENT.
 */
export function createLlmEvaluator(deps: LlmDeps): Evaluator {
  const resultsByKey = new Map<string, ReturnType<Evaluator>>();
  return (request, options) => {
    const known = resultsByKey.get(options.key);
    if (known) return known;
    const result = evaluate(deps, request, options);
    resultsByKey.set(options.key, result);
    const forget = () => {
      if (resultsByKey.get(options.key) === result) resultsByKey.delete(options.key);
    };
    // What one asker gave up must not be the answer for the next.
    options.signal.addEventListener('abort', forget, { once: true });
    for (const oldest of resultsByKey.keys()) {
      if (resultsByKey.size <= REMEMBERED_MAX) break;
      resultsByKey.delete(oldest);
    }
    // A failure may be asked again.
    result
      .then(({ ok }) => ok || forget())
      .catch(forget)
      .finally(() => options.signal.removeEventListener('abort', forget));
    return result;
  };
}

async function evaluate(
  deps: LlmDeps,
  request: EvaluationRequest,
  { key, signal, tokensSpent = 0, timeLeftMs }: Parameters<Evaluator>[1],
): ReturnType<Evaluator> {
  const byWords = evaluateRubric(request);
  // Nothing was said: there is nothing to ask a model about.
  if (byWords.flags.includes('empty')) return { ok: true, evaluation: byWords };
  const [interviewId = ''] = key.split('/');
  const spending: Spending = { calls: 0, tokens: { input: 0, output: 0 }, answeredBy: '' };
  const dueAt =
    timeLeftMs === undefined ? undefined : deps.now() + timeLeftMs - Math.min(SPARE_MS, SPARE_SHARE * timeLeftMs);
  const judge = () => judgeOnce(deps, request, { interviewId, signal, tokensSpent, spending, dueAt });
  const first = await judge();
  const tokens = () => spending.tokens.input + spending.tokens.output;
  if (!first.ok) return { ok: false, code: first.code, isRetryable: first.isRetryable, tokens: tokens() };
  const runs = [first];
  if (isBorderline(request, first.points)) {
    // At once, because a person waits. Where one fails, the others are what there is.
    const further = await Promise.all(Array.from({ length: BORDER_RUNS - 1 }, judge));
    runs.push(...further.filter((run) => run.ok));
  }
  return { ok: true, evaluation: conclude(deps, request, { byWords, runs, spending }) };
}

/** One judgement; an output that does not have its form is asked for once more. */
async function judgeOnce(
  { call, budget, newWord }: LlmDeps,
  request: EvaluationRequest,
  context: {
    interviewId: string;
    signal: AbortSignal;
    tokensSpent: number;
    spending: Spending;
    dueAt: number | undefined;
  },
): Promise<Judged> {
  const { interviewId, signal, tokensSpent, spending, dueAt } = context;
  const readable = readableOf(answersOf(request));
  const parts = readable.parts.map(({ start, end }) => readable.text.slice(start, end));
  const outputTokensMax = OUTPUT_TOKENS_BASE + OUTPUT_TOKENS_PER_POINT * request.rubric.points.length;
  let problems: string[] = [];
  for (let attempt = 0; attempt < 2; attempt++) {
    const wrapping: Wrapping = { marker: newWord(), canary: newWord() };
    const messages = toMessages(request, parts, wrapping, problems);
    const expected = estimateTokens(messages.system + messages.prompt) + outputTokensMax;
    const settle = budget.reserve(interviewId, expected, tokensSpent);
    if (!settle) return { ok: false, code: 'BUDGET_SPENT', isRetryable: false };
    const called = await call(messages, { signal, outputTokensMax, ...(dueAt === undefined ? {} : { dueAt }) });
    note(spending, called.tokens);
    settle(called.tokens.input + called.tokens.output);
    if (tells(called, wrapping.canary)) return { ok: false, code: 'CANARY_LEAKED', isRetryable: false };
    if (!called.ok && called.code !== 'INVALID_OUTPUT') return called;
    if (called.ok) {
      spending.answeredBy = called.answeredBy;
      problems = problemsOf(called.judgement, request.rubric.points);
      if (problems.length === 0) return toJudged(request, readable, called.judgement);
    } else problems = ['it was not a JSON object of the form that was asked for'];
  }
  return { ok: false, code: 'INVALID_OUTPUT', isRetryable: false };
}

/** Does an output hold a word, however it is written: in capitals, with gaps, escaped? */
function tells(called: Awaited<ReturnType<Call>>, word: string): boolean {
  const texts = [called.text ?? '', called.ok ? JSON.stringify(called.judgement) : ''];
  return texts.some((text) =>
    text
      .toLowerCase()
      .replace(/[^0-9a-z]/g, '')
      .includes(word),
  );
}

function toJudged(request: EvaluationRequest, readable: Parameters<typeof verify>[1], judgement: Judgement): Judged {
  return { ok: true, points: verify(request, readable, judgement), flags: judgement.flags };
}

function note(spending: Spending, { input, output }: Tokens): void {
  spending.calls++;
  spending.tokens = { input: spending.tokens.input + input, output: spending.tokens.output + output };
}

function scoreOf(request: EvaluationRequest, points: readonly Verified[]): number {
  return summarize(
    request,
    points.map(({ point }) => point),
    [],
  ).score;
}

function isBorderline(request: EvaluationRequest, points: readonly Verified[]): boolean {
  return Math.abs(scoreOf(request, points) - request.rubric.threshold) <= BORDER;
}

function conclude(
  { endpoint, prices }: LlmDeps,
  request: EvaluationRequest,
  { byWords, runs, spending }: { byWords: Evaluation; runs: Extract<Judged, { ok: true }>[]; spending: Spending },
): Evaluation {
  const judged = medianOf(runs.map(({ points }) => points));
  const points = judged.map(({ point }) => point);
  const said = new Set<string>([
    ...byWords.flags.filter((flag) => seenFlags.includes(flag)),
    ...modelFlags.filter((flag) => runs.filter(({ flags }) => flags.includes(flag)).length * 2 > runs.length),
    ...judged.flatMap(({ flags }) => flags),
  ]);
  const found = vocabulary.filter((flag) => said.has(flag));
  const summary = summarize(request, points, found);
  const scores = runs.map((run) => scoreOf(request, run.points));
  const spread = Math.max(...scores) - Math.min(...scores);
  // Where further judgements came to nothing, the first is one that nobody would have been content with.
  const isLonely = runs.length < BORDER_RUNS && runs.some((run) => isBorderline(request, run.points));
  const isTurned = byWords.flags.includes('contradiction') && !found.includes('contradiction') && summary.score > 0;
  const doubts = [
    ...new Set([
      ...judged.flatMap((point) => point.doubts),
      ...(isLonely ? ['too-few-judgements'] : []),
      ...(isTurned ? ['turned-round'] : []),
    ]),
  ];
  const isDisputed = Math.abs(summary.score - byWords.score) > DISAGREEMENT_MIN;
  return {
    ...summary,
    needsReview:
      summary.needsReview ||
      isDisputed ||
      doubts.length > 0 ||
      spread >= SPREAD_MIN ||
      found.some((flag) => reviewFlags.has(flag)),
    flags: found,
    points,
    evaluator,
    model: {
      provider: endpoint.provider,
      name: endpoint.name,
      answeredBy: spending.answeredBy,
      prompt: promptUsed,
      rubricHash: hash('sha256', JSON.stringify([request.question, request.rubric])),
      ...costsOf(spending, prices),
      scores,
      scoreByWords: byWords.score,
      doubts,
    },
  };
}

function costsOf({ calls, tokens }: Spending, prices: Tokens | undefined): Pick<ModelUse, 'calls' | 'tokens' | 'cost'> {
  const cost = prices && (tokens.input * prices.input + tokens.output * prices.output) / 1_000_000;
  return { calls, tokens, ...(cost === undefined ? {} : { cost }) };
}
