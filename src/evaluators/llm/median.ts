import type { Verdict } from '../../../machines/interview.ts';
import type { Verified } from './verify.ts';

const ranks: Record<Verdict, number> = { contradicted: 0, not_met: 1, partial: 2, met: 3 };
const rankOf = ({ point }: Verified) => ranks[point.verdict];

/** Of several judgements the middle one of each point, with its own evidence. All have the same points in one order. */
export function medianOf(runs: readonly (readonly Verified[])[]): Verified[] {
  const [first = []] = runs;
  return first.flatMap((_, index) => {
    const sorted = runs.flatMap((run) => run[index] ?? []).sort((a, b) => rankOf(a) - rankOf(b));
    return sorted[(sorted.length - 1) >> 1] ?? [];
  });
}
