import type { Flag } from '../evaluators/evaluator.ts';

/** What each flag tells a person, in a sentence; the same one in the console and in the report. */
export const flagSentences: Record<Flag, string> = {
  injection: 'The answer addresses the evaluator and tries to steer it.',
  stuffing: 'Key words stand in a row without sentences around them.',
  'copied-question': 'Much of the answer repeats the question.',
  'verbatim-model-answer': 'The answer is the rubric word for word.',
  gibberish: 'The text does not look like language.',
  repetition: 'The same words are repeated many times.',
  'off-topic': 'The answer has little to do with the question.',
  'non-answer': 'The candidate says that they do not know.',
  empty: 'Nothing was written.',
  hedging: 'The answer commits to little: many “maybe” and “it depends”.',
  contradiction: 'The answer says the opposite of a point.',
  'no-evidence': 'The answer gives no passage that supports the score.',
  'invisible-chars': 'The text contains characters that cannot be seen.',
  'mixed-script': 'Letters of different alphabets are mixed inside words.',
  encoded: 'Part of the text is encoded, for example in base64.',
  'non-prose': 'The answer is a list or code rather than sentences.',
  'unsupported-language': 'The language is not one that the evaluator reads well.',
  'too-long': 'Only the first part of this long answer was read.',
  degraded: 'The configured evaluator failed; the embedded one judged instead.',
};

/** A flag in words; flags of later versions keep their name. */
export function explainFlag(flag: string): string {
  return flag in flagSentences ? flagSentences[flag as Flag] : 'A remark of the evaluator that is not known here.';
}

/** The name of a flag as people read it. */
export function nameFlag(flag: string): string {
  const words = flag.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
