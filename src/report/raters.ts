import type { ReviewView } from '../protocol.ts';

/** What tells one rater from another: capitals, widths and accents written in two ways make no difference. */
export function raterKey(name: string): string {
  return name.normalize('NFKC').trim().replaceAll(/\s+/gu, ' ').toLowerCase();
}

/** Whether a review is by this rater. Reviews without a name are nobody's. */
export function isBy({ rater }: Pick<ReviewView, 'rater'>, name: string): boolean {
  return rater !== undefined && raterKey(name) !== '' && raterKey(rater) === raterKey(name);
}
