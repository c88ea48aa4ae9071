import type { Clock } from '../../src/clock.ts';
import type { EvaluationRequest, EvaluationResult, Evaluator } from '../../src/evaluators/evaluator.ts';
import { SECRET } from './chaos.plan.ts';
import { evaluationOf } from './evaluator.ts';

/** How one call of the evaluator goes. `laterMs` is on the clock of the test. */
export interface Mood {
  kind: 'good' | 'slow' | 'deaf' | 'silent' | 'fails' | 'gives-up' | 'throws' | 'rejects' | 'twice' | 'nothing';
  laterMs: number;
}

/** Evaluators with moods, and what they said. */
export interface MoodyEvaluators {
  evaluator: Evaluator;
  fallback: Evaluator;
  /** From now on every call is a good one. */
  calm(): void;
  /** The version of every evaluation that was given in time, at first and to somebody who still listened. */
  readonly valid: ReadonlySet<string>;
  readonly moodsSeen: ReadonlySet<string>;
}

/**
 * Create the evaluators of one run. Each evaluation carries the key that it answers as its version.
 *
 * `moodsOf` gives the moods of an interview, taken in turn by its calls; null = always good.
 */
export function createMoodyEvaluators(clock: Clock, moodsOf: (interviewId: string) => Mood[] | null): MoodyEvaluators {
  const callsById = new Map<string, number>();
  const valid = new Set<string>();
  const moodsSeen = new Set<string>();
  let isCalm = false;

  function judge(request: EvaluationRequest, version: string): EvaluationResult {
    const metIds = ['a', 'b'].filter((letter) => request.answer.includes(`+${letter}`)).map((at) => `${SECRET}-${at}`);
    const flags = request.answer.includes('no idea') ? ['non-answer' as const] : [];
    return { ok: true, evaluation: evaluationOf(request, metIds, { flags, evaluator: { id: 'moody', version } }) };
  }

  function nextMood(key: string): Mood {
    const [id = ''] = key.split('/');
    const moods = moodsOf(id);
    if (isCalm || !moods || moods.length === 0) return { kind: 'good', laterMs: 0 };
    const call = callsById.get(id) ?? 0;
    callsById.set(id, call + 1);
    return moods[call % moods.length] as Mood;
  }

  const evaluator: Evaluator = (request, { key, signal }) => {
    const mood = nextMood(key);
    moodsSeen.add(mood.kind);
    const good = () => {
      if (!signal.aborted) valid.add(key);
      return judge(request, signal.aborted ? `${key}/late` : key);
    };
    const later = (isDeaf: boolean) =>
      new Promise<EvaluationResult>((resolve) => {
        const callOff = clock.wake(clock.now() + mood.laterMs, () => resolve(good()));
        if (!isDeaf) signal.addEventListener('abort', callOff, { once: true });
      });
    switch (mood.kind) {
      case 'good':
        return Promise.resolve(good());
      case 'slow':
        return later(false);
      case 'deaf':
        return later(true);
      case 'silent':
        return new Promise(() => {});
      case 'fails':
        return Promise.resolve({ ok: false, code: 'UPSTREAM', isRetryable: true });
      case 'gives-up':
        return Promise.resolve({ ok: false, code: 'REFUSED', isRetryable: false });
      case 'throws':
        throw new Error('the evaluator throws');
      case 'rejects':
        return Promise.reject(new Error('the evaluator rejects'));
      case 'nothing':
        return Promise.resolve(undefined as unknown as EvaluationResult);
      case 'twice': {
        const first = good();
        const second = judge(request, `${key}/second`);
        const thenable = {
          // biome-ignore lint/suspicious/noThenProperty: a promise cannot answer twice, a careless adapter can
          then(answer: (result: EvaluationResult) => void) {
            answer(first);
            answer(second);
          },
        };
        return thenable as unknown as Promise<EvaluationResult>;
      }
    }
  };

  return {
    evaluator,
    // Asked under a key of its own, so it is the same with another count of calls.
    fallback: evaluator,
    calm: () => {
      isCalm = true;
    },
    valid,
    moodsSeen,
  };
}
