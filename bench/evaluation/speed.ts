import { ANSWER_READ_CHARS_MAX, RUBRIC_CHARS_MAX, type Rubric } from '../../src/evaluators/evaluator.ts';
import { evaluateRubric } from '../../src/evaluators/rubric.ts';

/** What one evaluation costs. Units: milliseconds. */
export interface Speed {
  name: string;
  target: number;
  medianMs: number;
  worstMs: number;
  /** The median of what the thread itself was busy: on a machine with other work the one figure that can be compared. */
  busyMs: number;
}

const RUNS = 40;
const question = 'How does a service stay correct when requests are repeated and consumers fail?';
const clauses = [
  'the coordinator collects commit confirmations from connected consumers before it acknowledges',
  'a client retries after a timeout because it cannot know whether the server processed the request',
  'an idempotency key lets the server recognise duplicates and return the stored response',
  'consumers commit offsets after processing, so a crash repeats messages instead of losing them',
  'a circuit breaker stops calls to a failing dependency and probes it again after a pause',
];

/** Measure an ordinary answer and the answers that cost most within the limits. */
export function measureSpeed(): Speed[] {
  const small = toRubric(clauses.map((text) => [text]));
  const large = toRubric(
    fill(clauses.join('. '), RUBRIC_CHARS_MAX)
      .match(/.{1,200}/gs)
      ?.map((text) => [text]) ?? [],
  );
  const ordinary = fill(`${clauses.join('. ')}. Well, in our team we had just this when the queue was slow. `, 1_900);
  const inputs: [name: string, rubric: Rubric, answer: string, target: number][] = [
    ['300 words, 5 points', small, ordinary, 5],
    ['20,000 characters of prose, rubric at its limit', large, fill(ordinary, ANSWER_READ_CHARS_MAX), 50],
    ['4,000 different words, rubric at its limit', large, differentWords(), 50],
    ['4,000 words that begin alike, rubric at its limit', large, wordsAlike(), 50],
    ['20,000 full stops', large, '.'.repeat(ANSWER_READ_CHARS_MAX), 50],
    ['20,000 combining marks', large, '\u0301'.repeat(ANSWER_READ_CHARS_MAX), 50],
    ['20,000 ideographs', large, fill('数据库索引', ANSWER_READ_CHARS_MAX), 50],
    ['300,000 characters, cut', large, fill(ordinary, 300_000), 50],
  ];
  return inputs.map(([name, rubric, answer, target]) => {
    for (let run = 0; run < 5; run++) evaluateRubric({ question, rubric, answer });
    const times: number[] = [];
    const busy: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const [startedAt, before] = [performance.now(), process.threadCpuUsage()];
      evaluateRubric({ question, rubric, answer });
      const { user, system } = process.threadCpuUsage(before);
      times.push(performance.now() - startedAt);
      busy.push((user + system) / 1_000);
    }
    const [sorted, sortedBusy] = [times, busy].map((list) => list.sort((a, b) => a - b));
    return {
      name,
      target,
      medianMs: sorted?.[RUNS / 2] ?? 0,
      worstMs: sorted?.at(-1) ?? 0,
      busyMs: sortedBusy?.[RUNS / 2] ?? 0,
    };
  });
}

function toRubric(wordings: readonly string[][]): Rubric {
  return {
    threshold: 0.6,
    points: wordings.map(([text = '', ...alternatives], index) => ({ id: `p${index}`, text, weight: 1, alternatives })),
  };
}

function fill(text: string, chars: number): string {
  return text.repeat(Math.ceil(chars / text.length)).slice(0, chars);
}

function letters(index: number): string {
  return index.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
}

function differentWords(): string {
  return Array.from({ length: 4_000 }, (_, index) => letters(index * 7919).padStart(4, 'e')).join(' ');
}

function wordsAlike(): string {
  return Array.from({ length: 2_200 }, (_, index) => `co${letters(index).padStart(6, 'm')}`).join(' ');
}
