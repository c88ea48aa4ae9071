import type { Coverage } from './coverage.ts';
import type { Evidence } from './evaluator.ts';
import type { Match } from './match.ts';
import { quoteOf } from './readable.ts';
import type { Reading } from './reading.ts';

/** Below this coverage nothing is quoted: a stray word proves nothing. */
export const EVIDENCE_COVERAGE_MIN = 0.2;
const QUOTES_MAX = 3;
const WORDS_NAMED_MAX = 12;
/** A match worth so little was found in a list of keywords only. */
const LIST_WORTH_MAX = 0.1;

/**
 * Quote the sentences that carry a point: the one that matched best, then those that add words to it.
 *
 * Shape: in the order of the answer, at most three, each an exact part of the answer.
 */
export function findEvidence(
  coverage: Coverage,
  reading: Reading,
  sentences: readonly { start: number; end: number }[],
): Evidence[] {
  if (coverage.coverage < EVIDENCE_COVERAGE_MIN) return [];
  const matchesBySentence = new Map<number, Map<string, number>>();
  for (const { unit, stem, worth } of coverage.matches) {
    let last = -1;
    for (const token of reading.occurrencesByStem.get(stem)?.tokens ?? []) {
      const index = sentenceAt(sentences, token.start);
      if (index === last || index < 0) continue;
      last = index;
      const worths = matchesBySentence.get(index) ?? new Map<string, number>();
      worths.set(unit.stem, unit.weight * worth);
      matchesBySentence.set(index, worths);
    }
  }
  const chosen: number[] = [];
  const quoted = new Set<string>();
  while (chosen.length < QUOTES_MAX) {
    const best = bestSentence(matchesBySentence, quoted);
    if (best === null) break;
    chosen.push(best);
    for (const stem of matchesBySentence.get(best)?.keys() ?? []) quoted.add(stem);
  }
  return chosen
    .sort((a, b) => a - b)
    .flatMap((index) => sentences[index] ?? [])
    .map((sentence) => quoteOf(reading, sentence));
}

/** The first sentence that adds most to what is quoted already, or null when none adds anything. */
function bestSentence(bySentence: Map<number, Map<string, number>>, quoted: ReadonlySet<string>): number | null {
  let best: number | null = null;
  let bestWorth = 0;
  for (const [index, worths] of bySentence) {
    let worth = 0;
    for (const [stem, value] of worths) if (!quoted.has(stem)) worth += value;
    if (worth > bestWorth || (worth === bestWorth && best !== null && index < best)) {
      best = index;
      bestWorth = worth;
    }
  }
  return best;
}

function sentenceAt(sentences: readonly { start: number; end: number }[], offset: number): number {
  let [low, high] = [0, sentences.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const sentence = sentences[middle];
    if (!sentence) return -1;
    if (offset < sentence.start) high = middle - 1;
    else if (offset >= sentence.end) low = middle + 1;
    else return middle;
  }
  return -1;
}

/** Say in a sentence or two which words of the point were found, in which way, and which were not. */
export function explain({ isVerbatim, matches, missing }: Coverage, { occurrencesByStem }: Reading): string {
  if (isVerbatim) return 'The answer says the point in the words of the plan.';
  const found = matches.filter((match) => !match.isLoose).map(describe);
  const related = matches
    .filter((match) => match.isLoose)
    .map(({ unit, stem }) => `${unit.word} (${occurrencesByStem.get(stem)?.tokens[0]?.text})`);
  const lost = missing.map((unit) => unit.word);
  if (found.length + related.length === 0) return `None of its words were found: ${named(lost)}.`;
  const parts: [title: string, words: string[]][] = [
    ['Found', found],
    ['Related', related],
    ['Not found', lost],
  ];
  return parts.flatMap(([title, words]) => (words.length > 0 ? `${title}: ${named(words)}.` : [])).join(' ');
}

function describe({ unit, worth, isTurned }: Match): string {
  if (worth <= LIST_WORTH_MAX) return `${unit.word} (in a list)`;
  return isTurned ? `${unit.word} (turned round by a negation)` : unit.word;
}

function named(words: string[]): string {
  const more = words.length - WORDS_NAMED_MAX;
  return more > 0 ? `${words.slice(0, WORDS_NAMED_MAX).join(', ')} and ${more} more` : words.join(', ');
}
