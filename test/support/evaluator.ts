import {
  answersOf,
  type Evaluation,
  type EvaluationRequest,
  type EvaluationResult,
  type Evaluator,
  joinAnswers,
} from '../../src/evaluators/evaluator.ts';

/** One call which a scripted evaluator has received and which the test answers. */
export interface Call {
  key: string;
  request: EvaluationRequest;
  signal: AbortSignal;
  reply(result: EvaluationResult): void;
  /** Fail in a way that no evaluator should. */
  crash(): void;
}

/** An evaluation in which the named points are met and all others are not. */
export function evaluationOf(
  request: EvaluationRequest,
  metIds: string[],
  extra: Partial<Evaluation> = {},
): Evaluation {
  const { points } = request.rubric;
  const met = points.filter(({ id }) => metIds.includes(id));
  const weightOf = (list: typeof points) => list.reduce((sum, { weight }) => sum + weight, 0);
  const missing = points.find(({ id }) => !metIds.includes(id));
  const score = weightOf(met) / weightOf(points);
  return {
    score,
    confidence: 1,
    needsReview: false,
    flags: [],
    points: points.map(({ id }) => ({
      id,
      verdict: metIds.includes(id) ? 'met' : 'not_met',
      coverage: metIds.includes(id) ? 1 : 0,
      evidence: [],
    })),
    followUp: missing ? { due: true, urgency: 1 - score, pointId: missing.id } : { due: false, urgency: 0 },
    evaluator: { id: 'scripted', version: '1' },
    ...extra,
  };
}

/** An evaluator whose calls wait for the test. */
export function scriptedEvaluator(): { evaluator: Evaluator; calls: Call[]; next(): Promise<Call> } {
  const calls: Call[] = [];
  const waiters: ((call: Call) => void)[] = [];
  let read = 0;
  return {
    calls,
    evaluator: (request, { key, signal }) =>
      new Promise((resolve, reject) => {
        const crash = () => reject(new Error('scripted defect'));
        const call: Call = { key, request, signal, reply: resolve, crash };
        calls.push(call);
        const waiter = waiters.shift();
        if (waiter) {
          read += 1;
          waiter(call);
        }
      }),
    next() {
      const call = calls[read];
      if (call) {
        read += 1;
        return Promise.resolve(call);
      }
      return new Promise((resolve) => waiters.push(resolve));
    },
  };
}

/** An evaluator that meets every point whose id occurs as a word in the answers. */
export const keywordEvaluator: Evaluator = async (request) => ({
  ok: true,
  evaluation: evaluationOf(
    request,
    request.rubric.points.filter(({ id }) => joinAnswers(answersOf(request)).includes(id)).map(({ id }) => id),
  ),
});
