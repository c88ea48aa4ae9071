import type { EvaluationRequest, Flag, PointEvaluation, RubricPoint } from '../evaluator.ts';
import { looksLikeInjection } from '../injection.ts';
import { quoteOf, type Readable } from '../readable.ts';
import { evaluateRubric } from '../rubric.ts';
import { splitSentences } from '../sentences.ts';
import { tokenize } from '../tokens.ts';
import { plainLine } from './hidden.ts';
import type { JudgedPoint, Judgement } from './judgement.ts';
import { type QuoteFinder, quoteFinder } from './quotes.ts';

/** What a verdict is worth, 0..1. */
export const coverageByVerdict = { met: 1, partial: 0.5, not_met: 0, contradicted: 0 } as const;

/** Why a person should look at a verdict that a model gave. */
export type Doubt = 'no-quote' | 'quote-is-order' | 'far-from-point' | 'against-evidence';

/** A verdict with its evidence, as far as it holds. */
export interface Verified {
  point: PointEvaluation;
  doubts: Doubt[];
  flags: Flag[];
}

const REASON_CHARS_MAX = 400;
/** Below this coverage by words a quote has nothing of its point: a paraphrase, or a sentence from elsewhere. */
const NEAR_MIN = 0.1;
/** From this coverage by words on, the words of the point are there. */
const SAID_MIN = 0.9;

interface Source {
  request: EvaluationRequest;
  readable: Readable;
  sentences: readonly { start: number; end: number }[];
  find: QuoteFinder;
}

/** Hold what a model says against the answer itself, point by point in the order of the rubric. */
export function verify(request: EvaluationRequest, readable: Readable, judgement: Judgement): Verified[] {
  const source = {
    request,
    readable,
    sentences: splitSentences(readable.text),
    find: quoteFinder(readable),
  };
  const judgedById = new Map(judgement.points.map((judged) => [judged.id, judged]));
  return request.rubric.points.flatMap((point) => {
    const judged = judgedById.get(point.id);
    return judged ? [verifyPoint(source, point, judged)] : [];
  });
}

function verifyPoint(source: Source, point: RubricPoint, { verdict, quote, reason }: JudgedPoint): Verified {
  const span = source.find(quote);
  const said = plainLine(reason, REASON_CHARS_MAX);
  const refused = (doubt: Doubt, why: string, flags: Flag[]): Verified => ({
    point: {
      id: point.id,
      verdict: 'not_met',
      coverage: 0,
      evidence: [],
      reason: `Not counted: ${why}. ${said}`.trim(),
    },
    doubts: [doubt],
    flags,
  });
  if (!span)
    return verdict === 'not_met'
      ? {
          point: { id: point.id, verdict, coverage: 0, evidence: [], ...(said === '' ? {} : { reason: said }) },
          doubts: [],
          flags: [],
        }
      : refused('no-quote', `the model says ${verdict}, and its quote is not in the answer`, ['no-evidence']);
  const around = surroundings(source, span);
  if (verdict !== 'not_met' && looksLikeInjection(around))
    return refused('quote-is-order', 'the quote gives orders to whoever marks it', ['injection']);
  return {
    point: {
      id: point.id,
      verdict,
      coverage: coverageByVerdict[verdict],
      evidence: verdict === 'not_met' ? [] : [quoteOf(source.readable, span)],
      ...(said === '' ? {} : { reason: said }),
    },
    doubts: doubtsOf(source, point, verdict, { around, span }),
    flags: verdict === 'contradicted' ? ['contradiction'] : [],
  };
}

/** The sentences that a quote stands in. */
function surroundings({ readable, sentences }: Source, { start, end }: { start: number; end: number }): string {
  const touched = sentences.filter((sentence) => sentence.start < end && start < sentence.end);
  return readable.text.slice(touched[0]?.start ?? start, touched.at(-1)?.end ?? end);
}

function doubtsOf(
  { request, readable }: Source,
  point: RubricPoint,
  verdict: JudgedPoint['verdict'],
  { around, span }: { around: string; span: { start: number; end: number } },
): Doubt[] {
  const { question, rubric } = request;
  const [byWords] = evaluateRubric({ question, rubric: { ...rubric, points: [point] }, answer: around }).points;
  const near = byWords?.coverage ?? 0;
  if (verdict === 'not_met' && near >= SAID_MIN) return ['against-evidence'];
  // A quote of grammar alone could be taken from anywhere.
  const isBare = tokenize(readable.text.slice(span.start, span.end)).every(({ isFunction }) => isFunction);
  return verdict !== 'not_met' && (isBare || near < NEAR_MIN) ? ['far-from-point'] : [];
}
