import { hasEncodedText, hasMixedScript } from './disguise.ts';
import { type Flag, flags } from './evaluator.ts';
import { isHedged } from './hedging.ts';
import { looksLikeInjection } from './injection.ts';
import { isNonProse } from './prose.ts';
import type { AnswerReading, Background, Reading } from './reading.ts';
import { type Covered, isScattered, isTurnedRound } from './sense.ts';
import { contentStems, functionShare, invisiblePattern, type Token } from './tokens.ts';
import { foreignFunctionWords } from './words.ts';

const COPIED_SHARE_MIN = 0.6;
const REPETITION_WORDS_MIN = 20;
const REPETITION_DISTINCT_MAX = 0.5;
const GIBBERISH_SHARE_MIN = 0.5;
const STUFFING_WORDS_MIN = 3;
const VERBATIM_WORDS_MIN = 5;
const ELSEWHERE_WORDS_MIN = 8;
const ELSEWHERE_SHARE_MAX = 0.1;
const FOREIGN_WORDS_MIN = 6;
const FOREIGN_SHARE_MIN = 0.15;
const OTHER_SCRIPT_SHARE_MIN = 0.5;

/** What the guards look at beside the words. */
export interface GuardInput {
  reading: Reading;
  /** Each point in the wording that was covered best. */
  covered: readonly Covered[];
  background: Background;
  hasEvidence: boolean;
  /** False when the rubric itself does not read as English: then no language is foreign. */
  isEnglish: boolean;
}

/** Flags that a person should look at before the score is used. */
export const reviewFlags: ReadonlySet<Flag> = new Set<Flag>([
  'injection',
  'stuffing',
  'copied-question',
  'gibberish',
  'repetition',
  'off-topic',
  'hedging',
  'contradiction',
  'invisible-chars',
  'mixed-script',
  'encoded',
  'unsupported-language',
  'too-long',
]);

/** What is noteworthy about an answer, in the order of the vocabulary. Flags take no points. */
export function findFlags({ reading, covered, background, hasEvidence, isEnglish }: GuardInput): Flag[] {
  const { tokens, text } = reading;
  const isEmpty = text.replace(invisiblePattern, '').trim() === '';
  // "I do not know" to a follow-up ends the asking, whatever was said before.
  const isSilent = isEmpty || reading.answers.at(-1)?.isNonAnswer === true;
  const isOther = isEnglish && isForeign(tokens);
  const isOddity = !isEmpty && isGibberish(tokens, reading);
  const found: Partial<Record<Flag, boolean>> = {
    injection: looksLikeInjection(text),
    stuffing: reading.saladCount >= STUFFING_WORDS_MIN,
    'copied-question': reading.answers.some(isCopy),
    'verbatim-model-answer': covered.some(isVerbatim),
    gibberish: isOddity,
    repetition: isRepetitive(tokens),
    'off-topic':
      !isSilent &&
      !isOther &&
      !isOddity &&
      (isScattered(covered, reading) || (!hasEvidence && isEnglish && isElsewhere(tokens, background))),
    'non-answer': !isEmpty && isSilent,
    empty: isEmpty,
    hedging: !isSilent && isEnglish && isHedged(tokens),
    contradiction: isEnglish && covered.some(isTurnedRound),
    'no-evidence': !isSilent && !hasEvidence,
    'invisible-chars': hasInvisibles(text),
    'mixed-script': hasMixedScript(text),
    encoded: hasEncodedText(text),
    'non-prose': isEnglish && !isOther && isNonProse(text, tokens),
    'unsupported-language': isOther,
    'too-long': reading.isCut,
  };
  return flags.filter((flag) => found[flag] === true);
}

function isCopy({ tokens, copiedCount, isEcho }: AnswerReading): boolean {
  return isEcho || (tokens.length > 0 && copiedCount / tokens.length >= COPIED_SHARE_MIN);
}

function isVerbatim({ wording, coverage }: Covered): boolean {
  return coverage.isVerbatim && (wording.line ?? '').trim().split(' ').length >= VERBATIM_WORDS_MIN;
}

/** Enough was said, and next to nothing of it in words of the question or the rubric. */
function isElsewhere(tokens: readonly Token[], { questionStems, rubricStems }: Background): boolean {
  const stems = [...contentStems(tokens)];
  const known = stems.filter((stem) => questionStems.has(stem) || rubricStems.has(stem)).length;
  return stems.length >= ELSEWHERE_WORDS_MIN && known / stems.length <= ELSEWHERE_SHARE_MAX;
}

/** Grammar of another language outweighs that of English, or the letters are not Latin. */
function isForeign(tokens: readonly Token[]): boolean {
  if (tokens.length < FOREIGN_WORDS_MIN) return false;
  const share = (test: (word: string) => boolean) => tokens.filter((token) => test(token.text)).length / tokens.length;
  if (share((word) => /[^\P{L}\p{sc=Latin}\p{sc=Common}]{2}/u.test(word)) >= OTHER_SCRIPT_SHARE_MIN) return true;
  const foreign = share((word) => foreignFunctionWords.has(word));
  return foreign >= FOREIGN_SHARE_MIN && foreign > functionShare(tokens);
}

function isRepetitive(tokens: readonly Token[]): boolean {
  if (tokens.length < REPETITION_WORDS_MIN) return false;
  const pairs = new Set(tokens.slice(1).map((token, index) => `${tokens[index]?.text} ${token.text}`));
  return pairs.size / (tokens.length - 1) < REPETITION_DISTINCT_MAX;
}

/** Most words are nothing that a person could say: no vowel, a row of keys, one letter again and again. */
function isGibberish(tokens: readonly Token[], { text }: Reading): boolean {
  if (tokens.length === 0) return true;
  const odd = tokens.filter((token) => isUnspeakable(token.text, text.slice(token.start, token.end)));
  return odd.length / tokens.length >= GIBBERISH_SHARE_MIN;
}

function isUnspeakable(word: string, raw: string): boolean {
  if (/(\p{L})\1{3}/u.test(word)) return true;
  if (word.length < 4 || !/^[a-z]+$/.test(word) || /^[A-Z]+s?$/.test(raw)) return false;
  return (
    !/[aeiouy]/.test(word) || /[^aeiouy]{6}/.test(word) || /asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwer|zxcv|xcvb/.test(word)
  );
}

/** Characters that hide or reorder text. Marks that a right-to-left, Persian or Indic text or an emoji needs are not. */
function hasInvisibles(text: string): boolean {
  const plain = text.replace(/^\ufeff/, '').replace(/\u{1f3f4}[\u{e0020}-\u{e007f}]+/gu, '');
  if (/[\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u.test(plain)) return true;
  return /[a-z][\u200c-\u200f\u061c]+[a-z]/i.test(plain);
}
